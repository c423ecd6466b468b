/** `barewire check HOST`. */
import { GRADES } from '../../failures/findings.table.ts'
import { FAMILIES } from '../../net/check/types.ts'
import type { CheckOptions } from '../actions/check.ts'
import { type AnyCommand, command, STARTTLS_OPTION, WEB } from '../command.ts'
import {
  collect,
  parseCapture,
  parseDuration,
  parseFamilies,
  parseGrade,
  parseMost,
  parseParallel,
  parsePort,
  parseResolve,
} from '../options.ts'

export const checkCommand: AnyCommand = command<string, CheckOptions>({
  name: 'check',
  summary: 'what a server offers, and how good that is: one ClientHello for each question',
  argument: { name: '<host>', what: 'shop.test, localhost:8443' },
  options: [
    {
      flags: '--only <families>',
      what: `ask these only: ${FAMILIES.join(', ')}`,
      parse: parseFamilies,
      offers: FAMILIES,
    },
    { flags: '--skip <families>', what: 'ask the others', parse: parseFamilies, offers: FAMILIES },
    { flags: '--why', what: 'also what could be better, and for each finding the rule and what to do' },
    {
      flags: '--fail-on <grade>',
      what: 'exit code 9 where a finding is as bad as that: note, weak, bad, never; bad where it is not said',
      parse: parseGrade,
      offers: [...GRADES, 'never'],
    },
    STARTTLS_OPTION,
    { flags: '--sni <name>', what: 'the name to ask for and to check; otherwise that of the host' },
    {
      flags: '--resolve <host:port:address>',
      what: 'connect to this address; may be repeated',
      parse: collect(parseResolve),
    },
    {
      flags: '--trust <file>',
      what: 'believe these roots and no others; may be repeated',
      parse: collect((path: string) => path),
      offers: 'files',
    },
    { flags: '--http <port>', what: 'where plain HTTP is; 80 beside 443, and else not asked', parse: parsePort },
    { flags: '--timeout <time>', what: 'for each answer; 5 s where it is not said', parse: parseDuration },
    {
      flags: '--max-time <time>',
      what: 'for everything; 24 times --timeout where it is not said',
      parse: parseDuration,
    },
    { flags: '--parallel <number>', what: 'connections at once; 6 where it is not said', parse: parseParallel },
    { flags: '--most <number>', what: 'connections in all; 600 where it is not said', parse: parseMost },
    { flags: '--pcapng <file>', what: 'write what moved on the wire there', parse: parseCapture, offers: 'files' },
    WEB,
  ],
  examples: [
    ['barewire check shop.test', 'everything'],
    ['barewire check localhost:8443 --why', 'with the rule and the next step of each finding'],
    ['barewire check shop.test --only versions,suites', 'two families of questions'],
    ['barewire check shop.test --json --fail-on weak', 'in a pipeline'],
    ['barewire check mail.test:587 --starttls smtp', 'a server that begins in clear'],
  ],
  notes:
    'One address is asked, and no other. Nothing is exploited: what only an attack would show is not asked, and said to be. Exit code 9: something bad was found.',
  run: async (what, options, io) => (await import('../actions/check.ts')).checkServer(what, options, io),
})
