/** 第五章：秘密。从字母换字母，到在众耳之下商定一把钥匙。 */
import type { LessonWords } from '../../../lessons/lesson.ts'
import type { AgreementNames } from '../../../lessons/secrets/agreement.ts'
import type { BlocksNames } from '../../../lessons/secrets/blocks.ts'
import type { CaesarNames } from '../../../lessons/secrets/caesar.ts'
import type { PaintNames } from '../../../lessons/secrets/paint.ts'
import type { RsaNames } from '../../../lessons/secrets/rsa.ts'
import type { SwappedNames } from '../../../lessons/secrets/swapped.ts'
import type { XorNames } from '../../../lessons/secrets/xor.ts'

export const caesar: LessonWords<CaesarNames> = {
  title: '以字母代字母',
  prose: [
    '最古老的密写，是把每个字母沿字母表挪几位。这里 A 写成 {first}：所有字母都挪 {shift} 位。知道这个数的人，再挪回来。',
    '这个数就是密钥，而它总共只有 {keys} 个。不用动脑筋：全试一遍，总有一行读得通。一种密码的价值，超不过它密钥的数目。',
    '换一张打乱的字母表，密钥就多到谁也试不完。可它照样会被读出来，因为它藏住了字母，没藏住字母出现的次数。选“打乱的表”，数一数。',
  ],
  changes: { shift: '依次挪位', table: '打乱的表', yours: '你的词' },
  steps: {
    table: '密钥：每个字母下面，是代替它写出的字母。A 写成 {first}。',
    written: '一句话，以及实际发出的样子。',
    tried: '{keys} 个密钥全试了。读得通的只有一行：{shift}。',
    counted: '数一数密文里的字母。{most} 出现 {times} 次，比谁都多。',
    guessed: '英文里最常见的字母是 {stands}。{most} 就代表它，其余的一个词一个词地就出来了。',
    asked: '密钥与刚才一样：所有字母挪 {shift} 位。',
    answer: '对你的词试了每一个密钥。读得通的只有一行。',
  },
  labels: {
    plain: '字母',
    secret: '写成',
    message: '原文',
    cipher: '发出',
    shift: '密钥',
    reads: '读作',
    letter: '字母',
    times: '次数',
    stands: '代表',
  },
  question: '有人用这次运行的密钥发来 `{riddle}`。它说的是什么？',
  choices: {},
  answers: {
    right: '`{riddle}` 往回挪 {shift} 位，就是 {answer}。表里只有这一行是个词。',
    wrong: '把 `{riddle}` 的每个字母往回挪 {shift} 位，或者在表里找唯一成词的那一行。',
  },
}

export const xorLesson: LessonWords<XorNames> = {
  title: '异或，与用了两次的密钥',
  prose: [
    '机器写的是比特。用密钥对一个比特能做的最简单的事，就是翻转它，或者不动它：密钥是一的地方就翻转。这就是异或，XOR。',
    '这里用一串随机字节遮住 {first}。翻两次等于没翻：同一把密钥再用一次，原文就回来了。而没有密钥，同样长的每一句话都同样可能。没有比这更安全的。',
    '但有两件事它不容许。密钥再用于第二句话，两份密文就会泄露两句话差在哪里。还有，谁在途中改动一个比特，就改动了原文的那个比特，根本不需要密钥。',
  ],
  changes: { once: '只用一次', twice: '用了两次', flipped: '途中被改' },
  steps: {
    letters: '原文，以及它的字母所对应的字节。',
    key: '密钥：同样多的随机字节。',
    mixed: '密钥是一的地方，原文的比特被翻转。发出的就是它。',
    back: '同一把密钥再来一次，原文回来了。',
    second: '另一句话，用同一把密钥遮住。',
    difference: '把两份密文相互异或：每个比特被密钥翻了两次，密钥没了。',
    same: '两句原文相互异或，结果一模一样。知道其中一句，就知道另一句。',
    flipped: '途中有人翻转了 {first} 与 {instead} 相差的那些比特。不需要密钥。',
    read: '接收者去掉密钥，读到的是 {instead}。',
  },
  labels: {
    message: '原文',
    bytes: '字节',
    bits: '首字母的比特',
    key: '密钥',
    cipher: '发出',
    again: '去掉密钥',
    other: '第二句',
    otherCipher: '发出',
    ciphers: '密文异或',
    messages: '原文异或',
    mask: '途中翻转',
    changed: '到达',
  },
  question: '两句话用同一把密钥遮住。两份密文相差 `{difference}`，而你知道第一句是 {first}。第二句是哪一个？',
  choices: { one: '{candidateOne}', two: '{candidateTwo}', three: '{candidateThree}' },
  answers: {
    one: '{first} 与 {candidateOne} 相差 `{differenceOne}`，两份密文相差 `{difference}`。',
    two: '{first} 与 {candidateTwo} 相差 `{differenceTwo}`，两份密文相差 `{difference}`。',
    three: '{first} 与 {candidateThree} 相差 `{differenceThree}`，两份密文相差 `{difference}`。',
  },
}

export const blocks: LessonWords<BlocksNames> = {
  title: '毛玻璃后面的图',
  prose: [
    'AES 这样的分组密码，把 {size} 个字节变成另外 {size} 个。密钥不变，同样的字节总变成同样的结果。那么，不止一个分组时怎么办？',
    '这幅图有 {blocks} 个分组，每个是一小方块。很多方块一模一样：不同的只有 {plainDistinct} 种，其中一种出现 {most} 次。各加密各的，相同的方块就变成相同的噪点。谁也读不出灰度，但谁都看得出轮廓。这种模式叫 ECB。',
    'CBC 则先把每个分组与前一个加密后的分组异或。第一个没有前一个，就用随机字节代替。这样 {cbcDistinct} 个密文分组没有两个相同，什么也看不出来了。',
  ],
  changes: { flat: '平涂', grained: '有颗粒', twice: '加密两遍' },
  steps: {
    picture: '原图：{blocks} 个分组里有 {plainDistinct} 种。',
    alone: '各加密各的（ECB）：{ecbDistinct} 种，最多的一种出现 {ecbMost} 次。',
    chained: '与前一个相连（CBC）：{cbcDistinct} 种，没有哪种超过 {cbcMost} 次。',
    twice:
      '同一幅图，同一把密钥，再加密一遍。ECB 有 {ecbSame} 个分组与上次相同（共 {blocks} 个）；换了随机字节的 CBC 有 {cbcSame} 个。',
  },
  labels: { plain: '原图', ecb: 'ECB', cbc: 'CBC', ecbAgain: 'ECB，再一遍', cbcAgain: 'CBC，再一遍' },
  question: '原图的 {blocks} 个分组里有 {plainDistinct} 种。ECB 密文里有多少种？',
  choices: {},
  answers: {
    right: '与原图一样多。相同的变成相同的，不同的仍然不同：{ecbDistinct} 种，最多的一种在两边都出现 {ecbMost} 次。',
    wrong: '相同的分组变成相同的分组，不同的仍然不同。原图里数一数：{plainDistinct} 种。',
  },
}

export const paint: LessonWords<PaintNames> = {
  title: '从未上过路的颜色',
  prose: [
    '两个人想有一个共同的秘密，而他们说的每句话都有人听见。办得到，用颜料就能演示。两种颜料混在一起容易，再分开就难了。',
    '双方先约好一种谁都可以知道的颜色 `{common}`。各自再加进一种只有自己知道的颜色，把混好的送出去：laptop 送出 `{laptopMix}`，商店送出 `{shopMix}`。',
    '然后各自往收到的那罐里加进自己的颜色。两罐里都是同样的三种颜料，所以都是 `{shared}`。这一罐从来没有上过路。',
  ],
  changes: { two: 'laptop 与商店', ear: '有人旁听' },
  steps: {
    common: '谁都可以知道的颜色：{common}。',
    secrets: '各自挑一种颜色，不给任何人看。',
    mixed: '各自与公共的颜色混合。上路的是这两罐：{laptopMix} 与 {shopMix}。',
    shared: '各自往收到的那罐里加进自己的颜色。双方都得到 {shared}。',
    listens: '旁听者把路上的两罐混起来，得到 {ear}。',
  },
  labels: {
    common: '公共',
    laptop: 'laptop 自己的',
    shop: '商店自己的',
    laptopMix: 'laptop 送出',
    shopMix: '商店送出',
    shared: '共同的',
    ear: '旁听者的',
  },
  question: '旁听者手里有路上的那两罐，把它们混在一起，会得到什么？',
  choices: {
    same: '共同的颜色：该有的都在里面。',
    missing: '另一种颜色：里面没有 laptop 自己的颜色。',
    double: '另一种颜色：公共的颜色有两份。',
  },
  answers: {
    same: '它得到 {ear}，而共同的颜色是 {shared}。三种颜料都在，分量却不一样。',
    missing: 'laptop 自己的颜色就在它送出的那罐里。若没有它，会是 {lacking}；运行中是 {ear}。',
    double:
      '路上的两罐都含有公共的颜色。它两份，另外两种各一份，就是 {double}，旁听者得到的正是它。共同的颜色是 {shared}。',
  },
}

export const agreement: LessonWords<AgreementNames> = {
  title: '换成数来做',
  prose: [
    '不用颜料，用幂，而且只留它除以一个素数的余数。这里素数是 {prime}，底是 {base}，都可以公开。这就是 Diffie 与 Hellman 的密钥协商。',
    'laptop 选 {laptop}，说出 {base}^{laptop} mod {prime}，即 {laptopSays}。商店选 {shop}，说出 {shopSays}。各自把听到的数再取自己那个数次幂，双方都得 {shared}，因为先取哪个幂都一样。',
    '旁听者知道 {prime}、{base}、{laptopSays} 和 {shopSays}。要找出 {laptop}，只能一个个试，这里要试 {tries} 次。选大一些的数，看它怎么涨，而双方几乎觉不出来。',
  ],
  changes: { small: '纸上能算', larger: '大一些的数', real: '真正用的', yours: '你来算' },
  steps: {
    public: '谁都知道的：素数 {prime} 和底 {base}。',
    secrets: '各自选一个数，不告诉任何人：{laptop} 和 {shop}。',
    powers: '各自说出一个幂：{laptopSays} 和 {shopSays}。',
    shared: '各自把听到的数取自己那个数次幂。双方都得 {shared}。',
    tried: '旁听者一个个试，直到幂等于 {laptopSays}：{tries} 次。',
    shares: 'TLS 用的 X25519：用曲线上的点代替幂，各 {bytes} 字节。laptop 的以 {share} 开头。',
    same: '双方得到同样的 {bytes} 字节，以 {secret} 开头。写成数，以 {number} 开头，谁也试不了那么多。',
    asked: '你是 laptop。你的数是 {laptop}，商店说 {shopSays}。',
    answer: '你把 {shopSays} 取自己那个数次幂。',
  },
  labels: {
    prime: '素数',
    base: '底',
    laptopSecret: 'laptop 的数',
    shopSecret: '商店的数',
    laptopSays: 'laptop 说',
    shopSays: '商店说',
    laptopHas: 'laptop 得到',
    shopHas: '商店得到',
    tries: '旁听者试的次数',
    laptopShare: 'laptop 说',
    shopShare: '商店说',
  },
  question: '你是 laptop。素数是 {prime}，底是 {base}，你自己的数是 {laptop}。商店说 {shopSays}。你们共同的数是多少？',
  choices: {},
  answers: {
    right: '{shopSays}^{laptop} mod {prime} 等于 {shared}。商店从你说的那个数也得到它。',
    wrong: '把商店说的数取你自己那个数次幂，{shopSays}^{laptop}，再取除以 {prime} 的余数。每乘一次就可以取一次余数。',
  },
}

export const rsa: LessonWords<RsaNames> = {
  title: '手算 RSA',
  prose: [
    '一把谁都能锁上、只有一个人能打开的锁，就是公钥。RSA 用两个素数造出它，这里是 {p} 和 {q}。乘积 {n} 告诉所有人，素数谁也不告诉。',
    '知道素数的人，就知道小于 {n} 的数里有多少个与它没有公因数：{totient} 个。由它和公开的指数 {e}，就得出私有的指数 {d}。找它用的是辗转相除。',
    '加密 {message}，就取它的 {e} 次幂，留下除以 {n} 的余数：{cipher}。解密，再取 {d} 次幂：{back}。反过来做，就是签名：只有一个人造得出，所有人都验得了。',
  ],
  changes: { secret: '加密', signature: '签名', broken: '靠除法找出', yours: '你来算' },
  steps: {
    primes: '两个素数，谁也不告诉：{p} 和 {q}。',
    product: '乘积 {n} 可以公开。有多少个数与它没有公因数，即 {totient}，不可以。',
    exponent: '公钥：{n} 和指数 {e}。',
    private: '辗转相除找出私有的指数 {d}。',
    encrypted: '谁都可以加密 {message}：得到 {cipher}。',
    decrypted: '只有持有 {d} 的人能还原出 {back}。',
    signed: '只有持有 {d} 的人能由 {message} 造出 {signed}。',
    verified: '谁都可以取 {signed} 的 {e} 次幂，得到 {verified}。',
    forged: '对 {other} 来说，它不是签名。',
    factored:
      '有人用奇数一个个地去除 {n}。除了 {tries} 次，除尽了：{factor}。有了素数，就像主人那样找出私有的指数 {found}。',
    asked: '一把公钥，一个消息。',
    answer: '消息的 {e} 次幂。',
  },
  labels: {
    primes: '素数',
    product: '乘积',
    totient: '无公因数的个数',
    publicKey: '公钥',
    euclid: '辗转相除',
    privateKey: '私有指数',
    message: '消息',
    cipher: '加密后',
    plain: '解密后',
    signature: '签名',
    verified: '验证',
    forged: '换一个消息',
    tries: '除的次数',
    found: '素数',
  },
  question: '公钥是 {n}，指数是 {e}。{asked} 加密后是多少？',
  choices: {},
  answers: {
    right: '{asked}^{e} mod {n} 等于 {cipher}。你并不需要知道素数。',
    wrong: '把 {e} 个 {asked} 乘起来，取除以 {n} 的余数。每乘一次就可以取一次余数。',
  },
}

export const swapped: LessonWords<SwappedNames> = {
  title: '这是谁的钥匙？',
  prose: [
    '密钥协商挡得住旁听者，挡不住冒名应答的人。这里 Mallory 坐在两者之间，把他们说的换掉：laptop 说的是 {laptopSays}，商店说的是 {shopSays}，而双方听到的都是 {mallorySays}。',
    '于是 laptop 与 Mallory 商定了 {near}，Mallory 与商店商定了 {far}。双方都以为在和对方说话。Mallory 用一把钥匙打开每条消息，读完，再用另一把锁上。',
    '这一章的数学全都没有错，却什么也没保住。缺的是有人说明：这个数是谁的。再用 TLS 看同样的事：一次是谁的话都信的 laptop，一次是会检查的 laptop。',
  ],
  changes: {
    numbers: '用数来看',
    large: '更大的数',
    digest: '对照摘要',
    signed: '有签名',
    checked: '会检查的 TLS',
    believed: '谁都信的 TLS',
  },
  steps: {
    says: '素数和底是公开的。laptop 说 {laptopSays}。',
    swaps: 'Mallory 扣下它，对双方都改说 {mallorySays}。',
    answers: '商店说 {shopSays}。laptop 永远听不到。',
    two: '两把钥匙：laptop 与 Mallory 之间是 {near}，Mallory 与商店之间是 {far}。',
    reads: 'laptop 用自己的钥匙遮住 {message}。Mallory 去掉 {near}，读到 {read}。',
    digests:
      '双方在同一条线上说出钥匙的摘要：{laptopDigest} 和 {shopDigest}。Mallory 把它们也换掉，双方听到的都正合期待。',
    signed:
      '商店用一把 laptop 认得的钥匙，给自己的数签名。对 {shopSays} 签名相符：{ownFits}；对 {mallorySays} 不符：{swappedFits}。',
    hello: 'laptop 想和商店说话。线上占着商店位置的是 Mallory。',
    forged: '{forgedAt} 毫秒，Mallory 出示一张写着商店名字的证书，是它自己的机构签发的。',
    refused: '{refusedAt} 毫秒，laptop 拒绝：{failure}。要紧的东西一点也没有发出。',
    taken: 'Mallory 出示自己造的证书，laptop 信了。',
    asked: 'laptop 发出订单，是加密的。能读它的只有 Mallory，而 Mallory 读到了：{heard}。',
    passed: 'Mallory 再转给商店。两头看到的都是一把锁。',
  },
  labels: {
    public: '素数，底',
    laptopSays: 'laptop 说',
    mallorySays: 'Mallory 说',
    shopSays: '商店说',
    laptopHas: 'laptop 得到',
    malloryHas: 'Mallory 得到',
    malloryShop: '与商店的',
    shopHas: '商店得到',
    message: '消息',
    cipher: '发出',
    read: 'Mallory 读到',
    laptopDigest: 'laptop 的摘要',
    malloryDigest: 'Mallory 说',
    shopDigest: '商店的摘要',
    signature: '签名',
    verified: '相符吗',
  },
  question: '怎样才能把 Mallory 挡在外面？',
  choices: {
    larger: '用更大的数。',
    digest: '在同一条线上互相说出钥匙的摘要。',
    signed: '商店的数要有签名，而且 laptop 知道签名的钥匙确实是商店的。',
  },
  answers: {
    larger: '素数大到 {prime}，Mallory 照做不误，两把钥匙又都在手里：{malloryNear} 和 {malloryFar}。它根本不用试。',
    digest:
      'Mallory 有 {near} 和 {far} 两把钥匙，也就有两个摘要。它对每一边都说这一边期待的那个：laptop 永远听不到 {shopDigest}。',
    signed:
      '商店的签名与 {shopSays} 相符，与 {mallorySays} 不符，而 Mallory 造不出相符的。现在一切都取决于 laptop 怎么认得商店的钥匙，那是下一章的事。',
  },
}
