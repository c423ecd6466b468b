/** `npm start` runs the demo; `npm start -- get https://…` any other command, from the sources. */
import { processIo } from '../src/cli/io.ts'
import { main } from '../src/cli/main.ts'

const given = process.argv.slice(2)
process.exitCode = await main(given.length === 0 ? ['demo'] : given, processIo())
