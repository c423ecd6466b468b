/** A client that wants a certificate to be in public logs, and asks its authority whether it still stands by it. */
import { certifiedKey, FailureError, fetch, serve } from 'barewire'
import { certificateAuthority, publishedAt, revocationHandler } from 'barewire/ca'
import { certificateLog, logListOf } from 'barewire/lab'
import { nodeCrypto } from 'barewire/node'
import { readLogList } from 'barewire/x509'

const crypto = nodeCrypto()
const now = () => Date.now()
const told = revocationHandler({ authorities: () => ({ root }), crypto, now })
const authority = await serve(request => told(request) ?? new Response(null, { status: 404 }))
const root = certificateAuthority({ crypto, now, name: 'Example Root', published: publishedAt(authority.url, 'root') })

const logs = ['One', 'Another'].map(name => certificateLog({ crypto, now, name }))
const issued = root.issue({ names: ['localhost'], logs: logs.map(log => log.promise) })
const shop = await serve(() => new Response('hello'), { tls: { certificateFor: () => certifiedKey(issued) } })

const list = readLogList(logListOf(logs, now()), crypto)
if (!('logs' in list)) throw new FailureError(list)
const demands = {
  ca: root.certificate,
  revocation: { mode: 'hard' },
  transparency: { logs: list, policy: 'chromium' },
} as const

console.log(await (await fetch(shop.url, demands)).text())
root.revoke(issued.serial, 'keyCompromise')
try {
  await fetch(shop.url, demands)
} catch (error) {
  console.log((error as { readonly code: string }).code)
}
await Promise.all([shop.close(), authority.close()])
