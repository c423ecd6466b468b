/** What was asked of a capture or of a kept run and cannot be shown, or not on a page. */
import { EXIT, family } from './registry.ts'

export const inspectFailures = family('inspect', {
  filter: { fault: 'caller', exit: EXIT.usage },
  'no-run': { fault: 'caller', exit: EXIT.usage },
  'no-conversation': { fault: 'caller', exit: EXIT.usage },
  'no-message': { fault: 'caller', exit: EXIT.usage },
  'no-page': { fault: 'local', exit: EXIT.usage },
})
