/** 第六章：从摘要到证书机构。 */
import type { CertificateNames } from '../../../lessons/certificates/certificate.ts'
import type { ChainNames } from '../../../lessons/certificates/chain.ts'
import type { DigestNames } from '../../../lessons/certificates/digest.ts'
import type { SignatureNames } from '../../../lessons/certificates/signature.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

export const digest: LessonWords<DigestNames> = {
  title: '每条消息的指纹',
  prose: [
    '摘要是由消息算出的一个短短的数：不管消息是一个词还是一座图书馆，都是 {bytes} 字节。谁都能算，里面没有密钥。同样的消息，摘要总是一样；`{message}` 的摘要以 `{digest}` 开头。',
    '现在只翻转一个比特，变成 `{flipped}`。摘要就以 `{otherDigest}` 开头了，{bits} 个比特里有 {changed} 个不同：大约一半，就像每一位都抛过硬币。从摘要里看不出两条消息有多接近。',
    '所以，知道摘要的人能察觉任何改动。要想找出摘要为某个值的消息，或者摘要相同的两条消息，除了一个一个地试，谁也没有更好的办法。要试多久，只看长度。把它截短，看它怎样失守。',
  ],
  changes: {
    bit: '一个比特',
    given: '指定一个摘要',
    pair: '任意两条相同',
    longer: '加长一倍',
  },
  steps: {
    message: '消息：`{message}`。',
    digest: '它的摘要，以 {digest} 开头。图中每个比特占一格。',
    flipped: '一位数字里翻转了一个比特。摘要与原来毫无相似之处。',
    difference: '黑格是不同之处：{bits} 个比特里的 {changed} 个。',
    short: '它的摘要截到 {digits} 位：{short}。',
    searched: '一共 {values} 种摘要，试了 {tries} 条消息。',
    found: 'Mallory 的一张订单有同样的摘要。如果签的只是这个摘要，签名对两条都合适。',
    any: '每个摘要只留 {digits} 位，任意两条消息都行。',
    same: '两条消息，摘要都是 {short}。',
  },
  labels: {
    message: '消息',
    flipped: '翻转一个比特',
    digest: '摘要',
    otherDigest: '翻转后的摘要',
    difference: '不同之处',
    length: '保留位数',
    short: '截短',
    other: '另一条消息',
    tries: '试过',
    values: '共有摘要',
  },
  question: '{digits} 位的摘要共有 {values} 种。Mallory 只要任意两条摘要相同的消息。要试多少条？',
  choices: {
    all: '比摘要的种数还多：更早碰上只是运气。',
    half: '其中不小的一部分，比如一半。',
    few: '很少：不到十分之一。',
  },
  answers: {
    all: '运行中试到 {tries} 条就有两条相同了。每条新的都要与先前所有的相比，配成的对数比消息数增长得快得多。',
    half: '指定了一个摘要时才是这样。这里任意一对都行：运行中 {tries} 条就够了。',
    few: '运行中 {tries} 条就够了。这么多消息能配成的对要多得多，每一对都可能碰上。所以摘要的比特数要比想象的多一倍。',
  },
}

export const signature: LessonWords<SignatureNames> = {
  title: '只有一人会写，人人都能读',
  prose: [
    '摘要要从可靠的地方拿到，才看得出消息被改过。否则 Mallory 会把两样一起改掉。所以商店要用一把别人没有的钥匙把它封上。',
    '商店的钥匙是成对的。用私钥，它给 `{message}` 签名，签名以 `{signature}` 结尾。公钥以 `{publicKey}` 结尾，谁都能用它检查签名是否合这条消息，却没有人能用它造出另一个签名。',
    '签名签的是摘要，这里是 `{digest}…`，所以一本书的签名和一行字的一样短。改一改消息，或者换一把钥匙，看检查怎么说。',
  ],
  changes: {
    fits: '原样',
    altered: '换了价钱',
    own: 'Mallory 签的',
    swapped: '拿 Mallory 的钥匙当商店的',
  },
  steps: {
    keys: '商店的公钥以 {publicKey} 结尾。laptop 知道它。',
    digest: '消息和它的摘要 {digest}…',
    signed: '商店用私钥签名。',
    sent: '到达 laptop 的是这些。',
    altered: '途中 Mallory 把它改成了 `{altered}`。签名还是商店的那个。',
    ownKey: 'Mallory 自己有一对钥匙，用它给 `{altered}` 签名：{forged}。',
    swapped: '有人告诉 laptop，这就是商店的公钥：{malloryKey}。其实是 Mallory 的。',
    checked: '签名与消息、公钥相符吗？{fits}',
  },
  labels: {
    private: '私钥',
    public: '公钥',
    message: '消息',
    digest: '摘要',
    signature: '签名',
    arrives: '到达的消息',
    otherDigest: '它的摘要',
    malloryKey: 'Mallory 的私钥',
    malloryPublic: 'Mallory 的公钥',
    malloryMessage: 'Mallory 的消息',
    mallorySignature: 'Mallory 的签名',
    believes: '用来检查的公钥',
    check: '相符？',
  },
  question: 'Mallory 想让 laptop 把 `{altered}` 当成商店的话。怎样才行？',
  choices: {
    copy: '把商店给别的消息的签名贴在下面。',
    own: '用 Mallory 自己的钥匙签。',
    swap: '同上，再让 laptop 相信那把钥匙是商店的。',
  },
  answers: {
    copy: '那个签名签的是摘要 {digest}…，而这条消息的是 {otherDigest}…。运行中不相符（{fits}）。',
    own: 'laptop 用商店的公钥 {publicKey} 检查，而不是 {malloryKey}。运行中不相符（{fits}）。',
    swap: '运行中相符（{fits}）。数学毫无差错。签名值多少，全看 laptop 凭什么知道那是谁的公钥，而这要有人担保。',
  },
}

export const certificate: LessonWords<CertificateNames> = {
  title: '一个名字，一把钥匙，一句担保',
  prose: [
    '证书是一条消息，说的是：这把钥匙属于这个名字。laptop 信任的人给它签了名，这里是 `{issuer}`。它不是秘密，谁来访问，商店就给谁看。',
    '这一张为 `shop.test` 和 `{other}` 作证，到 {until} 为止。里面的公钥以 `{key}` 开头。全部 {size} 字节中，签名覆盖 {covered} 字节：它所说的一切。剩下的是签名本身和签名种类的名字。',
    '其间还有序列号，凭它可以作废这张证书；还有这把钥匙可以用来做什么。逐个字节看看，再让 Mallory 改动它，或者谁也不问就自己造一张。',
  ],
  changes: {
    issued: '商店自己的',
    replaced: '换了公钥',
    selfMade: 'Mallory 自造',
    copied: 'Mallory 拿出来的',
  },
  steps: {
    shown: '商店出示的证书。序列号以 {serial} 开头。',
    names: '名字：`shop.test` 和 `{other}`。',
    key: '公钥：{key}…',
    dates: '有效期，到 {until} 为止。',
    issuer: '谁说的：{issuer}。',
    covered: '签名覆盖的就是这些：{size} 字节中的 {covered} 字节。',
    signature: '证书机构的签名，以 {signature} 结尾。',
    forged: 'Mallory 给 `shop.test` 造了一张，自己签名：签发者和持有者是同一个。',
    ownKey: 'Mallory 把自己的公钥 {key}… 塞进了商店的证书。',
    copy: 'Mallory 原封不动地出示商店的证书。链成立（{chainHeld}），名字也对（{nameHeld}）。',
    verdict: 'laptop 检查三件事：链通到信任的根，名字，以及商店手里确有私钥。',
    proof: 'CertificateVerify：出示证书的人要用其中的钥匙给这次握手签名。Mallory 手里的是另一把。',
    refused: 'laptop 拒绝：{failure}。',
  },
  labels: {
    chain: '通到信任的根',
    signatures: '签名',
    name: '名字',
    proof: '手里有私钥',
    failure: '拒绝的理由',
  },
  question: '证书是公开的。Mallory 原封不动地出示商店的那一张。laptop 凭什么察觉？',
  choices: {
    signature: '凭证书机构的签名。',
    name: '凭名字：那不是 Mallory 的名字。',
    proof: '凭 Mallory 必须用证书里的那把钥匙签名。',
  },
  answers: {
    signature: '证书没有改动，签名相符。运行中链成立（{chainHeld}）。laptop 继续下去，后来才以 {failure} 拒绝。',
    name: 'laptop 要的是 `shop.test`，里面写的正是它。运行中名字相符（{nameHeld}）。laptop 后来才以 {failure} 拒绝。',
    proof:
      '运行中链和名字都成立，laptop 以 {failure} 拒绝。证书不是口令：管用的是它所写的那把钥匙，而私钥从不离开商店。',
  },
}

export const chain: LessonWords<ChainNames> = {
  title: '一环一环，直到认识的人',
  prose: [
    'laptop 不可能认识每一个证书机构。它认识一些根，随系统而来；见到别的证书就问：谁签的？签它的那张又是谁签的？这里的链有 {count} 张证书。',
    '每一环都是一个与下一张的公钥相符的签名：{leaf} 的以 `{leafSignature}` 结尾，与 `{issuer}` 的公钥 `{issuerKey}…` 相符；`{issuer}` 的又与根的公钥 `{rootKey}…` 相符。相信根，不是因为它给自己签了名，而是因为它本来就在那里。',
    '签名全都相符还不够。签发别人的要有资格，每一张都要在有效期内，今天是 {date}，第一张还要有所问的名字。弄坏其中一样，看是哪一环说话。',
  ],
  changes: {
    good: '一切正常',
    expired: '过期',
    wrongName: '别的名字',
    missing: '缺一张',
    unknown: '不认识的根',
    notCa: '不是机构',
  },
  steps: {
    leaf: '首先出示的一张，属于 {leaf}。据说是 `{issuer}` 签的。',
    intermediate: '`{issuer}` 也在。它的公钥 {issuerKey}… 与签名相符。',
    root: '它是根签的。根没有发过来：laptop 自己就有。',
    authorities: '签发别人的，必须写明自己是证书机构。',
    dates: '在 {date} 这一天，每一张都要在有效期内。',
    name: '第一张要有所问的名字：{asked}。',
    trusted: '没有差错：{verdict}',
    expired: '第一张有效到 {until}，而今天是 {date}：{verdict}。',
    wrongName: '问的是 {asked}，它却是 {leaf} 的：{verdict}。',
    missing: '这里没有谁叫 `{issuer}`。laptop 无从知道上面是谁：{verdict}。',
    unknown: '最后一张是自己签的，laptop 从没听说过：{verdict}。',
    byLeaf: '它是用 `{issuer}` 的钥匙签的，签名相符。',
    above: '而 `{issuer}` 有一条通到根的链，签名都相符，一共 {signatures} 个。',
    notCa: '但 `{issuer}` 只是一家普通的店。它能证明自己的名字，不能为别人担保：{verdict}。',
  },
  labels: {
    issuer: '签发者',
    key: '公钥',
    signature: '签名',
    until: '有效到',
    signed: '与下一张的公钥相符',
    unsigned: '与下一张的公钥不符',
    store: 'laptop 有',
    authority: '是证书机构',
    dates: '在有效期内',
    name: '名字相符',
    notInStore: 'laptop 有',
  },
  question: 'Mallory 自己造了一条 {count} 张的链，连根也在内，拿来出示。毛病在哪里？',
  choices: {
    signature: '有一个签名不相符。',
    name: '它不可能有 {asked} 这个名字。',
    root: '没有人告诉过 laptop 要相信它的根。',
  },
  answers: {
    signature: '全都相符：钥匙也是 Mallory 造的。运行中 {signatures} 个签名都对，结论是 {verdict}。',
    name: '谁都能在证书里写任何名字。运行中名字正是所问的 {asked}，结论是 {verdict}。',
    root: '运行的结论是 {verdict}。这样的链谁都造得出来。它值多少，全看 laptop 自己那份根的名单，而那份名单不是从线路上来的。',
  },
}
