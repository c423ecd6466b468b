/** What stands around the sentences of `barewire explain`. */
import { alertText } from '../../tls/alerts.table.ts'
import type { PageWords } from '../page-words.ts'
import { alertWords } from './alerts.ts'

export const page: PageWords = {
  example: 'for example',
  bytes: 'bytes',
  alert: 'alert',
  status: 'status',
  exit: 'exit code',
  related: 'related',
  whose: 'whose side',
  speaks: 'said by',
  perhaps: 'or perhaps',
  reason: 'reason',
  more: 'more',
  where: [
    ['ca/', 'None on the wire: it is about files of this machine.'],
    ['file/', 'In the file: the field that is named, as DER or text has it.'],
    ['acme/', 'In the answer of the authority, which is JSON over HTTPS: -v http shows it.'],
    ['session/', 'None on the wire: it is about what the server keeps between requests.'],
    ['dns/', 'In the datagrams to and from port 53: -vv dns shows their fields.'],
    ['link/', 'In the ARP packets: -vv arp shows their fields.'],
    ['ip/', 'In the head of an IP packet or an ICMP message: -vv ip,icmp shows their fields.'],
    ['tcp/', 'In the head of a TCP segment, most often its flags: -vv tcp shows them.'],
    ['tls/certificate-', 'In a certificate of the chain: barewire cert explain HOST shows the very bytes.'],
    ['tls/chain-', 'In the Certificate message and what it does not hold: barewire cert explain HOST shows each path.'],
    ['tls/', 'In a TLS record: the failure names message and range, and -vvv tls shows the bytes.'],
    ['http/', 'In the head or the body of a message: the failure names the octets, and -vv http shows the head.'],
    ['cookie/', 'In the field Set-Cookie of an answer: -v http shows it.'],
    ['net/', 'None of its own: look at the failure below it, or at what went before with -v.'],
  ],
  elsewhere: 'None: it is about what was typed, or a file of this machine.',
  unknown: message => `This message is not known here: “${message}”.`,
  unknownNext:
    'Nothing is guessed. Paste the line before and after it too, or a number such as error:0A000086; barewire explain CODE has the page of a code.',
  evidence: because => {
    switch (because.kind) {
      case 'words':
        return `it says “${because.text}”`
      case 'alert':
        return `the other side sent alert ${alertText(because.number)}`
      case 'exit':
        return `curl ends with ${because.number} for it, and for other things`
      case 'verify':
        return `verification ended with ${because.number}`
    }
  },
  openssl: ({ digits, layout, library, libraryName, reason, text, alert, errno }) => {
    const where = `${digits} is a number of ${layout}: library ${library}${libraryName === undefined ? '' : ` (${libraryName})`}`
    if (errno !== undefined) return `${where}, errno ${errno} of the system.`
    const why = alert !== undefined ? `1000 and the alert ${alert}` : (text ?? 'no name known here')
    return `${where}, reason ${reason} (${why}).`
  },
  alertSent: alert => {
    const words = alertWords(alert)
    return `alert ${alertText(alert)}${words === undefined ? '' : `: ${words.means}`}`
  },
}
