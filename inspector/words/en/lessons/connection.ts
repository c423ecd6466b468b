/** Chapter 3: how connections begin and end, and what is done about losses. */
import type { ClosingNames } from '../../../lessons/connection/closing.ts'
import type { LossNames } from '../../../lessons/connection/loss.ts'
import type { OldSynNames } from '../../../lessons/connection/old-syn.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

export const oldSyn: LessonWords<OldSynNames> = {
  title: 'Three segments, and the SYN that came late',
  prose: [
    'Before the first byte, both sides must know where the other begins to count. Each picks a number that nobody can guess, says it with SYN, and waits until the other has repeated it.',
    'Two segments would be enough for that, if the network forgot nothing and kept nothing. But a SYN of an earlier try can lie in a queue somewhere, and arrive when nobody means it any more.',
    'Here one does: it carries `{oldNumber}`, while the laptop now counts from `{newNumber}`. The server cannot tell that it is old. It answers in good faith, and this is where the third segment earns its place.',
  ],
  changes: { late: 'With the late SYN', plain: 'Without the late SYN' },
  steps: {
    held: 'The laptop sends SYN {newNumber}. It is held up on the way.',
    old: 'An old SYN {oldNumber} arrives first. The server takes it for a new connection.',
    answered: 'The server answers SYN ACK and repeats the old number plus one: {oldAnswered}.',
    refused: 'The laptop never said {oldNumber}. It answers RST {rstNumber}: nobody wants this.',
    forgotten: 'The server forgets the half-open connection. Nothing was lost.',
    real: 'The real SYN arrives, and the server begins again.',
    again: 'SYN ACK repeats {newAnswered}: this is the number that the laptop waits for.',
    both: 'ACK {shopNumber}. Now both know that the other knows.',
    asks: 'The laptop sends SYN {newNumber}: I count from here.',
    repeats: 'The server answers SYN ACK {newAnswered}: I heard you, and I count from {shopFirst}.',
  },
  labels: { earlier: 'of an earlier try', heldUp: 'held up' },
  question:
    'Suppose the server took the connection for open as soon as it had sent SYN ACK. What would the old SYN have done?',
  choices: {
    nothing: 'Nothing: its number is too small to be taken.',
    half: 'Left the server with a connection that the laptop knows nothing of.',
    closed: 'Closed the connection that the laptop is opening.',
  },
  answers: {
    nothing:
      'The server has nothing to compare the number with: to it, {oldNumber} is as good as any. In the run it goes to SYN-RECEIVED at {halfFrom} ms.',
    half: 'In the run the server is in SYN-RECEIVED from {halfFrom} to {halfTo} ms. With two segments it would be ESTABLISHED there, and would wait for a laptop that never called. The third segment is the laptop’s chance to say no, and RST {rstNumber} is how it said it.',
    closed:
      'The laptop stays in SYN-SENT until its own number is repeated: in the run until {waitsTo} ms. An answer to another number does not move it.',
  },
}

export const closing: LessonWords<ClosingNames> = {
  title: 'Each side says goodbye for itself',
  prose: [
    'A connection is two streams, one each way. FIN ends one of them: I have no more to say. The other goes on until its own sender says FIN.',
    'Here the laptop says FIN first. The shop acknowledges it, and still has {rest} bytes to send. Its own FIN comes at {finAt} ms.',
    'Then everything is said, and the laptop waits all the same: for {waits} seconds, twice the {lifetime} seconds that a segment may live in this network. The state is called TIME-WAIT. It costs a little memory. Lose the last ACK, and see what it buys.',
  ],
  changes: {
    calm: 'Everything arrives',
    lost: 'The last ACK is lost',
    hasty: 'Lost, and the laptop forgets at once',
  },
  steps: {
    finished: 'FIN: the laptop has no more to say. It still listens.',
    heard: 'The shop acknowledges it. One direction is closed.',
    rest: 'The shop still sends {rest} bytes, and the laptop takes them.',
    finishedToo: 'Now the shop says FIN too. It waits for one last ACK.',
    last: 'The laptop acknowledges, and goes to TIME-WAIT.',
    missed: 'The laptop acknowledges. This ACK never arrives.',
    again: '{againAfter} ms later the shop has heard nothing. It says FIN once more.',
    answered: 'The laptop is still there, in TIME-WAIT. It acknowledges again, and the shop can go.',
    gone: 'At {goneAt} ms the laptop has forgotten the connection.',
    reset: 'Nobody knows this connection any more: RST.',
    over: 'After {waits} seconds TIME-WAIT is over. No segment of this connection can be alive.',
  },
  labels: { lost: 'lost' },
  question:
    'The last ACK is lost, and the laptop has already forgotten the connection. The shop says FIN once more. What does it hear?',
  choices: {
    silence: 'Nothing.',
    acknowledged: 'ACK: everything has arrived.',
    reset: 'RST: there is no such connection.',
  },
  answers: {
    silence:
      'A machine answers what it cannot place. In the run the FIN is sent again at {againAt} ms, and something comes back.',
    acknowledged:
      'Only who remembers the connection can say that everything has arrived. In the run the laptop has forgotten it at {goneAt} ms, before FIN comes again at {againAt} ms.',
    reset:
      'FIN is sent again at {againAt} ms, and RST comes back. The shop must fear that the end was lost, although all {rest} bytes have arrived. TIME-WAIT keeps somebody there who can still say ACK.',
  },
}

export const loss: LessonWords<LossNames> = {
  title: 'What is lost, and how much at once',
  prose: [
    'Networks lose segments. TCP notices it in two ways: the receiver repeats that a piece is missing, or nobody says anything and a clock runs out.',
    'Here the laptop sends {bytes} bytes in {pieces} segments. Bytes {lostFrom} to {lostTo} never arrive. What comes behind them does, and each piece is answered with the number of the gap. After {complaints} such repetitions the laptop sends the lost bytes again, {waited} ms after the first time, and nothing else.',
    'It does not send everything at once. It begins with {flight} segments, and each acknowledgment allows more: so it finds out what the network can carry. And it never sends more than the receiver has room for. That room is the window, and every segment that comes back says how large it is.',
  ],
  changes: {
    middle: 'One in the middle is lost',
    last: 'The last one is lost',
    none: 'Nothing is lost',
    narrow: 'The shop reads slowly',
  },
  steps: {
    begins: '{flight} segments of {size} bytes leave at once. The first acknowledgment is back after {roundTrip} ms.',
    lost: 'Bytes {lostFrom} to {lostTo} leave at {lostAt} ms and never arrive.',
    complains: 'Later pieces arrive. Each is answered: I still wait for byte {lostFrom}.',
    again: 'After {complaints} repetitions the laptop sends bytes {lostFrom} to {lostTo} again, at {againAt} ms.',
    silence: 'All before is acknowledged. Behind the lost piece nothing comes that could tell.',
    timeout: 'At {againAt} ms the clock runs out. The laptop sends bytes {lostFrom} to {lostTo} again.',
    full: 'The shop’s program does not read. {room} bytes have arrived and wait; there is room for {left} more, less than a segment. The laptop waits.',
    opens: 'At {opensAt} ms the program has read, and the window is open for {opened} bytes.',
    done: 'At {doneAt} ms all {bytes} bytes are acknowledged.',
  },
  labels: { sent: 'sent', lost: 'lost', again: 'sent again', acknowledged: 'acknowledged' },
  question: 'Suppose it is the very last segment that is lost. When does the laptop notice?',
  choices: {
    sooner: 'Sooner: nothing behind it is in the way.',
    same: 'As before: a good round trip later.',
    later: 'Much later.',
  },
  answers: {
    sooner:
      'Nothing tells it. In the run the piece leaves at {lostAt} ms and is sent again at {againAt} ms; a round trip takes {roundTrip} ms.',
    same: 'It takes later pieces to repeat the number of the gap, and there are none. In the run it takes {waited} ms, and a round trip {roundTrip} ms.',
    later:
      'Nothing comes behind it, so nobody complains. Only the clock tells: the laptop waits {waited} ms, where a round trip takes {roundTrip} ms. So the end of a transfer is the worst place for a loss.',
  },
}
