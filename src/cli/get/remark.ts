/** What whoever started the command ought to know, whether they want the story or not. */
import { legible } from '../../inspect/index.ts'
import type { Run } from '../run.ts'

export const tellRemark = (text: string, run: Run): void => {
  run.event({ type: 'remark', text })
  run.notice([legible(`  ${text}`, run.style)])
}
