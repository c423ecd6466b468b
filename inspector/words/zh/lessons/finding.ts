/** 第二章：从名字到地址，从地址到网卡，再从一根线到另一根线。 */
import type { ArpNames } from '../../../lessons/finding/arp.ts'
import type { DnsNames } from '../../../lessons/finding/dns.ts'
import type { RoutesNames } from '../../../lessons/finding/routes.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

export const arp: LessonWords<ArpNames> = {
  title: '这个地址是谁的？',
  prose: [
    'laptop 知道商店的 IP 地址是 {shop}。可是帧要发给一块网卡，而哪块网卡有这个地址，哪里也没有写。于是 laptop 问这根线上的所有人：谁有 {shop}？这就是 ARP。',
    '商店回答：我在 `{shopCard}`。laptop 记下来，把等着的东西发出去。这次运行里，第一个 ping 在 {firstAt} 毫秒出发，第二个在 {secondAt} 毫秒；两个都发给报上名来的那块网卡。',
    '这个回答什么也证明不了。线上的任何一台机器都能说同样的话，换上自己的网卡，甚至没有人问也可以说。看看 mallory 这么做的时候，第二个 ping 会怎样。',
  ],
  changes: {
    honest: '只有商店回答',
    lies: 'mallory 也回答',
    strict: '……而 laptop 很谨慎',
    faster: '……而 mallory 更快',
  },
  steps: {
    asks: 'laptop 问所有人：谁有 {shop}？mallory 也听到了。',
    answers: '商店只对 laptop 回答：我有，在 {shopCard}。',
    echo: '第一个 ping 在 {firstAt} 毫秒发给 {usedFirst}，得到了回答。',
    lies: '{liesAt} 毫秒，来了第二个回答：{shop} 在 {malloryCard}。这是 mallory 说的。',
    stolen: '{secondAt} 毫秒的 ping 写的是给 {shop}，帧却发给 {used}，那是 mallory 的网卡。商店什么也没听到。',
    kept: '{secondAt} 毫秒的 ping 也发给 {used}，{echo} 毫秒后回答回来。',
    liesFirst: 'mallory 离得更近。{liesAt} 毫秒，它第一个回答：{shop} 在 {malloryCard}。',
    late: '商店的回答随后才到。谨慎的 laptop 不让第二个回答顶替第一个，于是守住的是谎话。',
  },
  labels: { forged: '谎话', address: '包给', card: '帧给网卡', whose: '属于' },
  question: '两个都回答了，先是商店，后是 mallory。laptop 把第二个 ping 发给谁？',
  choices: {
    first: '发给商店：先回答的算数。',
    last: '发给 mallory：后回答的算数。',
    neither: '谁也不发，等弄清楚谁对再说。',
  },
  answers: {
    first: 'ARP 要照顾换了网卡的机器：新的回答顶替旧的。运行中第二个 ping 发给了 {used}，那是 mallory 的。',
    last: '运行中谎话在 {liesAt} 毫秒到达，从那以后，给 {shop} 的包都发给 {used}。mallory 可以读，可以改，再转出去。谨慎的 laptop 会守住第一个回答，这挡得住来晚的人；可要知道在跟谁说话，得靠 TLS。',
    neither: 'laptop 根本没察觉有什么要弄清楚：回答就是回答。运行中第二个 ping 发给了 {used}。',
  },
}

export const dns: LessonWords<DnsNames> = {
  title: '这个名字是哪个地址？',
  prose: [
    '人记的是名字，包要的是地址。laptop 问名字服务器：{name} 是哪个地址？问题是一个小小的数据报，从端口 {port} 发出，里面有一个号：`{id}`。',
    '回答把问题和号重复一遍，说是 {address}，还说这话管多久：{ttl} 秒。这段时间里可以记着，不用再问。',
    '里面没有签名。laptop 能查的，只是回答与问题合不合：是不是来自它问的服务器，是不是到了它发问的端口，号是不是它选的那个。让 mallory 来试试。',
  ],
  changes: {
    there: '有这个名字',
    alias: '是个别名',
    absent: '没有这个名字',
    blind: 'mallory 猜',
    overheard: 'mallory 听到了问题',
  },
  steps: {
    asks: 'laptop 问 {server}：{name} 是哪个地址？问题的号是 {id}，从端口 {port} 发出。',
    answer: '名字服务器回答：{address}。服务器、端口和号都合，{toldAt} 毫秒，laptop 得到了地址。',
    alias: '名字服务器回答的是另一个名字：{name} 就是 {alias}。它顺便也查了那一个。',
    absent: '名字服务器说 {means}，代码 {code}：没有这个名字。这也是回答，而且是确定的回答。',
    nothing: '{toldAt} 毫秒，laptop 告诉它的程序：{failure}。它不再问；打错的字还是打错的。',
    used: '在 {ttl} 秒之内，laptop 可以直接用 {address}，不用再问。',
    guesses:
      'mallory 没有听到问题。它冒充服务器发了 {forgeries} 个回答，最后一个发到端口 {guessedPort}，号是 {guessedId}。没有一个合。',
    heard: 'mallory 听到了问题。它的回答端口对，号也对：{id}。',
    believed: '样样都合。从 {toldAt} 毫秒起，在 laptop 看来 {name} 就是 {address}：mallory 自己的地址。',
    late: '真的回答 {shop} 在 {answeredAt} 毫秒才到。已经没有人在等它。',
  },
  labels: { forged: '谎话' },
  question: '名字服务器的回答 {answeredAt} 毫秒才到，mallory 的都比它早。什么时候 laptop 会相信 mallory？',
  choices: {
    sooner: '总是相信：先到的算数。',
    never: '从不相信：那不是名字服务器发来的。',
    overheard: '在 mallory 听到了问题的时候。',
  },
  answers: {
    sooner:
      '算数的是第一个合得上的。运行中有 {forgeries} 个比服务器的早，号是 `{guessedId}` 之类，端口是 {guessedPort} 之类；而问题是 `{id}`，从端口 {port} 发出。号有 {numbers} 个，端口也差不多那么多。',
    never:
      '一个数据报从哪里来，全看发送者写的是什么，而 mallory 写的是服务器的地址。运行中 laptop 相信了 {name} 是 {address}。',
    overheard:
      '听到了问题，就知道号和端口，只要更快就行：运行中是 {toldAt} 毫秒，真的回答是 {answeredAt} 毫秒。没有听到，两样都得猜。所以单凭名字什么也证明不了，TLS 才要看证书。',
  },
}

export const routes: LessonWords<RoutesNames> = {
  title: '给另一根线上的机器',
  prose: [
    'laptop 是 {laptop}，在网络 {home} 里。商店是 {shop}，不在这个网络里。这根线上没有哪块网卡有那个地址，laptop 去问，也没有人会回答。',
    '于是它把包交给路由器 {router}：路由器既在这根线上，也在另一根线上。包还是那个包，从 {laptop} 到 {shop}。可是外面的帧是给路由器的网卡的；路由器拆下这个帧，为下一根线另做一个。',
    '包里有一个数，叫生存时间，每个路由器减去一。它出发时是 {life}，到达时是 {left}。看看两个路由器把包互相推来推去的时候，这个数有什么用。',
  ],
  changes: { far: '隔着两个路由器', near: '在同一根线上', loop: '路由器绕圈' },
  steps: {
    elsewhere: 'laptop 比较：{shop} 不在 {home} 里。路上的下一台机器是它的路由器 {router}。',
    asks: '它要找的是路由器的网卡，不是商店的：谁有 {router}？',
    first: '给 {shop} 的包，装在给 {sentTo} 的帧里出发。那是路由器的网卡；生存时间是 {life}。',
    second: '路由器为下一根线另做一个帧。里面的包还是原样，只是生存时间少了一。',
    third: '运营商的路由器就在商店那根线上。它的帧给 {arrivedFor}：商店自己的网卡。还剩 {left}。',
    back: '回答原路返回，又经过两个路由器，{toldAt} 毫秒到达。',
    here: 'laptop 比较：{shop} 就在自己的网络 {home} 里。路上的下一台机器就是商店本身。',
    asksHere: '它要找商店的网卡：谁有 {shop}？',
    direct: '包装在给 {sentTo} 的帧里出发：商店自己的网卡。',
    backHere: '回答直接回来，{toldAt} 毫秒到达，没有一个路由器看到过。',
    around: '运营商的路由器不认识路，把包送了回来。包就这样来来去去，生存时间越来越少：一个 ping 用了 {wires} 个帧。',
    dies: '只剩 {left} 的时候，它不再被转发。{toldAt} 毫秒，laptop 得到通知：{failure}。',
  },
  labels: {
    own: 'laptop 的网络',
    shop: '商店',
    next: '下一台机器',
    itself: '商店本身',
    card: '帧给网卡',
    address: '包给',
    left: '生存时间',
  },
  question: '商店 {shop} 隔着两个路由器。从 laptop 出发的帧，是给哪块网卡的？',
  choices: {
    shop: '给商店的网卡。',
    router: '给路由器的网卡。',
    everybody: '给所有网卡：总有人认识路。',
  },
  answers: {
    shop: '那块网卡 laptop 无从知道：它的问话传不出自己这根线。运行中帧是给 {sentTo} 的，而商店的网卡是 {shopCard}。',
    router:
      '运行中帧是给 {sentTo} 的，那是路由器的网卡；里面的包是给 {shop} 的。网卡的地址只管一根线，包的地址管全程。',
    everybody:
      '那样，每个去远处的包都会惊动所有机器。凡是不在近处的，laptop 只认一个地址：{router}。运行中帧是给 {sentTo} 的。',
  },
}
