/** 第七章：TLS 1.2，从把秘密发出去，到秘密从不上路。 */
import type { LessonWords } from '../../../lessons/lesson.ts'
import type { FalseStartNames } from '../../../lessons/tls12/false-start.ts'
import type { FinishedNames } from '../../../lessons/tls12/finished.ts'
import type { EcdheNames, RsaExchangeNames } from '../../../lessons/tls12/key-exchange.ts'
import type { ResumptionNames } from '../../../lessons/tls12/resumption.ts'

const theft = { record: '记录', size: '大小', reads: '读到', unreadable: '读不了' }

export const rsaExchange: LessonWords<RsaExchangeNames> = {
  title: 'TLS 1.2 十二步：把秘密发过去',
  prose: [
    '零件都齐了：摘要、签名、证书、密码。TLS 把它们排好顺序。这里是它最老的一种协商密钥的办法，也最容易看懂：laptop 想出一个秘密，用商店证书里的公钥加密，发过去。',
    '双方把这个秘密与两个公开说出的随机数 `{clientRandom}…` 和 `{serverRandom}…` 混在一起，得到同一个主密钥，所有密钥都由它而来。这次运行商定的以 `{master}` 开头。',
    '数一数来回。laptop 到 {requestAt} 毫秒才请求 `{path}`：两个往返过去，才轮到真正想要的第一个字节。再想想那个把路过的一切都存下来、留待以后的人。',
  ],
  changes: { rsa: '十二步', stolen: '后来私钥被盗' },
  steps: {
    hello: 'ClientHello：laptop 会的版本和套件，以及它的随机数 {clientRandom}…',
    serverHello: 'ServerHello：商店选定的，以及它自己的随机数 {serverRandom}…',
    certificate: 'Certificate：商店的公钥，以及谁为它担保。',
    done: 'ServerHelloDone：商店该说的说完了。它的私钥还什么都没做。',
    keyExchange: 'ClientKeyExchange：用证书里的公钥加密的秘密，共 {keyBytes} 字节，看上去是 {sent}…',
    change: 'ChangeCipherSpec：从这里起 laptop 开始加密。',
    finished: 'Finished：到此为止全部对话的摘要 {verifyClient}…，已用新密钥加密。',
    serverChange: 'ChangeCipherSpec：商店也开始加密。',
    serverFinished: 'Finished：它的摘要 {verifyServer}…。打得开那个秘密的人才说得出来。',
    request: '请求，在 {requestAt} 毫秒。',
    answer: '应答。',
    goodbye: 'Alert close_notify：不会再有了，而且不是被人掐断的。',
    stolen: '后来商店的私钥被盗。小偷用它打开了录下的东西。',
  },
  labels: theft,
  question: '有人录下了这些帧。一年后商店的私钥被盗。小偷能从录下的东西里读到什么？',
  choices: {
    nothing: '什么也读不到：连接的密钥早就忘掉了。',
    names: '请求读得到，应答读不到。',
    everything: '全部。',
  },
  answers: {
    nothing:
      '用不着有人记得：秘密就在 ClientKeyExchange 里，被盗的私钥打得开它。运行中读出了 {stolenMessages} 条 HTTP 消息。',
    names: '一个秘密给出两个方向的密钥。运行中读出了 {stolenMessages} 条 HTTP 消息：请求和应答。',
    everything:
      '被盗的私钥打开 ClientKeyExchange，秘密给出主密钥 `{master}…`，再给出所有密钥。{stolenMessages} 条 HTTP 消息全都摊开了。私下说的话，不该系于一把要保管多年的钥匙。',
  },
}

export const ecdhe: LessonWords<EcdheNames> = {
  title: '同样的事，用完就扔的钥匙',
  prose: [
    '更好的办法是颜料那一种：双方为这一条连接各造一对新的，说出公开的那一半，事后全部扔掉。秘密本身从不上路，加了密也不上。',
    '商店的那一半多占一条消息：ServerKeyExchange。它可能是任何人的，所以商店给它签名，连同两个随机数一起：是新的，也确实是商店的。证书的钥匙如今只管这一件事。',
    '这次运行里，那把钥匙签了 {signed} 次名，解了 {decrypted} 个秘密。laptop 的那一半连头部 {keyBytes} 字节。把钥匙偷走，再看看录下的东西。',
  ],
  changes: { ecdhe: '有 ServerKeyExchange', stolen: '后来私钥被盗' },
  steps: {
    hello: 'ClientHello，随机数 {clientRandom}…',
    serverHello: 'ServerHello，随机数 {serverRandom}…',
    certificate: 'Certificate：一把能签名的钥匙。',
    share: 'ServerKeyExchange：为这条连接新造的钥匙中商店的一半，以及对它的签名。',
    done: 'ServerHelloDone。',
    keyExchange: 'ClientKeyExchange：laptop 的一半 {sent}…。里面没有加密的东西，也不需要有。',
    change: 'ChangeCipherSpec：从这里起 laptop 开始加密。',
    finished: 'Finished：{verifyClient}…',
    serverChange: 'ChangeCipherSpec：商店也是。',
    serverFinished: 'Finished：{verifyServer}…',
    request: '请求，在 {requestAt} 毫秒，与刚才一样。',
    answer: '应答。',
    goodbye: 'Alert close_notify。',
    stolen: '后来钥匙被盗。它只会签名，什么也打不开：读得出的 HTTP 消息有 {stolenMessages} 条。',
  },
  labels: theft,
  question: '在这次握手里，证书的钥匙做了什么？',
  choices: {
    decrypted: '解开了 laptop 发来的东西。',
    signed: '给商店的那一半签了名。',
    nothing: '什么也没做：证书只说明名字。',
  },
  answers: {
    decrypted: '它解密了 {decrypted} 次。ClientKeyExchange 里是公开的一半，谁都看得到。',
    signed: '它签名 {signed} 次，解密 {decrypted} 次。没有这个签名，Mallory 就能塞进自己的一半。',
    nothing: '它签名 {signed} 次：见 ServerKeyExchange。证书说明钥匙是谁的，只有签名才表明钥匙真在那里。',
  },
}

export const finished: LessonWords<FinishedNames> = {
  title: 'Finished：你听到的是我说的吗？',
  prose: [
    '没有人给 ClientHello 签名。途中若有人把好的套件拿掉，双方就会老老实实地商定一个弱的。',
    '所以最后各方都要说出自己说过和听到的全部内容的摘要，而且用由此得来的密钥加密：laptop 说 `{verifyClient}…`，商店说 `{verifyServer}…`。两者不同，因为商店的把 laptop 的也算了进去。双方听到的若一样，就都对得上。',
    '新一些的软件更进一步，把摘要混进密钥里（RFC 7627）：听到的不一样，密钥就不一样，连 Finished 都打不开。',
  ],
  changes: { untouched: '没人插手', altered: '好的套件被拿掉' },
  steps: {
    hello: 'laptop 首先提出 {offered}。',
    altered: 'Mallory 用另一个套件顶替了它。商店听到的是 {heard}。',
    chosen: '商店选了 {chosen}。laptop 确实提过它，看不出有什么不对。',
    finished: 'laptop 的 Finished，{finishedAt} 毫秒。',
    serverFinished: '商店的 Finished。双方听到的一样。',
    unopened: '商店处于 {failedIn}，却打不开它：它的密钥出自另一个 ClientHello。',
    refused: '{refusedAt} 毫秒它说 {alert}，一切到此为止。请求一点也没有发出。',
    request: '现在 laptop 才请求。',
  },
  labels: { changed: '途中被改', unopened: '打不开' },
  question: 'Mallory 从 ClientHello 里拿掉了好的套件。谁会察觉，凭什么？',
  choices: {
    answer: 'laptop，凭 ServerHello：它首先要的不是这个套件。',
    signature: 'laptop，凭 ServerKeyExchange 里的签名。',
    finished: '商店，凭 Finished。',
  },
  answers: {
    answer: 'laptop 也提过 {chosen}。运行中它照常继续，在 {finishedAt} 毫秒发出 Finished。',
    signature:
      '签名覆盖的是随机数和商店的那一半，没人动过它们。运行中签名相符，laptop 在 {finishedAt} 毫秒发出 Finished。',
    finished:
      '运行中商店停在 {failedIn}，在 {refusedAt} 毫秒说 {alert}。它听到的是 {heard}，laptop 说的却是 {offered}。',
  },
}

export const falseStart: LessonWords<FalseStartNames> = {
  title: '抢跑省下一个往返',
  prose: [
    '请求出发之前要过两个往返：这里是 {requestAt} 毫秒，单程 {oneWay} 毫秒。第二个往返只为了 Finished。',
    '其实 laptop 发出自己的 Finished 时，需要的都有了：商店是谁已经清楚，密钥已经商定。它可以紧接着就发请求，等商店的 Finished 来了再验。这叫 False Start。',
    '只有在 Finished 对不上也不会泄密时才允许这样做：用完就扔的钥匙，加上察觉得出改动的密码。那样，捣乱的人只能让请求失败，读不到它。',
  ],
  changes: { patient: '耐心等', early: 'False Start' },
  steps: {
    hello: 'ClientHello。',
    answer: '商店的一批消息：{oneWay} 毫秒之后。',
    finished: '{finishedAt} 毫秒，laptop 说 Finished。',
    early: '同一口气里，{requestAt} 毫秒，发出请求。',
    waits: '它等商店的 Finished，那在 {serverFinishedAt} 毫秒才出发。',
    serverFinished: '商店的 Finished 在 {serverFinishedAt} 毫秒出发。它先于应答到达，验过它之后才会相信别的。',
    request: '到 {requestAt} 毫秒才发请求。',
    reply: '应答在 {replyAt} 毫秒到达。',
  },
  labels: {},
  question: '单程 {oneWay} 毫秒。用 False Start，请求在 ClientHello 之后多少毫秒出发？',
  choices: {},
  answers: {
    right:
      '一个往返：ClientHello 过去，商店的一批回来。Finished 和请求在 {requestAt} 毫秒一起出发，应答在 {replyAt} 毫秒就到了。',
    wrong: 'ClientHello 过去要 {oneWay} 毫秒，商店的一批回来也一样。之后 laptop 就不用再等了。',
  },
}

export const resumption: LessonWords<ResumptionNames> = {
  title: '我们见过',
  prose: [
    '一次握手要花两个往返、一次签名和一串证书。再来的人，其实可以记住商定过的东西：有主密钥就能造出新的密钥。',
    '这次运行里，laptop 隔 {pause} 秒又来了。商店当初给了它一张票：是商店自己的笔记，用只有商店才有的钥匙封好，自己一点也不留。第一次，请求在 {firstAt} 毫秒、{firstBytes} 字节的握手之后出发；第二次是 {secondAt} 毫秒、{secondBytes} 字节。',
    '另一种办法更老：商店留着笔记，只给一个编号。而忘了的商店，比如重启过的，就从头再来。',
  ],
  changes: { ticket: '用票', id: '用编号', forgotten: '商店忘了' },
  steps: {
    first: '第一次来：请求在 {firstAt} 毫秒，之前有 {firstCount} 条消息。',
    ticket: '其中商店给了一张票。别人读不了。',
    id: '其中商店给了会话编号，笔记自己留着。',
    again: '{pause} 秒之后：ClientHello 说出商店给的东西。',
    short: '商店认得，同一批里就说了 Finished。',
    forgotten: '商店打不开这张票了。一切从头来。',
    request: '请求在 {secondAt} 毫秒出发，之前有 {secondCount} 条消息。',
  },
  labels: {},
  question: '第二次握手省掉了哪条消息？',
  choices: {
    hello: 'ClientHello：商店已经认得 laptop。',
    certificate: 'Certificate：商店是谁，第一次就弄清楚了。',
    finished: 'Finished：第一次什么都验过了。',
  },
  answers: {
    hello: '总得有人说出那张票，再加一个新的随机数。运行中第二次握手说的是：{said}。',
    certificate:
      '运行中第二次握手说的是：{said}。商店打得开这张票，就说明是同一家商店。{secondBytes} 字节，原来是 {firstBytes}。',
    finished: '没有它，谁都可能改过两个 Hello。运行中第二次握手说的是：{said}。',
  },
}
