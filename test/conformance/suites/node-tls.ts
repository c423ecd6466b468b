/**
 * Node's own tests of TLS, and of HTTPS where a client takes part, with `barewire/node/tls` in the place of `node:tls`: what
 * `https.Agent` connects with is ours, what `https.Server` is made of stays Node's. Only by name, as `node-tests`.
 */
import { expected } from '../node-tls.table.ts'
import type { Suite } from '../suite.ts'
import { AS_WITH_NODE, LEFT_OUT, nodeTests, UNSTEADY } from './node-tests.ts'

/** `https` first: it is made of Node's server when it loads. Node's functions are called without `new` too. */
const INSTEAD = `
import 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import tls from 'node:tls'
import * as ours from './ours.mjs'
const { Server: NodeServer, createSecureContext: nodeContext } = tls
// The roots are Node's own, and what tests and flags set for the whole process stays Node's.
const { rootCertificates, DEFAULT_CIPHERS, DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION, ...all } = ours
const callable = Class => new Proxy(Class, { apply: (_, self, given) => new Class(...given) })
Object.assign(tls, all, {
  Server: new Proxy(ours.Server, {
    apply: (_, self, given) =>
      self instanceof NodeServer ? Reflect.apply(NodeServer, self, given) : new ours.Server(...given),
  }),
  TLSSocket: callable(ours.TLSSocket),
  SecureContext: callable(ours.SecureContext),
  createSecureContext: (...given) => {
    const [, , caller = ''] = new Error().stack.split('\\n')
    return (/node:(_tls_wrap|internal.tls.wrap|https)/.test(caller) ? nodeContext : ours.createSecureContext)(...given)
  },
})
syncBuiltinESMExports()
`

export const suite: Suite = nodeTests({
  name: 'node-tls',
  entry: 'node/tls/index.ts',
  instead: INSTEAD,
  expected,
  skips: { [AS_WITH_NODE]: 5, [LEFT_OUT]: 12, [UNSTEADY]: 2 },
  unsteady: ['test-tls-env-extra-ca-with-options.js', 'test-tls-sni-option.js'],
  isOf: (name, text) =>
    /^test-tls-/.test(name) || (/^test-https-/.test(name) && /https\.(get|request)|Agent/.test(text)),
})
