/** Views of those who have no keys: the eavesdropper, and the machine in the middle. */
import type { HeardIn } from '../../model/heard.ts'
import { bare, counted, listed } from './page.ts'

const heardIn: Readonly<Record<HeardIn, string>> = {
  dns: 'DNS',
  hello: 'ClientHello',
  certificate: 'certificate',
  request: 'request',
}

export const views = {
  heard: {
    title: 'What the eavesdropper has',
    frames: (count: number) => `${counted(count, 'frame')} seen`,
    asked: (name: string, times: number) =>
      `Somebody asked ${name} for something${times < 2 ? '' : times === 2 ? ', twice' : `, ${times} times`}`,
    somebody: 'somebody',
    readAll: (requests: readonly string[]) => `Everybody could read it: ${requests.join(', ')}`,
    reads: 'Reads',
    name: (name: string, where: readonly HeardIn[]) =>
      `the name ${name}: ${where.map(each => heardIn[each]).join(', ')}`,
    addresses: (all: readonly string[]) => `both addresses, ${listed(all)}; every port, every time`,
    certificate: (subject: string) => `the certificate of ${bare(subject)}: TLS 1.2 sends it in the clear`,
    requests: (all: readonly string[]) => `what was asked for: ${all.join(', ')}`,
    cookies: (all: readonly string[]) => `cookies: ${all.join(', ')}`,
    forms: (all: readonly string[]) => `what was typed: ${all.join(', ')}`,
    seesOnly: 'Sees only',
    sizes: (all: readonly { there: number; back: number }[]) =>
      `${counted(all.length, 'request')} of ${listed(all.map(({ there }) => String(there)))} bytes, answered with ${listed(all.map(({ back }) => String(back)))}`,
    nothing: 'nothing: all of it was readable',
    guesses: 'Can guess',
    guess: 'How much was asked and answered, and when. Not what, and not by whom.',
    never: 'Never on the wire in the clear',
    hidden: listed,
    encrypted: 'encrypted',
    who: (certificate: string | undefined): string =>
      certificate === undefined
        ? 'The certificate was encrypted. Who asked: only an address.'
        : 'The certificate came in the clear. Who asked: only an address.',
    safe: 'Chosen in the clear. What is encrypted can be neither read nor changed unnoticed.',
    what: (count: number) => `${counted(count, 'request')}, ${counted(count, 'answer')}`,
  },
  middle: {
    title: 'What a machine in the middle tried',
    note: 'Each line is played now, by a third machine between the same two.',
    /** By the names of the attacks in the library. */
    attacks: {
      'read-password': 'reads the login form as it passes',
      'inject-advertisement': 'writes an advertisement into the page',
      'listen-in': 'listens',
      'swap-key': 'puts a key of its own in place of the server’s',
      'forge-certificate': 'shows a certificate for the same name from an authority of its own',
      'flip-bit': 'turns one bit in the server’s answer',
      'replay-record': 'sends the client’s request a second time',
      'cut-connection': 'closes the connection in the middle of the answer',
    } as Readonly<Record<string, string>>,
    playing: 'playing …',
    refused: (who: 'client' | 'server', sentence: string) =>
      `${who === 'client' ? 'The client' : 'The server'} refuses it. ${sentence}`,
    succeeds: 'It succeeds.',
    learned: (what: readonly string[]): string => `(${what.join('; ')})`,
    over: { http: 'Over plain HTTP', https: 'Over TLS' },
    noEngines: 'This run was recorded elsewhere: what could be tried with it is in “Try it”.',
  },
}
