/** `barewire demo`. */
import type { DemoOptions } from '../actions/demo.ts'
import { command, KEEP, WEB } from '../command.ts'
import { parseCapture, parseSeed } from '../options.ts'

export const demoCommand = command<undefined, DemoOptions>({
  name: 'demo',
  summary: 'two machines on a virtual wire exchange a login over HTTPS; a third one attacks',
  options: [
    { flags: '--seed <number>', what: 'repeat a run exactly', parse: parseSeed },
    {
      flags: '--pcapng <file>',
      what: 'where the packets go',
      parse: parseCapture,
      default: 'exchange.pcapng',
      offers: 'files',
    },
    KEEP,
    WEB,
  ],
  examples: [
    ['barewire demo', 'writes exchange.pcapng besides'],
    ['barewire demo --seed 7', 'the same run again'],
    ['barewire demo --web', 'the exchange on a page'],
    ['barewire demo --json', 'for a program'],
  ],
  run: async (_, options, io) => (await import('../actions/demo.ts')).demo(options, io),
})
