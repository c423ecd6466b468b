/** 第三章：连接怎样建立、怎样结束，丢失了怎么办。 */
import type { ClosingNames } from '../../../lessons/connection/closing.ts'
import type { LossNames } from '../../../lessons/connection/loss.ts'
import type { OldSynNames } from '../../../lessons/connection/old-syn.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

export const oldSyn: LessonWords<OldSynNames> = {
  title: '三次握手，与迟到的旧 SYN',
  prose: [
    '在第一个字节之前，双方必须知道对方从哪里开始计数。每一方选一个别人猜不到的数，用 SYN 说出来，然后等对方把它重复一遍。',
    '如果网络既不丢失也不滞留，两个段就够了。可是上一次尝试的 SYN 可能还排在某个队列里，等到已经没有人需要它的时候才到达。',
    '这里就有一个：它带着 `{oldNumber}`，而 laptop 现在从 `{newNumber}` 开始计数。服务器看不出它是旧的，只能照常应答。第三个段的用处，正在这里。',
  ],
  changes: { late: '有迟到的 SYN', plain: '没有迟到的 SYN' },
  steps: {
    held: 'laptop 发出 SYN {newNumber}，途中被耽搁。',
    old: '旧的 SYN {oldNumber} 先到。服务器以为是新连接。',
    answered: '服务器回 SYN ACK，把旧的数加一重复回来：{oldAnswered}。',
    refused: 'laptop 从没说过 {oldNumber}，于是回 RST {rstNumber}：没有人要它。',
    forgotten: '服务器忘掉这个半开的连接，什么也没有损失。',
    real: '真正的 SYN 到达，服务器重新开始。',
    again: 'SYN ACK 重复 {newAnswered}：这正是 laptop 在等的数。',
    both: 'ACK {shopNumber}。现在双方都知道对方已经知道。',
    asks: 'laptop 发出 SYN {newNumber}：我从这里开始数。',
    repeats: '服务器回 SYN ACK {newAnswered}：听到了；我从 {shopFirst} 开始数。',
  },
  labels: { earlier: '上一次尝试的', heldUp: '被耽搁' },
  question: '假如服务器一发出 SYN ACK 就认为连接已经建立，那么这个旧 SYN 会造成什么后果？',
  choices: {
    nothing: '没有后果：它的序号太小，不会被接受。',
    half: '服务器留下一个 laptop 毫不知情的连接。',
    closed: 'laptop 正在建立的连接被关闭。',
  },
  answers: {
    nothing:
      '服务器没有可以比较的数：对它来说 {oldNumber} 与别的数一样好。运行中它在 {halfFrom} 毫秒进入 SYN-RECEIVED。',
    half: '运行中服务器从 {halfFrom} 到 {halfTo} 毫秒处于 SYN-RECEIVED。若只有两个段，它此时就是 ESTABLISHED，会一直等待一个从未呼叫它的 laptop。第三个段让 laptop 有机会说“不”，RST {rstNumber} 就是这个“不”。',
    closed: 'laptop 会停在 SYN-SENT，直到自己的数被重复：运行中是到 {waitsTo} 毫秒。对别的数的应答动不了它。',
  },
}

export const closing: LessonWords<ClosingNames> = {
  title: '各自道别',
  prose: [
    '一条连接其实是两条流，一个方向一条。FIN 结束其中一条：我没有要说的了。另一条照样走，直到它的发送者也说 FIN。',
    '这里 laptop 先说 FIN。商店确认了，但还有 {rest} 个字节要发；它自己的 FIN 在 {finAt} 毫秒才来。',
    '到这时话都说完了，laptop 却还在等：等 {waits} 秒，是这个网络里一个段最长寿命 {lifetime} 秒的两倍。这个状态叫 TIME-WAIT。它占一点内存。把最后的 ACK 弄丢，就看得出它换来了什么。',
  ],
  changes: { calm: '全部到达', lost: '最后的 ACK 丢了', hasty: '丢了，而且 laptop 立刻忘掉' },
  steps: {
    finished: 'FIN：laptop 没有要说的了，但还在听。',
    heard: '商店确认。一个方向关闭了。',
    rest: '商店还发来 {rest} 个字节，laptop 照收。',
    finishedToo: '现在商店也说 FIN，等最后一个 ACK。',
    last: 'laptop 确认，进入 TIME-WAIT。',
    missed: 'laptop 确认了，但这个 ACK 没有到达。',
    again: '过了 {againAfter} 毫秒，商店什么也没听到，再说一遍 FIN。',
    answered: 'laptop 还在 TIME-WAIT 里，于是再确认一次，商店可以走了。',
    gone: '{goneAt} 毫秒，laptop 已经忘了这条连接。',
    reset: '已经没有人认识这条连接：RST。',
    over: '{waits} 秒之后 TIME-WAIT 结束。这条连接不可能还有活着的段。',
  },
  labels: { lost: '丢失' },
  question: '最后的 ACK 丢了，而 laptop 已经忘了这条连接。商店再说一遍 FIN，会听到什么？',
  choices: { silence: '什么也听不到。', acknowledged: 'ACK：全部收到。', reset: 'RST：没有这条连接。' },
  answers: {
    silence: '机器对认不出来的段也会应答。运行中 FIN 在 {againAt} 毫秒重发，随即有东西回来。',
    acknowledged:
      '只有还记得这条连接的一方才能说“全部收到”。运行中 laptop 在 {goneAt} 毫秒就忘了，而 FIN 在 {againAt} 毫秒才又来。',
    reset:
      'FIN 在 {againAt} 毫秒重发，回来的是 RST。商店只好担心结尾丢了，尽管 {rest} 个字节全都到了。TIME-WAIT 让那边始终有人还能说 ACK。',
  },
}

export const loss: LessonWords<LossNames> = {
  title: '丢了怎么办，一次能发多少',
  prose: [
    '网络会丢段。TCP 有两种办法察觉：接收者反复说缺了一块；或者谁也不说话，直到定时器走完。',
    '这里 laptop 用 {pieces} 个段发送 {bytes} 个字节。第 {lostFrom} 到 {lostTo} 字节没有到。后面的到了，而每一个换来的应答都是缺口的那个数。重复了 {complaints} 次之后，laptop 把丢的那些字节再发一遍，距第一次 {waited} 毫秒；别的都不重发。',
    '它并不一次全发。先发 {flight} 个段，每个确认再放行更多：这样才摸得清网络能承受多少。它发的也从不超过接收者放得下的。这块余地就是窗口，每个回来的段都会报出它有多大。',
  ],
  changes: { middle: '丢中间一个', last: '丢最后一个', none: '一个也不丢', narrow: '商店读得慢' },
  steps: {
    begins: '{flight} 个段一齐出发，每个 {size} 字节。{roundTrip} 毫秒后第一个确认回来。',
    lost: '第 {lostFrom} 到 {lostTo} 字节在 {lostAt} 毫秒出发，没有到。',
    complains: '后面的到了，每一个都换来同一句：我还在等第 {lostFrom} 字节。',
    again: '重复 {complaints} 次之后，laptop 在 {againAt} 毫秒重发第 {lostFrom} 到 {lostTo} 字节。',
    silence: '之前的都确认了。丢的那块后面再没有东西，能说出它丢了。',
    timeout: '{againAt} 毫秒，定时器走完。laptop 重发第 {lostFrom} 到 {lostTo} 字节。',
    full: '商店的程序不读。{room} 个字节到了，排着队；只剩 {left} 个字节的余地，装不下一个段。laptop 等着。',
    opens: '{opensAt} 毫秒，程序读了，窗口开到 {opened} 字节。',
    done: '{doneAt} 毫秒，{bytes} 个字节全部得到确认。',
  },
  labels: { sent: '发送', lost: '丢失', again: '重发', acknowledged: '已确认' },
  question: '假如丢的是最后一个段，laptop 什么时候察觉？',
  choices: {
    sooner: '更早：后面没有东西碍事。',
    same: '与刚才一样：一个多往返之后。',
    later: '晚得多。',
  },
  answers: {
    sooner: '没有东西告诉它。运行中这一块在 {lostAt} 毫秒出发，{againAt} 毫秒才重发；一个往返只要 {roundTrip} 毫秒。',
    same: '要有后面的段，才会有人重复缺口的数，而后面没有了。运行中等了 {waited} 毫秒，一个往返是 {roundTrip} 毫秒。',
    later:
      '它后面什么也没有，就没有人抱怨，只有定时器会说：laptop 等了 {waited} 毫秒，而一个往返只要 {roundTrip} 毫秒。所以一次传输最怕丢的是结尾。',
  },
}
