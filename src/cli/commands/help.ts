/** `barewire help`. The help of a command is that command's `--help`: `main.ts` sees to it. */
import { TOPICS } from '../../explain/topic-types.ts'
import { type CommonOptions, command } from '../command.ts'
import { parseTopic } from '../options.ts'

export const helpCommand = command<(typeof TOPICS)[number], CommonOptions>({
  name: 'help',
  summary: `the help of a command, or what one should know about ${TOPICS.join(', ')}`,
  argument: { name: '<topic>', what: `a command, or ${TOPICS.join(', ')}`, parse: parseTopic, offers: TOPICS },
  options: [],
  examples: [
    ['barewire help tls', 'what a handshake is, and the words for it'],
    ['barewire help alerts --lang zh', 'every alert, in Chinese'],
    ['barewire help get', 'the same as barewire get --help'],
  ],
  run: async (topic, options, io) => (await import('../actions/help.ts')).help(topic, options, io),
})
