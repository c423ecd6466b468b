/** Failures below IP, in words. */
import type { linkFailures } from '../../failures/link.ts'
import type { WordsOf } from '../words.ts'

export const linkWords: WordsOf<typeof linkFailures> = {
  'link/no-neighbour': {
    title: 'Nobody has this address on the wire.',
    says: f => `ARP asked ${f.number ?? 'several'} times who has ${f.where ?? 'the address'}; nobody answered.`,
    because: ['The host is down or not plugged in.', 'The address belongs to another subnet.'],
  },
}
