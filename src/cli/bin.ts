#!/usr/bin/env node
/** The `barewire` command. */

// Before anything else is loaded: Ctrl-C in the first moments ends like a later one. Nothing is open yet.
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
const early = Object.entries(CODES).map(([signal, code]) => {
  const leave = (): never => process.exit(code)
  process.on(signal, leave)
  return (): void => void process.off(signal, leave)
})

const { processIo } = await import('./io.ts')
const { main } = await import('./main.ts')
const code = await main(
  process.argv.slice(2),
  processIo(() => {
    for (const off of early) off()
  }),
)
process.exitCode = code
// Who was told to stop does not wait for a reader who reads no more.
if (code > 128) process.exit()
