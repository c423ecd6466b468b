/**
 * That the timeline of a fresh process shows the network and the other side, and nothing of its own start. Each attempt is
 * a new process beside curl; on a loaded machine single attempts are slow in both, so one that holds is enough: what the
 * start costs (tens of milliseconds, in every process) would show in all of them.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { installed, missing, run, startNginx } from '../support/peers.ts'
import { temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { barewire } from '../support/peers-command.ts'

const tools = ['openssl', 'nginx', 'curl']
const folder = temporaryFolder('timing')
afterAll(folder.remove)

const ATTEMPTS = 25

interface Row {
  readonly key: string
  readonly span?: readonly [number, number]
}

test.skipIf(!tools.every(installed))(
  `loopback is connected in less than 2 ms, and TLS takes at most three times what it takes curl${missing(...tools)}`,
  async () => {
    const authority = testAuthority('ecdsa', folder.path)
    writeFileSync(join(folder.path, 'page.txt'), 'hello\n')
    const nginx = await startNginx(authority.issue(), folder.path, folder.path)
    const url = `https://localhost:${nginx.port}/page.txt`
    const seen: string[] = []
    const holds = async (): Promise<boolean> => {
      const ours = await barewire(['get', '--json', '--trust', authority.root, url])
      const timings = '%{time_connect} %{time_appconnect}'
      const curl = await run('curl', [
        '-s',
        '--tls-max',
        '1.2',
        '--cacert',
        authority.root,
        '-w',
        timings,
        '-o',
        '/dev/null',
        url,
      ])
      const [connected = 0, secured = 0] = Buffer.from(curl.stdout)
        .toString()
        .split(' ')
        .map(text => Number(text) * 1000)
      const { rows } = ours.stdout
        .trimEnd()
        .split('\n')
        .map(text => JSON.parse(text) as { type: string; rows: readonly Row[] })
        .find(event => event.type === 'timeline')!
      const took = (key: string): number => {
        const [from = 0, to = Number.NaN] = rows.find(row => row.key === key)?.span ?? []
        return to - from
      }
      seen.push(
        `tcp ${took('tcp').toFixed(2)}, tls ${took('tls').toFixed(1)}; curl ${(secured - connected).toFixed(1)}`,
      )
      return took('tcp') < 2 && took('tls') <= 3 * (secured - connected)
    }
    try {
      for (let i = 0; i < ATTEMPTS; i++) if (await holds()) return
      expect.fail(seen.join('\n'))
    } finally {
      await nginx.stop()
    }
  },
  240_000,
)
