/** 第八章：TLS 1.3，与 TLS 1.2 并排着看。 */
import type { LessonWords } from '../../../lessons/lesson.ts'
import type { EarlyNames } from '../../../lessons/tls13/early.ts'
import type { OneTripNames } from '../../../lessons/tls13/one-trip.ts'
import type { RetryNames } from '../../../lessons/tls13/retry.ts'
import type { ScheduleNames } from '../../../lessons/tls13/schedule.ts'
import type { UnseenNames } from '../../../lessons/tls13/unseen.ts'

export const oneTrip: LessonWords<OneTripNames> = {
  title: '一个往返，而不是两个',
  prose: [
    '这里是同一次访问，用 TLS 1.2 和 TLS 1.3 各来一遍，走同一条线路，单程 {oneWay} 毫秒。laptop 请求 `{path}`：旧版本在 {oldAsk} 毫秒，新版本在 {freshAsk} 毫秒。',
    'TLS 1.2 先商量怎么商量。laptop 要等知道商店选了哪个套件，才说出自己的那一半密钥，一个完整的往返就这样过去了。TLS 1.3 靠猜：ClientHello 里就带上一半，用的是几乎每家商店都接受的那一种。',
    '于是商店一下子就有了两半。它回以自己的一半，后面的全部加密：证书、签名、Finished。这一批到了，laptop 需要的就齐了，省下 {saved} 毫秒。把商店搬远一些，看看这值多少。',
  ],
  changes: { near: '近', far: '远', old: '旧时的商店' },
  steps: {
    hello: '两个 ClientHello。TLS 1.3 的带着 laptop 的一半密钥。',
    flight: '{oneWay} 毫秒之后商店回应。TLS 1.3 的这一批以 Finished 结束，大部分已经封好。',
    same: '商店不懂比 TLS 1.2 更新的，那一半就搁在那里。两边一模一样。',
    asks: '{freshAsk} 毫秒，TLS 1.3 发出请求。TLS 1.2 这时才说出自己的一半密钥。',
    answered: 'TLS 1.3 的应答已经上路。TLS 1.2 里商店才说 Finished。',
    finished: '{oldAsk} 毫秒，TLS 1.2 发出请求。',
    both: '两边分别在 {oldAsk} 和 {freshAsk} 毫秒发出请求。没有得，也没有失。',
    answer: '应答分别在 {oldAnswer} 和 {freshAnswer} 毫秒到达。',
  },
  labels: { tls12: 'TLS 1.2', tls13: 'TLS 1.3', offers: '提出了 TLS 1.3' },
  question: 'TLS 1.3 的 ClientHello 带了什么，才省下一个往返？',
  choices: {
    share: 'laptop 的一半密钥。',
    request: '请求本身。',
    suite: '要用的唯一一个套件，没有什么可选的。',
  },
  answers: {
    share:
      'key_share 这个扩展就在里面，TLS 1.2 的没有（{shares}）。运行中请求在 {freshAsk} 毫秒出发，而不是 {oldAsk} 毫秒。',
    request:
      '运行中请求在 {freshAsk} 毫秒出发，要等商店的那一批到了才行。如果是见过的商店，倒可以立刻出发：那是后面的一课。',
    suite: '里面列了 {suites} 个套件，商店选了 {chosen}。选择不费时间：反正都在回应里。',
  },
}

export const unseen: LessonWords<UnseenNames> = {
  title: '偷听的人还看得到什么',
  prose: [
    '有人在线路上偷听，什么都存下来，但没有密钥。在 TLS 1.2 里握手几乎全都摊开着，证书也在内：是谁的，谁签的，到什么时候。',
    '在 TLS 1.3 里只有两个 Hello 是公开的。从那以后一切都封着，连是哪种消息也看不出：每条记录都说自己是数据。偷听的人分不清哪个是 Certificate，哪个是对 `{path}` 的请求。',
    '还剩两样。ClientHello 仍然说出商店的名字，因为还没有任何密钥的时候，商店就得知道该出示哪张证书。还有，大小就是大小：装着应答的那条记录有 {lastBytes} 字节，不管里面是什么。',
  ],
  changes: { tls13: 'TLS 1.3', tls12: 'TLS 1.2' },
  steps: {
    hello: 'ClientHello 是公开的，商店的名字也在里面。',
    openly: 'ServerHello 是公开的：套件，TLS 1.3 里还有另一半密钥。',
    sealed: '装着 Certificate 的字节。在 TLS 1.2 里偷听的人读得懂，在 TLS 1.3 里读不懂。',
    heard: '每一条记录，以及偷听的人从中读到的：{read}。打不开的有 {sealed} 条。',
    searched: '在录下的东西里逐个字节查找说过的话。',
  },
  labels: {
    from: '来自',
    record: '记录',
    size: '大小',
    reads: '偷听的人读到',
    unreadable: '读不到',
    laptop: 'laptop',
    shop: '商店',
    name: '商店的名字',
    certificate: '它的证书',
    path: '请求了什么',
    answer: '应答',
    there: '公开可见',
    notThere: '找不到',
  },
  question: '在 TLS 1.3 里，录下的东西中还有什么是公开的？',
  choices: {
    name: '商店的名字。',
    certificate: '商店的证书。',
    path: 'laptop 请求了什么。',
  },
  answers: {
    name: '运行中找到了（{nameSeen}）。它在 ClientHello 里，说它的时候还没有密钥。想把它也藏起来，就得从别处先知道一把钥匙。',
    certificate:
      '运行中没有找到（{certificateSeen}）。它在 ServerHello 之后才说，那时双方已经有了密钥。在 TLS 1.2 里它就在那里。',
    path: '运行中没有找到 `{path}`（{pathSeen}）。请求是数据，两个版本里数据都从不公开。',
  },
}

export const retry: LessonWords<RetryNames> = {
  title: '猜错了怎么办',
  prose: [
    'TLS 1.3 靠猜省下一个往返：ClientHello 里带着一半密钥，用的是 {offered} 这个群。这家商店偏偏没有，它只懂 {group}。',
    '损失的只是时间。商店说 HelloRetryRequest：请再来一遍，用这个群。laptop 报过自己会它，于是新造一半，把 ClientHello 再说一遍。',
    '除了被要求改的，第二个 ClientHello 必须与第一个完全一样，而且两个都要进摘要，所有密钥都取决于它。途中若有人捏造这样的要求，就会露馅，因为双方的密钥不再相同。laptop 在 {requestAt} 毫秒才发出请求，单程 {oneWay} 毫秒：又是两个往返，和从前一样。',
  ],
  changes: { retry: '另一个群', liked: '猜对了', nothing: '没有共同的' },
  steps: {
    hello: 'ClientHello 带着 {offered} 的一半。',
    retry: 'HelloRetryRequest：请用 {group}。',
    again: '第二个 ClientHello，带着 {group} 的一半。',
    agreed: 'ServerHello，带着商店的一半。',
    request: '请求在 {requestAt} 毫秒出发。',
    refused: '商店只有 {group}，laptop 只有 {offered}。Alert {alert}，到此为止：{failure}。',
  },
  labels: {},
  question: '第二个 ClientHello 与第一个有什么不同？',
  choices: {
    random: '随机数不同：它必须是新的。',
    share: '只有那一半密钥不同。',
    everything: '几乎全都不同：这是一次新的尝试。',
  },
  answers: {
    random: '随机数不变，免得有人把两个当成两条连接。运行中不同的是：{differs}。',
    share: '运行中不同的是：{differs}。商店会检查这一点：{hellos} 个 ClientHello，一次握手。',
    everything: '运行中不同的是：{differs}。第二个若还改了别的，就会被拒绝。',
  },
}

export const schedule: LessonWords<ScheduleNames> = {
  title: '每个秘密都出自前一个',
  prose: [
    '两半是公开说出来的：`{laptopShare}…` 和 `{shopShare}…`，双方得到了同一个秘密 `{shared}…`。它不直接用来做任何事。密钥从它一级一级地推出来，每一级都是单行道：找到后面的秘密，也回不到前面。',
    '每一级都混进两样东西：上一级给的，以及到此为止全部对话的摘要。握手用的密钥知道两个 Hello；请求用的密钥还知道证书和 Finished。所以 laptop 请求的密钥 `{key}` 取决于对话的每一个字节。',
    '这里的每个值，都是本页由这次运行的秘密和消息重新算出来的，并与引擎所记的比对过。然后把 Certificate 翻转一个比特，看影响到哪一级。',
  ],
  changes: { whole: '原样', altered: 'Certificate 的一个比特' },
  steps: {
    halves: '两半，如 Hello 中所写。',
    shared: 'laptop 的私密一半与商店的公开一半，或者反过来。',
    early: '第一级：若是见过的商店，这里就是双方共有的秘密。现在它由零做成，{early}…',
    handshake: '第二级：混进共享的秘密。再加上两个 Hello 的摘要，得到握手的密钥。',
    main: '第三级。加上到商店的 Finished 为止的摘要，得到之后要用的秘密。',
    keys: '由其中一个得到：封装 laptop 请求的密钥，以及与每条记录的序号相混的初值。',
    logged: '这里算出来的与引擎所记的一致吗？{fits}',
    flipped: 'Certificate 的第 {place} 个字节翻转了一个比特。共享的秘密出自两个 Hello，没有变。',
    before: '握手的密钥也没有变：它们在说 Certificate 之前就造好了。',
    after: '从这一批的摘要起，全都变了。请求会用 `{otherKey}` 来封，而不是 `{key}`。',
  },
  labels: {
    laptopShare: 'laptop 的一半',
    shopShare: '商店的一半',
    shared: '共享的秘密',
    early: '早期秘密',
    helloHash: '两个 Hello 的摘要',
    handshake: '握手秘密',
    clientHandshake: 'laptop 的握手',
    serverHandshake: '商店的握手',
    flightHash: '这一批的摘要',
    main: '主秘密',
    clientTraffic: 'laptop 的数据',
    serverTraffic: '商店的数据',
    key: '密钥',
    iv: '初值',
    what: '秘密',
    value: '原样',
    other: '翻转一个比特',
  },
  question: '对其中一方，Certificate 翻转了一个比特。双方从哪些秘密开始分道？',
  choices: {
    shared: '从共享的秘密就开始了。',
    handshake: '从握手的秘密开始。',
    application: '从之后的秘密开始，握手的还一样。',
  },
  answers: {
    shared: '它出自两半，而两半在 Hello 里。运行中双方的一样。',
    handshake: '它们出自两个 Hello 的摘要，那时还没说 Certificate：Certificate 就是用它们封的。运行中双方的一样。',
    application:
      '运行中 laptop 的密钥是 `{key}`，翻转之后是 `{otherKey}`。其实不用等到那时，CertificateVerify 和 Finished 就会说破：它们都取决于说过的话。',
  },
}

export const early: LessonWords<EarlyNames> = {
  title: '开口就问，以及被人重复',
  prose: [
    '再来的人与商店有一个共同的秘密：上一次得到的票。过了 {pause} 秒，laptop 在 ClientHello 里出示它。证书不再需要了，商店打得开这张票，就说明它是谁。',
    '还可以更进一步。用票里的秘密当场造一把密钥，同一口气里就发出请求：第一次来，请求在 {firstAsk} 毫秒；第二次在 {secondAsk} 毫秒。应答原来在 {firstAnswer} 毫秒到，现在是 {secondAnswer} 毫秒。',
    '这有代价。这头一批里没有任何东西取决于商店说过的话，所以再说一遍也照样管用。Mallory 读不懂它，却可以留下它，再说一遍。',
  ],
  changes: {
    early: '立刻',
    patient: '耐心等',
    guarded: 'Mallory 重复',
    unguarded: '重复，而商店不记得',
  },
  steps: {
    first: '第一次来：请求在 {firstAsk} 毫秒。最后商店给了一张票。',
    again: '{pause} 秒之后 laptop 又来了，ClientHello 里带着票。',
    early: '请求同时出发，{secondAsk} 毫秒，用票里得来的密钥封好。',
    waits: 'laptop 等商店的一半，在 {secondAsk} 毫秒发出请求。中间没有证书。',
    answer: '商店回答 `{path}`。',
    replayed: '{replayedAt} 毫秒，Mallory 在自己的一条连接上把同样的字节再说一遍。',
    twice: '商店打得开，照着做了：一共 {orders} 份订单。laptop 只下了 {asked} 份。',
    once: '商店记得收过什么，副本看也不看：{orders} 份订单，正是 laptop 下的。',
  },
  labels: {
    orders: '执行的订单',
    ofLaptop: '为 laptop',
    ofMallory: '为副本',
    recorded: 'Mallory 留了一份',
    sentAgain: '再说一遍',
  },
  question: 'Mallory 把录下的那一批发给一家不记得收过什么的商店。会怎样？',
  choices: {
    sealed: '没事：Mallory 没有密钥，发过去的用不了。',
    finished: '没事：Mallory 说不出 Finished，没有它商店什么也不做。',
    twice: '商店把 laptop 要求的事再做一遍。',
  },
  answers: {
    sealed: '用不着密钥：那些字节已经封好了，商店打得开。运行中多执行了 {copies} 份订单。',
    finished: '早到的数据本来就是在 Finished 之前用的。运行中多执行了 {copies} 份订单，而 Mallory 从没说过 Finished。',
    twice:
      '运行中 laptop 下了 {asked} 份订单，商店执行了 {orders} 份。所以商店必须记住收过的每一批，而客户端只应提早发送做两遍也无妨的事。',
  },
}
