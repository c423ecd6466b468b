/** Timestamps of logs: OpenSSL believes ours, in whatever way they come, and finds the same ones wrong as we do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { OID } from '../../src/asn1/oids.table.ts'
import { certificateAuthority } from '../../src/ca/authority.ts'
import type { Issued } from '../../src/ca/types.ts'
import type { Bytes } from '../../src/engine.ts'
import { Failure } from '../../src/failures/index.ts'
import { certifiedKey, connect, listen } from '../../src/index.ts'
import { certificateLog, type LabLog, logListOf } from '../../src/lab/certificate-log.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { Certificate } from '../../src/x509/certificate/certificate.ts'
import { pem, toBase64 } from '../../src/x509/files/pem.ts'
import { sctList, signatureFor } from '../../src/x509/issue.ts'
import { certificateId } from '../../src/x509/revocation/ocsp.ts'
import { ocspAnswerTbs, writeOcspResponse } from '../../src/x509/revocation/ocsp-write.ts'
import { readLogList } from '../../src/x509/transparency/log-list.ts'
import { closing } from '../support/net.ts'
import { missing, run } from '../support/peers.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-transparency-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, contents: string): string => {
  writeFileSync(join(folder, name), contents)
  return join(folder, name)
}

const crypto = nodeCrypto()
const HOUR = 3_600_000
const now = (): number => Date.now() - HOUR
const [elliptic, rsa, stranger] = [
  certificateLog({ crypto, now, name: 'elliptic', operator: 'A' }),
  certificateLog({ crypto, now, name: 'rsa', operator: 'B', key: 'rsa-2048' }),
  certificateLog({ crypto, now, name: 'stranger' }),
]
const root = certificateAuthority({ crypto, now: Date.now, name: 'Root' })
const middle = root.intermediate({ name: 'Middle' })
const leaf = (...logs: readonly LabLog[]): Issued =>
  middle.issue({ names: ['localhost'], logs: logs.map(log => log.promise) })
const rootFile = file('root.pem', pem('CERTIFICATE', root.certificate))
const section = ({ name, publicKey }: LabLog): string =>
  `[${name}]\ndescription = ${name}\nkey = ${toBase64(publicKey)}\n`
const logFile = file('logs.cnf', `enabled_logs = elliptic,rsa\n${section(elliptic)}${section(rsa)}`)

/** What a server shows, and what it brings along. */
interface Shown {
  readonly issued: Issued
  readonly scts?: readonly Bytes[]
  readonly ocsp?: Bytes
}

const LOGS = new Set(['elliptic', 'rsa'])

/** Of each timestamp that OpenSSL saw the log, and what it says of it. */
const byOpenssl = async (port: number, version: string): Promise<readonly string[]> => {
  const asked = ['-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-CAfile', rootFile, `-${version}`]
  const { stdout, stderr } = await run('openssl', ['s_client', ...asked, '-ct', '-ctlogfile', logFile])
  const text = `${stdout}${stderr}`
  return [...text.matchAll(/validation status: (.*)\n.*\n.*\n +Log +(?:ID +)?: (\w+)/g)]
    .map(([, state, log]) => `${LOGS.has(log!) ? log : 'nobody'} ${state}`)
    .sort()
}

const byUs = async (port: number): Promise<readonly string[]> => {
  const logs = readLogList(logListOf([elliptic, rsa], Date.now()), crypto)
  if (logs instanceof Failure) throw new Error(logs.got)
  const tls = {
    ca: root.certificate,
    serverName: 'localhost',
    revocation: { mode: 'off' },
    transparency: { logs },
  } as const
  const stream = await connect({ host: '127.0.0.1', port, tls })
  const state = stream.connection.tls?.trusted?.transparency
  stream.end()
  if (state?.status !== 'checked') return ['not checked']
  return state.timestamps.map(({ source, log, fault }) => `${source} ${log ?? 'nobody'} ${fault ?? 'good'}`)
}

const serving = async ({ issued, scts, ocsp }: Shown): Promise<number> => {
  const certified = { ...certifiedKey(issued), scts, ocsp }
  const tls = { certificateFor: () => certified }
  const listener = await listen({ host: '127.0.0.1', port: 0, tls }, stream => stream.end())
  closing.push(() => listener.close())
  return listener.port
}

const answerWith = (issued: Issued, ...logs: readonly LabLog[]): Bytes => {
  const { value } = sctList(logs.map(log => log.promiseFor(issued.certificate)))
  const extensions = [{ oid: OID.ocspSctList, critical: false, value }]
  const { algorithm, identifier } = signatureFor(middle.keyPair.spki)
  const [own, issuer] = [new Certificate(issued.certificate), new Certificate(middle.certificate)]
  const tbs = ocspAnswerTbs({
    responder: { name: issuer.subject.der },
    producedAt: Date.now(),
    answers: [
      {
        id: certificateId(own.serialNumber, issuer, 'sha1', crypto),
        about: { status: 'good' },
        thisUpdate: Date.now() - HOUR,
        nextUpdate: Date.now() + HOUR,
        extensions,
      },
    ],
  })
  return writeOcspResponse(tbs, identifier, crypto.sign(algorithm, middle.keyPair.pkcs8, tbs))
}

describe.skipIf(missing('openssl') !== '').each(['tls1_2', 'tls1_3'])(
  `with OpenSSL, by %s${missing('openssl')}`,
  version => {
    const both = async (shown: Shown): Promise<readonly [readonly string[], readonly string[]]> => {
      const port = await serving(shown)
      return [await byOpenssl(port, version), await byUs(port)]
    }

    test('timestamps in the certificate are good for both', async () => {
      expect(await both({ issued: leaf(elliptic, rsa) })).toEqual([
        ['elliptic valid', 'rsa valid'],
        ['certificate elliptic good', 'certificate rsa good'],
      ])
    })

    test('one of a log that is not known, and one for another certificate, are good for neither', async () => {
      const wrong = middle.issue({
        names: ['localhost'],
        logs: [stranger.promise, asked => elliptic.promise({ ...asked, issuerKey: root.keyPair.spki })],
      })
      expect(await both({ issued: wrong })).toEqual([
        ['elliptic invalid', 'nobody unknown log'],
        ['certificate nobody unknown-log', 'certificate elliptic signature'],
      ])
    })

    test('timestamps in the handshake, and in the OCSP answer that comes along, are good for both', async () => {
      const issued = leaf()
      const scts = [elliptic.promiseFor(issued.certificate), rsa.promiseFor(issued.certificate)]
      expect(await both({ issued, scts })).toEqual([
        ['elliptic valid', 'rsa valid'],
        ['tls elliptic good', 'tls rsa good'],
      ])
      expect(await both({ issued, ocsp: answerWith(issued, rsa) })).toEqual([['rsa valid'], ['ocsp rsa good']])
    })
  },
)
