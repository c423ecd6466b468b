/** Captures and runs that are looked at as they happen: giving the page a file, lists of connections. */
import { counted } from './page.ts'

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`

export const captures = {
  captures: 'Captures',
  /** Of the button and of the place where files fall. */
  choose: 'Choose files …',
  open: 'Open a capture …',
  title: 'Look into a capture',
  invitation: 'Drop a capture here: pcapng or pcap, of any program.',
  keysToo:
    'A key log beside it (SSLKEYLOGFILE) decrypts what it has the secrets of, now or later; the private key of a server, what RSA key exchange protected.',
  stays: 'The file stays on this machine: this page sends nothing anywhere.',
  drop: 'Drop the capture, and its key log or private key',
  kept: 'Runs that are kept',
  opened: 'Opened here',
  reading: (part: number) => `Reading the file: ${Math.floor(part * 100)} %`,
  opening: (records: number) => `Opening the conversation: ${counted(records, 'record')}`,
  list: 'Connections',
  conversations: (count: number) => counted(count, 'conversation'),
  failed: (count: number) => `${count} failed`,
  counts: (frames: number, seconds: number) => `${counted(frames, 'frame')} in ${seconds.toFixed(3)} s`,
  size: megabytes,
  secrets: ({ used, without }: { readonly used: number; readonly without: number }) =>
    [
      used === 0 ? '' : `${counted(used, 'secret')} used`,
      without === 0 ? '' : `none for ${counted(without, 'conversation')}`,
    ]
      .filter(Boolean)
      .join(', '),
  keys: (keyLogs: number, privateKeys: number) =>
    [keyLogs === 0 ? '' : counted(keyLogs, 'key log'), privateKeys === 0 ? '' : counted(privateKeys, 'private key')]
      .filter(Boolean)
      .join(', '),
  filter: 'Filter the list',
  filterHint: 'address, protocol or what came of it',
  leftOut: (count: number) => `${counted(count, 'conversation')} left out by the filter`,
  notListed: (count: number) => `${counted(count, 'more conversation')}, not listed`,
  none: 'No conversation is in it.',
  noneYet: 'Nothing has been said yet.',
  all: 'All connections',
  of: (number: number, count: number) => `conversation ${number} of ${count}`,
  whole: 'All of it, as one exchange',
  starred: 'Values of cookies, credentials and bodies are starred.',
  shown: 'Cookies, credentials and bodies are shown as they are.',
  show: 'Show what is private',
  notRead: 'The file could not be read',
  changed: 'It was changed or taken away since it was chosen, or this browser may not read it. Choose it again.',
  empty: 'It is empty: nothing was written into it, or not yet.',
  noRun: 'No such run is known here',
  noRunWhy: (exchange: string) =>
    `The link may be of another version of this page, or was cut off. “${exchange}” above leads to a run that it can play.`,
  notHere: 'This file is not open here',
  notHereWhy: 'A page forgets the files that it was given. Drop the file again to go on.',
  notServed: (status: number) =>
    status === 0
      ? 'The command that showed this page is gone: nobody answers there any more.'
      : `The command that shows this page answered with ${status}.`,
  noConversation: 'It has no such conversation',
  what: (text: string) => text,
  /** Marks of a row, for those who do not see them. */
  went: { well: 'went well', badly: 'failed', unknown: 'nobody can tell' },
  live: {
    title: (command: string) => `barewire ${command}`,
    following: 'Following it as it happens',
    ended: 'It is over; what it said stays here.',
    connecting: 'Waiting for the command …',
    lost: 'The command does not answer any more. What it said stays here; the page tries again.',
    again: 'Connected again: everything is read from its beginning.',
    missed: (count: number) => `${counted(count, 'record')} of the middle were not kept`,
    connections: (count: number) => counted(count, 'connection'),
    open: 'open',
  },
}
