/** 第一章：线路上走的是什么，怎样包装，给谁看，位在途中变了会怎样。 */
import type { LessonWords } from '../../../lessons/lesson.ts'
import type { DamageNames } from '../../../lessons/wire/damage.ts'
import type { PiecesNames } from '../../../lessons/wire/pieces.ts'
import type { SwitchingNames } from '../../../lessons/wire/switching.ts'
import type { WrappingNames } from '../../../lessons/wire/wrapping.ts'

export const wrapping: LessonWords<WrappingNames> = {
  title: '一条消息和它的层层包装',
  prose: [
    '浏览器要一个页面，只写几行文字：这里是 {message} 个字节。可是没有哪根线看得懂这样的请求。往下每经过一层，就在前面加一个首部，留给对方的同一层去读。',
    'TCP 把它做成段：给哪个程序，是流里的哪一截。IP 把段做成包：给哪台机器，不管它在哪里。以太网把包做成帧：给这根线上的哪一块网卡。',
    '不是给自己的，谁也不读。交换机只看帧开头的几个字节，别的一概不看；请求本身，只有商店的 Web 服务器看得到。这次运行里，一帧 {frame} 个字节，有 {around} 个是包装，占 {share}%。',
  ],
  changes: { small: '短的请求', large: '长一些的请求', empty: '里面什么也没有的段' },
  steps: {
    message: '请求：{message} 个字节的文字。它没有说要到哪里去。',
    nothing: '一个不带数据的确认：{segment} 个字节，全是首部。',
    segment: 'TCP 在前面加 {tcpHeader} 个字节：从端口 {port} 到端口 {serverPort}。现在它是一个段。',
    packet: 'IP 在前面加 {ipHeader} 个字节：从 {laptop} 到 {shop}。现在它是一个包。',
    frame:
      '以太网在前面加 {ethernetHeader} 个字节：给网卡 {shopCard}。现在它是一个 {frame} 字节的帧，在 {sentAt} 毫秒出发。',
    padded:
      '以太网在前面加 {ethernetHeader} 个字节，后面补 {padding} 个零：帧不能短于 {frame} 个字节。它在 {sentAt} 毫秒出发。',
    switch: '交换机读这个帧要去哪里：{shopCard}。它想知道的只有这个。',
    card: '商店的网卡看到自己的地址，内容的种类是 {type}，于是拆下帧。',
    ip: 'IP 看到自己的地址 {shop}，下一个读者是 {protocol}，于是拆下包。',
    tcp: 'TCP 看到端口 {serverPort}，是 Web 服务器，于是拆下段。',
    http: 'Web 服务器读到浏览器写的话。另外 {around} 个字节，都是为了路上。',
    silent: 'TCP 看到端口 {serverPort}，而给程序的内容是空的。{frame} 个字节走了一路，只为说一句：听到了。',
  },
  labels: {
    reader: '谁读',
    reads: '读什么',
    value: '读到',
    message: 'HTTP 消息',
    segment: 'TCP 段',
    packet: 'IP 包',
    frame: '以太网帧',
    switch: '交换机',
    card: '网卡',
    kind: '内容',
    ip: 'IP',
    address: '地址',
    protocol: '下一个读者',
    tcp: 'TCP',
    port: '端口',
    http: 'Web 服务器',
  },
  question: '长一些的请求有 {message} 个字节。装它的帧是多少字节？',
  choices: {},
  answers: {
    right: '请求 {message} 个字节，首部 {headers} 个：一共 {frame}。包装只占 {share}%，比短请求的小得多。',
    wrong:
      '首部不随内容变长：TCP {tcpHeader} 个字节，IP {ipHeader} 个，以太网 {ethernetHeader} 个。加上请求的 {message} 个字节，是 {frame}。',
  },
}

export const pieces: LessonWords<PiecesNames> = {
  title: '一帧装不下',
  prose: [
    '没有哪根线收得下任意长的帧：长的帧让别人都得等，而其中翻了一个位，整个就都丢了。所以每块网卡都有一个限度，包不能超过它。',
    'TCP 按这个限度来切。连接开始的时候，双方各自说明一个段里能收多少字节：这里是 {laptopTakes} 和 {shopTakes}。那是网卡的包去掉 IP 首部 {ipHeader} 个字节、TCP 首部 {tcpHeader} 个字节之后剩下的。',
    '这条消息有 {message} 个字节，分成 {count} 个段。对面的程序看不到切口，它读到的是一条流。代价是首部，每一段都要一份：占线路上全部字节的 {share}%。',
  ],
  changes: { long: '长的消息', small: '收得少的网卡', short: '短的消息' },
  steps: {
    offers: 'laptop 在 SYN 里说它能收多少：一个段 {laptopTakes} 个字节。',
    answers: '商店在 SYN ACK 里说它能收多少：{shopTakes}。laptop 一次不会发得更多。',
    first: '第一个段：{piece} 个字节，装在 {frame} 字节的帧里。再多就装不下了。',
    more: '后面的紧跟着出发，个个都是满的。',
    last: '最后一个带着剩下的 {last} 个字节。一共 {count} 个段。',
    alone: '{last} 个字节全装进一个段，它的帧有 {frame} 个字节。',
    whole: '商店的程序读到 {got} 个字节，和写的时候一样。线路上走了 {sent} 个字节。',
  },
  labels: { segment: '段', bytes: '消息的字节数', frame: '帧的字节数', sum: '合计' },
  question:
    '现在商店的网卡最多收 {mtu} 个字节的包。其中 IP 首部要 {ipHeader} 个，TCP 首部要 {tcpHeader} 个。一条 {message} 个字节的消息要分成多少个段？',
  choices: {},
  answers: {
    right: '每个包里装得下消息的 {piece} 个字节，所以是 {count} 个段，最后一个有 {last} 个字节。',
    wrong:
      '{mtu} 个字节里，首部占去 {ipHeader} 个和 {tcpHeader} 个，剩下 {piece} 个。{message} 个字节先装满若干个段，再开一个：运行中最后一个有 {last} 个字节，是第 {count} 个。',
  },
}

export const switching: LessonWords<SwitchingNames> = {
  title: '会学习的交换机',
  prose: [
    'laptop、商店，还有第三台机器 mallory，都接在同一台交换机上。没有人告诉交换机谁在哪里，它靠听：每一帧都写着是哪块网卡发的，交换机就记下这块网卡在哪个端口后面。',
    '帧要去的网卡它认识，就只送到那一个端口；不认识，或者本来就是给所有人的，就送到每一个端口。这里 laptop（{laptop}）找到 {shop}，ping 一次。{frames} 个帧里，mallory 收到 {copies} 个。',
    '看上去像保密，其实只是节省。网卡沉默久了，交换机就会忘记；它的表也有装满的时候。看看那时 mallory 会收到什么。',
  ],
  changes: { learns: '交换机在学习', forgotten: '沉默几分钟之后', full: 'mallory 把表填满' },
  steps: {
    asks: 'laptop 问所有人：{shop} 是哪块网卡？这一帧送到每个端口。',
    answers: '商店回答网卡 {laptopCard}。交换机刚听过它，只送到那里。',
    echo: 'ping 发给 {shopCard}。这一块交换机现在也认识了。',
    back: '回答在 {back} 毫秒回来。mallory 什么也没听到。',
    flooded: 'laptop 还记得 {shopCard}，交换机却忘了：给它的帧送到每个端口，mallory 都得到一份。',
    full: 'mallory 发了 {made} 个帧，每个都冒充一块不同的网卡。表里装满了并不存在的网卡。',
    everything:
      '交换机再也记不住任何人。回答、ping 和它的回答都送到每个端口：{frames} 个帧，mallory 收到 {copies} 个。',
  },
  labels: {
    copy: '多送的一份',
    machine: '机器',
    card: '网卡',
    goes: '给它的帧送到',
    everybody: '每个端口：不认识',
    laptopCard: 'laptop',
    shopCard: '商店',
    malloryCard: 'mallory',
  },
  question:
    '在所有人开口之前，mallory 发了 {made} 个帧，每个都冒充一块不同的网卡。然后 laptop 去 ping 商店。mallory 会收到什么？',
  choices: {
    nothing: '什么也没有：表满了，交换机就不再转发。',
    one: '一个帧，和原来一样：问所有人的那一个。',
    all: '每一个帧。',
  },
  answers: {
    nothing:
      '交换机不认识的网卡，给它的帧就送给所有人：不然什么都没法开始。运行中 mallory 收到 {frames} 个里的 {copies} 个。',
    one: '那要交换机学得会 laptop 和商店在哪里，而表满了就学不会。运行中 mallory 收到 {frames} 个帧里的 {copies} 个。',
    all: '运行中 {frames} 个帧，mallory 收到 {copies} 个。交换机把帧分开，是为了省线路，不是为了保密。不能让人读的，必须加密。',
  },
}

export const damage: LessonWords<DamageNames> = {
  title: '一个位翻了过来',
  prose: [
    '线路、网卡和内存都会出错：零到了那边成了一。所以首部里带着校验和。接收者把收到的加一遍，对不上就丢弃。它不会说一声，看起来就像丢了一样。',
    '这里 laptop 发出订单 `{order}`，其中一个位翻了过来，到的是 `{arrived}`。TCP 在首部里写的是 `{tcpSays}`，而这些字节加起来是 `{tcpComesTo}`。这个段被丢弃；距第一次 {waited} 毫秒，laptop 又发了一遍。',
    '每个校验和管自己的一部分：以太网的管整个帧，由网卡来算，这里看不见；IP 的管自己的首部；TCP 的管首部和数据。选一选哪一部分受损，再看看这样的校验和做不到什么。',
  ],
  changes: {
    data: '数据的一个位',
    address: 'IP 地址的一个位',
    card: '网卡地址的一个位',
    swapped: '两个数字换了位置',
  },
  steps: {
    sent: 'laptop 发出订单。',
    flipped: '途中，`{wasSent}` 变成了 `{arrived}`。',
    card: '这条线上没有地址是 {arrived} 的网卡。这个帧不属于任何人，商店根本不知道有过它。',
    ip: 'IP 在首部读到 `{ipSays}`，自己算出 `{ipComesTo}`，于是丢弃这个包：说不定是给别人的。',
    tcp: 'TCP 在首部读到 `{tcpSays}`，自己算出 `{tcpComesTo}`，于是丢弃这个段，一声不吭。',
    again: '没有人确认。过了 {waited} 毫秒，laptop 再发一遍。',
    unseen: 'TCP 读到 `{tcpSays}`，算出 `{tcpComesTo}`。对得上。',
    read: '商店的程序读到 `{got}`。',
  },
  labels: {
    damaged: '受损',
    wasSent: '发出',
    arrived: '到达',
    says: '首部里的校验和',
    comesTo: '收到的算出来',
    order: '程序读到',
  },
  question: '途中 `{wasSent}` 变成了 `{arrived}`：两个数字换了位置。谁会发现？',
  choices: {
    ip: 'IP：它的校验和对不上了。',
    tcp: 'TCP：它的校验和对不上了。',
    nobody: '没有人。',
  },
  answers: {
    ip: 'IP 只加自己的首部，而首部没有变：写的是 `{ipSays}`，算出来是 `{ipComesTo}`。',
    tcp: 'TCP 是两个字节两个字节地加，而加法不问先后：写的是 `{tcpSays}`，算出来是 `{tcpComesTo}`。',
    nobody:
      '两个校验和都对得上，商店的程序读到 `{got}`。这种校验和防的是意外。谁要是故意改，顺手把它改对就是了；要防这个，得有秘密，那是 TLS 几章的事。',
  },
}
