/** `barewire explain` as people and programs see it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { connection, ethernet, pcapFile } from '../../../test/support/made-captures.ts'
import { temporaryFolder } from '../../../test/support/peers-chain.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { tapped } from '../../../test/support/streams.ts'
import { identity } from '../../../test/support/tls.ts'
import { wordsOf } from '../../explain/index.ts'
import { type FailureCode, fail, failures } from '../../failures/index.ts'
import { renderCodePage } from '../../inspect/pages.ts'
import { columnsOf } from '../../inspect/shown.ts'
import { plain } from '../../inspect/style.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { pem } from '../../x509/files/pem.ts'
import { main } from '../main.ts'

const folder = temporaryFolder('explain')
afterAll(folder.remove)

const explained = async (argv: readonly string[], env: Record<string, string> = {}, input = '') => {
  const io = captured({ env: { LANG: 'C.UTF-8', ...env }, input })
  const exit = await main(['explain', ...argv], io)
  return { exit, out: io.stdout(), err: io.stderr() }
}

test('every code has a page in both languages, with whose side, bytes, exit code and no hole', () => {
  for (const code of Object.keys(failures) as FailureCode[])
    for (const [words, labels] of [
      [wordsOf('en'), ['whose side', 'bytes', 'exit code', 'for example']],
      [wordsOf('zh'), ['责任方', '字节', '退出码', '例如']],
    ] as const) {
      const page = renderCodePage(code, { style: plain(), words }).join('\n')
      expect(page).toContain(code)
      expect(page, code).not.toMatch(/undefined|NaN|\[object| \? |\? ms|\(\?\)|“\?”|（\?）/)
      for (const label of labels) expect(page, code).toContain(label)
    }
})

test('a page fits terminals of 60, 80, 100 and 140 columns; only commands to copy are never cut', async () => {
  for (const columns of [60, 80, 100, 140])
    for (const lang of ['en', 'zh'])
      for (const what of [
        'tls/certificate-name',
        'tls/not-tls',
        'unable to get local issuer certificate',
        'what is this?',
      ]) {
        const { out } = await explained([what, '--lang', lang], { COLUMNS: `${columns}` })
        for (const text of out.split('\n'))
          if (!/barewire|openssl/.test(text)) expect(columnsOf(text), text).toBeLessThanOrEqual(Math.min(columns, 100))
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
        expect(out).not.toMatch(/\u001b/)
      }
})

test('a message from standard input is explained like one that was typed', async () => {
  const typed = await explained(['curl: (60) SSL certificate problem: certificate has expired'])
  const piped = await explained([], {}, 'curl: (60) SSL certificate problem: certificate has expired\n')
  expect(typed.out).toContain('tls/certificate-expired')
  expect(piped).toEqual(typed)
})

test('what is not known is said to be so, with exit code 9', async () => {
  const { exit, out } = await explained(['my dog ate it'])
  expect(exit).toBe(9)
  expect(out).toContain('This message is not known here: “my dog ate it”.')
  expect((await explained(['error:0A0000FE'])).out).toContain('reason 254 (unknown ssl')
})

test('a code that is spelt wrongly is a mistake with the right one beside it', async () => {
  const { exit, err } = await explained(['tls/certifcate-expird'])
  expect(exit).toBe(1)
  expect(err).toContain('did you mean tls/certificate-expired?')
  expect((await explained([])).exit).toBe(1)
})

test('programs get one object: the page, or the candidates in their order', async () => {
  const page = JSON.parse((await explained(['--json', 'tls/not-tls'])).out)
  expect(page).toMatchObject({
    v: 1,
    type: 'page',
    code: 'tls/not-tls',
    fault: 'peer',
    exit: 4,
    rule: 'RFC 5246 6.2.1',
  })
  const message = JSON.parse((await explained(['--json', 'write EPROTO', 'wrong version number'])).out)
  expect(message).toMatchObject({ type: 'explained', known: true, candidates: [{ code: 'tls/not-tls' }, {}, {}] })
  expect(JSON.parse((await explained(['--json', 'what?'])).out)).toMatchObject({ known: false, candidates: [] })
})

test('what moves a cursor in a message moves none here', async () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
  expect((await explained(['\u001b[2Jboo \u202e'])).out).not.toMatch(/[\u001b\u202e]/)
  expect((await explained(['certificate has expired\u001b]0;x'])).out).not.toContain('\u001b')
})

test('the private key of a server opens what its clients encrypted to it', async () => {
  const crypto = nodeCrypto()
  const who = identity(crypto, 'rsa-2048')
  const suites = ['TLS_RSA_WITH_AES_128_GCM_SHA256'] as const
  const { both, tap, carry } = tapped({ crypto, who, client: { suites }, server: { suites } })
  both.client.tls.write(ascii('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n'), 0)
  carry()
  both.server.tls.write(ascii('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'), 0)
  carry()
  const wire = connection('10.0.0.1:40000', '10.0.0.2:443')
  const frames = [wire.syn(), wire.synAck(), wire.ack('client'), ...tap.map(said => wire.says(...said))]
  const [file, key] = [join(folder.path, 'rsa.pcap'), join(folder.path, 'key.pem')]
  writeFileSync(
    file,
    pcapFile(
      'little',
      1,
      frames.map((bytes, i) => ({ time: BigInt(i), bytes: ethernet(bytes) })),
    ),
  )
  writeFileSync(key, pem('PRIVATE KEY', who.pkcs8))
  expect((await explained([file])).out).not.toContain('http/')
  expect((await explained([file, '--private-key', key])).out).toContain('http/not-found')
})

test('TLS 1.3 without keys: an alert of Java, which pads each record, is no Finished', async () => {
  const crypto = nodeCrypto()
  const refuses = () => fail('tls/certificate-untrusted')
  const client = { padding: () => 16 }
  const { tap } = tapped({
    crypto,
    who: identity(crypto, 'p-256'),
    versions: ['TLS 1.3'],
    client,
    clientAnswers: refuses,
  })
  const wire = connection('10.0.0.1:40000', '10.0.0.2:443')
  const open = [wire.syn(), wire.synAck(), wire.ack('client')]
  const frames = [...open, ...tap.map(said => wire.says(...said)), wire.fin('server')]
  const file = join(folder.path, 'java.pcap')
  const packets = frames.map((bytes, i) => ({ time: BigInt(i), bytes: ethernet(bytes) }))
  writeFileSync(file, pcapFile('little', 1, packets))
  const [told] = (await explained([file, '--json'])).out.split('\n').map(line => JSON.parse(line || '{}'))
  expect(told).toMatchObject({ code: 'tls/certificate-untrusted', side: 'server', certainty: 'likely' })
})

test('a client that leaves in the middle of an answer whose server says no more', async () => {
  const wire = connection('10.0.0.1:40000', '10.0.0.2:80')
  const open = [wire.syn(), wire.synAck(), wire.ack('client')]
  const asks = wire.says('client', ascii('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
  const says = wire.says('server', ascii('HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf'))
  const file = join(folder.path, 'left.pcap')
  const packets = [...open, asks, says, wire.fin('client')].map((bytes, i) => ({
    time: BigInt(i),
    bytes: ethernet(bytes),
  }))
  writeFileSync(file, pcapFile('little', 1, packets))
  expect((await explained([file])).out).toContain('net/client-left')
})

test('the command that shows it can be typed as it stands, whatever the file is called', async () => {
  const wire = connection('10.0.0.1:40000', '10.0.0.2:443')
  const file = join(folder.path, 'no one.pcap')
  const frames = [wire.syn(), wire.synAck(), wire.ack('client'), wire.says('client', ascii('GET / HTTP/1.1\r\n\r\n'))]
  const answer = wire.says('server', ascii('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'))
  const packets = [...frames, answer].map((bytes, i) => ({ time: BigInt(i), bytes: ethernet(bytes) }))
  writeFileSync(file, pcapFile('little', 1, packets))
  expect((await explained([file])).out).toContain(`barewire inspect '${file}' 1\n`)
  const cloned = await explained([file], { npm_lifecycle_event: 'start' })
  expect(cloned.out).toContain(`npm start -- inspect '${file}' 1\n`)
})
