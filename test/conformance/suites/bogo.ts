/**
 * BoGo, the runner of BoringSSL: a TLS stack that misbehaves on demand, against ours on either side. `bogo/shim.ts` has
 * our end, `bogo/flags.table.ts` and `bogo/disabled.table.ts` what is skipped and why.
 */
import { checkoutIn, runCases } from '../bogo/runner.ts'
import type { Suite } from '../suite.ts'

export const suite: Suite = {
  name: 'bogo',
  onlyByName: true,
  listed: {},
  skips: {},
  async run(data, cases) {
    const checkout = checkoutIn(data)
    return checkout === undefined ? undefined : runCases(checkout, cases)
  },
}
