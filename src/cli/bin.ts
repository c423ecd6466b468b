#!/usr/bin/env node
/** The `barewire` command. */
import { processIo } from './io.ts'
import { main } from './main.ts'

const code = await main(process.argv.slice(2), processIo())
process.exitCode = code
// Who was told to stop does not wait for a reader who reads no more.
if (code > 128) process.exit()
