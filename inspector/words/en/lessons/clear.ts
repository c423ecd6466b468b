/** Chapter 4: HTTP in the clear, read and rewritten by whoever sits between. */
import type { AlteredNames } from '../../../lessons/clear/altered.ts'
import type { EavesdropperNames } from '../../../lessons/clear/eavesdropper.ts'
import type { StrippedNames } from '../../../lessons/clear/stripped.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

export const eavesdropper: LessonWords<EavesdropperNames> = {
  title: 'Somebody reads along',
  prose: [
    '{user} signs in at {host}. Name and password stand in the request, as text: `{shownForm}`. HTTP puts them into a segment, a packet and a frame as they are, and the frame passes cables, switches and routers that belong to others.',
    'Whoever holds one of them needs no trick and leaves no trace. Here all {frames} frames that passed the switch were kept, {bytes} bytes. Then every word of the visit was looked for in them.',
    'Play the same visit over TLS. The words are gone, but not everything is: somebody still talks to somebody, at a time, and about so many bytes.',
  ],
  changes: { plain: 'Over HTTP', tls: 'Over TLS' },
  steps: {
    asks: 'The laptop sends the login form to {path}.',
    frame: 'The frame that passes the switch has {frameBytes} bytes. In it stands `{shownForm}`.',
    answer: 'The shop answers {answeredAfter} ms later.',
    read: 'What was found in the frames: name, password, and the page that {user} was shown.',
    hello: 'Before there are keys, the laptop must say whom it wants: {host}. That still goes in the clear.',
    sealed: 'The same form, at the same place in the frame: `{shownForm}`. This is all that passes.',
    back: 'The answer comes {answeredAfter} ms later, encrypted as well.',
    left: 'What was found in the frames: with whom the laptop talks, and how much. Nothing of what was said.',
  },
  labels: {
    what: 'What was said',
    seen: 'found in the frames',
    hidden: 'not found',
    host: 'Shop',
    path: 'Path',
    user: 'User',
    password: 'Password',
    page: 'Page',
    sizes: 'Bytes of the last frames',
  },
  question: 'Over TLS: what of this visit can still be read on the wire?',
  choices: {
    password: 'The password: it is in the same place of the frame as before.',
    path: 'The path, {path}: routers must know where to go.',
    name: 'The name of the shop.',
  },
  answers: {
    password:
      'It is in the same place, and as long as before, but what stands there is `{shownForm}`. Without the keys these are numbers like any others.',
    path: 'Routers go by IP addresses. The path is a matter between browser and server, and lies encrypted in the request: in the run `{path}` stands in none of the {frames} frames.',
    name: 'A server with several names must know which certificate to show, before there are keys. So {host} stands in ClientHello, to be read by everybody. Sizes and times remain as well: in the run {frames} frames, {bytes} bytes. There is an extension that hides the name too (ECH).',
  },
}

export const altered: LessonWords<AlteredNames> = {
  title: 'Somebody writes along',
  prose: [
    'Who can read can also write. Mallory sits between laptop and shop, takes every request, asks the shop itself, and hands over what it likes.',
    'The shop writes: `{written}`. The laptop is shown: `{shown}`. It is a perfect answer: the status is right, and the length as well. The shop’s page had {writtenLength} bytes, the one that arrives has {shownLength} and says so.',
    'Nothing in HTTP tells who has written it. Neither the shop nor the laptop can notice anything, since neither has ever seen what the other has.',
  ],
  changes: {
    altered: 'Mallory rewrites the page',
    read: 'Mallory only passes it on',
    digest: 'With a digest in the header',
    tls: 'Over TLS',
  },
  steps: {
    asks: 'The laptop asks the shop for {path}. What answers to the shop’s address is mallory.',
    passes: 'Mallory asks the shop the same.',
    answers: 'The shop answers: `{written}`',
    same: 'Mallory hands it on, having read it. Nobody could tell.',
    altered: 'Mallory hands on another page: `{shown}`',
    length: 'The new page is {shownLength} bytes long, and Content-Length says so. There is nothing to notice.',
    digests:
      'The shop had sent a digest along. Mallory has made a new one, {told}, and the laptop comes to {counted}: it fits.',
    sealed: 'Over TLS mallory sees records go by. It has no keys, and can only hand them on, or turn bits over.',
    flipped: 'The shop answers. At {flippedAt} ms its record is with mallory, who turns over one bit of it.',
    refused:
      'At {refusedAt} ms the laptop has looked at the tag of the record: {failure}. It shows nothing, and hangs up.',
  },
  labels: {
    written: 'The shop wrote',
    shown: 'The laptop was shown',
    length: 'Content-Length',
    digest: 'Digest that came along',
    counted: 'Digest of what came',
    flipped: 'one bit turned over',
  },
  question: 'What would have told the laptop that the account {account} became {account2} on the way?',
  choices: {
    length: 'The length of the page, which Content-Length says.',
    digest: 'A digest of the page, in a header of the answer.',
    tls: 'TLS.',
  },
  answers: {
    length:
      'Whoever rewrites a page rewrites its length: in the run Content-Length says {shownLength}, and {shownBytes} bytes came.',
    digest:
      'Anybody can make a digest. In the run mallory has put its own there: {told}, and the laptop comes to {counted}. A digest helps against accidents; against people it takes a key.',
    tls: 'Each record has a tag that only who has the key can make. In the run one bit was turned over at {flippedAt} ms, and at {refusedAt} ms the laptop had noticed: {failure}.',
  },
}

export const stripped: LessonWords<StrippedNames> = {
  title: 'The lock that was never there',
  prose: [
    'The shop speaks TLS. But people type names, not addresses, and so the first request often goes out in the clear. The shop answers it with an address only: come again, by TLS.',
    'In this run the laptop follows: from then on its requests for {path} are encrypted, and so is the password at {signedInAt} ms.',
    'That first request has no protection at all. Whoever answers it in the shop’s place need not forge a certificate, nor break anything. It is enough to leave out one answer.',
  ],
  changes: {
    honest: 'The shop answers',
    stripped: 'Mallory answers first',
    known: 'The laptop was told before',
  },
  steps: {
    asks: 'The laptop asks in the clear: for {path}, as somebody has typed it.',
    moved: 'The shop answers: this is to be found by TLS.',
    secure: 'The laptop asks again, this time by TLS.',
    signsIn: 'At {signedInAt} ms it sends name and password, encrypted.',
    upstream: 'Mallory asks the shop itself, by TLS, with everything in order.',
    kept: 'What comes back mallory hands on in the clear. Of the shop’s wish to be asked by TLS the laptop hears nothing.',
    tells: 'At {signedInAt} ms the laptop sends name and password in the clear. Mallory reads `{heard}`.',
    reads: 'Mallory signs in at the shop with them. The shop sees a visitor who speaks TLS.',
    begins:
      'The laptop has been here before, and was told: for {days} days by TLS alone. So it begins with ClientHello at once.',
    forged: 'Mallory must show a certificate, and has none but its own.',
    refused: 'At {refusedAt} ms the laptop refuses: {failure}. The password has not left it.',
  },
  labels: { laptopSees: 'The laptop sees', heard: 'Mallory reads', shopSees: 'The shop sees' },
  question: 'What keeps the password {password} from mallory?',
  choices: {
    redirect: 'That the shop sends everybody who comes without TLS to where there is TLS.',
    certificate: 'That the shop has a good certificate.',
    known: 'That the laptop knows beforehand that this shop speaks TLS alone.',
  },
  answers: {
    redirect:
      'That answer has to pass mallory, and does not. In the run the laptop never hears of it, and mallory reads `{heard}`.',
    certificate:
      'It has one, and mallory has looked at it: its own connection to the shop is in perfect order. But the laptop never came to where certificates are shown. In the run mallory reads `{heard}`.',
    known:
      'In the run it begins with TLS, is shown a certificate of mallory’s own making, and ends with {failure} at {refusedAt} ms. The shop has said so with a header, Strict-Transport-Security, at an earlier visit; for the very first one, browsers bring along a list.',
  },
}
