import { expect, test } from 'vitest'
import { parseFlags, type ShimFlags } from './flags.ts'
import { QUIC } from './reasons.ts'
import { versionsOf } from './settings.ts'

const parsed = (...args: readonly string[]): ShimFlags => {
  const flags = parseFlags(args)
  if (typeof flags === 'string') throw new Error(flags)
  return flags
}

test('a flag without a prefix is for every connection, one with a prefix for its own', () => {
  const { initial, resume, retry } = parsed('-port', '7', '-on-resume-expect-version', '771', '-on-initial-server')
  expect([initial, resume, retry].map(flags => flags.number('port'))).toEqual([7, 7, 7])
  expect([initial, resume, retry].map(flags => flags.number('expect-version'))).toEqual([undefined, 771, undefined])
  expect([initial, resume, retry].map(flags => flags.has('server'))).toEqual([true, false, false])
})

test('flags of a credential belong to the one that was introduced last; before any, to the default', () => {
  const { initial } = parsed(
    ...['-key-file', 'a', '-new-x509-credential', '-signing-prefs', '1027', '-signing-prefs', '2052'],
    ...['-new-x509-credential', '-key-file', 'c'],
  )
  expect(initial.ownCredential?.flags.text('key-file')).toBe('a')
  expect(initial.credentials.map(({ flags }) => flags.numbers('signing-prefs'))).toEqual([[1027, 2052], undefined])
  expect(initial.credentials.map(({ flags }) => flags.text('key-file'))).toEqual([undefined, 'c'])
})

test('a flag for what we do not have skips the case with its reason, and so does one that nobody knows', () => {
  expect(parseFlags(['-server', '-quic'])).toBe(QUIC)
  expect(parseFlags(['-server', '-from-the-future'])).toBe('a flag that nobody knows: -from-the-future')
})

test('what is for another process is read over, its value too', () => {
  expect(parsed('-on-handshaker-key-file', '-server').initial.has('server')).toBe(false)
  expect(parsed('-on-shim-key-file', 'a').initial.text('key-file')).toBe('a')
})

test('the versions are those between the bounds that are not switched off', () => {
  expect(versionsOf(parsed().initial)).toEqual([0x0301, 0x0302, 0x0303, 0x0304])
  expect(versionsOf(parsed('-min-version', '771', '-no-tls13').initial)).toEqual([0x0303])
  expect(versionsOf(parsed('-max-version', '770').initial)).toEqual([0x0301, 0x0302])
})
