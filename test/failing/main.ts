/** Plays and captures every exchange whose peers are here, into the folder that is named: a process, so that it may have a network of its own. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installed } from '../support/peers.ts'
import { failedAnswers } from './answers.ts'
import { refusedCertificates } from './certificates.ts'
import { furtherFailures } from './further.ts'
import { goodExchanges } from './good.ts'
import { failedHandshakes } from './handshakes.ts'
import { oddFailures } from './odd.ts'
import { record } from './recording.ts'

const [folder = '.'] = process.argv.slice(2)
const scenarios = [
  ...refusedCertificates,
  ...failedHandshakes,
  ...failedAnswers,
  ...oddFailures,
  ...furtherFailures,
  ...goodExchanges,
]
const { played } = await record(
  scenarios.filter(({ needs }) => needs.every(installed)),
  folder,
)
writeFileSync(join(folder, 'played.json'), JSON.stringify(played))
process.exit(0)
