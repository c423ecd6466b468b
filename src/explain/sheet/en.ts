/** The page of `inspect --html` in English. */
import type { SheetWords } from './words.ts'

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

export const englishSheet: SheetWords = {
  conversations: count => counted(count, 'conversation'),
  failed: count => `${count} failed`,
  secretsUsed: count => `${counted(count, 'secret')} used`,
  fileSize: bytes => `file of ${bytes}`,
  frames: count => counted(count, 'frame'),
  conversation: id => `Conversation ${id}`,
  list: 'What there is',
  starred:
    'Values of cookies, credentials and bodies are left out: asterisks of the same length stand for them, or their number of bytes. Everything else that was captured may be in this page: addresses, names, paths.',
  shown:
    'Nothing is left out: values of cookies, credentials and bodies are in this page. Give it to nobody who may not have them.',
  labels: {
    ends: 'Who',
    spoken: 'How',
    what: 'What',
    milliseconds: 'ms',
    bytes: 'Bytes',
    fields: 'Fields',
    body: 'Body',
    place: 'Lies in',
  },
  direction: { right: 'client to server', left: 'server to client' },
  sealed: 'encrypted on the wire',
  lost: 'lost',
  again: 'sent again',
  held: 'checked, holds',
  failedCheck: 'checked, does not hold',
  bodyLeftOut: length => `${length}, left out`,
  fieldsEnd: why => `The fields end here: ${why}`,
  moreFields: count => `and ${counted(count, 'field')} more`,
  moreMessages: count => `${counted(count, 'message')} more, not drawn here: barewire inspect shows them.`,
  moreConversations: count => `${counted(count, 'conversation')} more, not drawn here: barewire inspect shows them.`,
  nothing: 'No message is to be shown.',
  damage: 'The file is damaged',
}
