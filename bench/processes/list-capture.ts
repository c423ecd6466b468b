/** Lists the conversations of the capture that is named, opens one, and says what that took. */
import { openCapture } from '../../src/dissect/capture.ts'
import { fileSource } from '../../src/node/file-source.ts'
import { sinkOf } from '../../src/trace/recorder.ts'

const capture = openCapture(fileSource(process.argv[2]!))
const { conversations } = capture
const before = performance.now()
let records = 0
capture.dissect(
  Math.ceil(conversations.length / 2),
  sinkOf(() => void records++),
)
const opened = performance.now() - before
if (records === 0) throw new Error('a conversation without records')
const megabytes = process.resourceUsage().maxRSS / 1024
process.stdout.write(JSON.stringify({ conversations: conversations.length, megabytes, opened }))
