/**
 * BoGo, the runner of BoringSSL: a TLS stack that misbehaves on demand, against ours on either side. `bogo/shim.ts` has
 * our end, `bogo/flags.table.ts` and `bogo/disabled.table.ts` what is skipped and why.
 */
import * as reasons from '../bogo/reasons.ts'
import { checkoutIn, runCases } from '../bogo/runner.ts'
import type { Suite } from '../suite.ts'

export const suite: Suite = {
  name: 'bogo',
  onlyByName: true,
  listed: {},
  skips: {
    [reasons.BORINGSSL_ONLY]: 250,
    [reasons.ENCRYPTED_HELLO]: 114,
    [reasons.POLICIES]: 99,
    [reasons.CHANNEL_ID]: 90,
    [reasons.NPN]: 76,
    [reasons.TOLD_OTHERWISE]: 59,
    [reasons.OLD_SCHEMES]: 56,
    [reasons.APPLICATION_SETTINGS]: 53,
    [reasons.RENEGOTIATION]: 51,
    [reasons.OTHER_CREDENTIALS]: 44,
    [reasons.POST_QUANTUM_SIGNATURES]: 42,
    [reasons.SSL_2]: 42,
    [reasons.PSK_SUITES]: 41,
    [reasons.OTHER_DEFAULT]: 42,
    [reasons.OTHER_ALERT]: 52,
    [reasons.HINTS]: 20,
    [reasons.OTHER_GROUPS]: 18,
    [reasons.OLD_VERSIONS]: 16,
    [reasons.SERVER_PADDING]: 14,
    [reasons.INVENTED_COMPRESSION]: 13,
    [reasons.TRUST_ANCHOR_IDS]: 13,
    [reasons.OLD_SUITES]: 4,
    [reasons.HALF_ROUND_TRIP]: 8,
    [reasons.ACROSS_NAMES]: 8,
    [reasons.DRAFTS]: 7,
    [reasons.DATAGRAMS]: 7,
    [reasons.GREASE]: 1,
    [reasons.EARLY_BOUNDS]: 2,
    [reasons.SESSION_WITHOUT_BINDING]: 5,
    [reasons.FRAGMENT_SIZE]: 4,
    [reasons.UNPROTECTED]: 3,
    [reasons.SESSION_FACTS]: 2,
    [reasons.ALLOWED]: 2,
    [reasons.MALFORMED]: 2,
  },
  async run(data, cases) {
    const checkout = checkoutIn(data)
    return checkout === undefined ? undefined : runCases(checkout, cases)
  },
}
