/** An authority that is killed in the middle of its work: what it said is true, and what it wrote is whole. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { certificateAuthority } from '../src/ca/authority.ts'
import { stateOf } from '../src/ca/inventory.ts'
import { brokenLine, digestOf } from '../src/ca/log.ts'
import { makeInventory, openInventory } from '../src/node/ca-inventory.ts'
import { nodeCrypto } from '../src/node/crypto.ts'
import { seeded } from '../src/random.ts'
import { hexText } from '../src/wire/bytes.ts'
import { Certificate } from '../src/x509/certificate/certificate.ts'
import { temporaryFolder } from './support/peers-chain.ts'

const KILLS = 200
/** At work on the same files at the same time. */
const TOGETHER = 4
const crypto = nodeCrypto()
const seed = Number(process.env.BAREWIRE_SEED ?? 1)

/** One file, so that a process starts within its first tenth of a second. */
const bundled = async (outfile: string): Promise<void> => {
  const entryPoints = [fileURLToPath(new URL('programs/issue-until-killed.ts', import.meta.url))]
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' })
}

/** When it is killed: so long behind so many lines. */
interface Moment {
  readonly lines: number
  readonly wait: number
}

/** Starts it, kills it, and returns the lines that it said whole. */
const killedAt = (program: string, folder: string, { lines, wait }: Moment): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const NODE_PATH = fileURLToPath(new URL('../node_modules', import.meta.url))
    const child = spawn(process.execPath, [program, folder], { env: { ...process.env, NODE_PATH } })
    let [said, complaint] = ['', '']
    child.stdout.on('data', piece => {
      const before = said.split('\n').length
      said += piece
      if (before <= lines && said.split('\n').length > lines) setTimeout(() => child.kill('SIGKILL'), wait)
    })
    child.stderr.on('data', piece => (complaint += piece))
    child.on('close', (_, signal) =>
      signal === 'SIGKILL' ? resolve(said.split('\n').slice(0, -1)) : reject(new Error(complaint)),
    )
  })

test(`killed ${KILLS} times at any moment: no serial number is lost or used twice, and the log is whole (seed ${seed})`, async () => {
  const { path: folder, remove } = temporaryFolder('ca-kill')
  try {
    const root = certificateAuthority({ crypto, now: Date.now, name: 'Root' })
    writeFileSync(join(folder, 'root.der'), root.certificate)
    writeFileSync(join(folder, 'root.key'), root.keyPair.pkcs8, { mode: 0o600 })
    expect(makeInventory(join(folder, 'inventory.db'))).toBe(true)
    const program = join(folder, 'program.mjs')
    await bundled(program)
    const random = seeded(seed)
    const moments = Array.from({ length: KILLS }, (): Moment => {
      const [lines, wait] = random.bytes(2)
      return { lines: 1 + (lines! % 5), wait: wait! % 16 }
    })
    const said: string[] = []
    const worker = async (): Promise<void> => {
      for (let moment = moments.pop(); moment !== undefined; moment = moments.pop())
        said.push(...(await killedAt(program, folder, moment)))
    }
    await Promise.all(Array.from({ length: TOGETHER }, worker))

    const inventory = openInventory(join(folder, 'inventory.db'), crypto)
    const words = said.map(line => line.split(' '))
    const issued = words.filter(([what]) => what === 'issued')
    const revoked = words.filter(([what]) => what === 'revoked').map(([, serial]) => serial!)
    expect(words.filter(([what]) => what === 'ready')).toHaveLength(KILLS)
    expect(issued.length).toBeGreaterThan(KILLS / 2)
    expect(revoked.length).toBeGreaterThan(KILLS / 4)
    expect(new Set(issued.map(([, serial]) => serial)).size).toBe(issued.length)
    for (const [, serial, digest] of issued) {
      const certificate = inventory.find(serial!)?.certificate
      expect(certificate && digestOf(certificate, crypto)).toBe(digest)
      expect(hexText(new Certificate(certificate!).serialNumber)).toBe(serial)
    }
    for (const serial of revoked) expect(stateOf(inventory.find(serial)!), serial).toBe('revoked')

    const [entries, log] = [inventory.entries(), inventory.log()]
    expect(brokenLine(crypto, log)).toBeUndefined()
    expect(new Set(entries.map(({ serial }) => serial)).size).toBe(entries.length)
    const logged = (what: string) => log.filter(line => line.what === what).map(({ serial }) => serial)
    expect(logged('reserved')).toEqual(entries.map(({ serial }) => serial))
    expect(logged('issued').sort()).toEqual(
      entries
        .filter(({ certificate }) => certificate !== undefined)
        .map(({ serial }) => serial)
        .sort(),
    )
    expect(logged('revoked').sort()).toEqual(
      inventory
        .entries({ state: 'revoked' })
        .map(({ serial }) => serial)
        .sort(),
    )
    inventory.close()
  } finally {
    remove()
  }
}, 180_000)
