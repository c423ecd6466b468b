/** 第四章：明文的 HTTP，坐在中间的人可以读，也可以改。 */
import type { AlteredNames } from '../../../lessons/clear/altered.ts'
import type { EavesdropperNames } from '../../../lessons/clear/eavesdropper.ts'
import type { StrippedNames } from '../../../lessons/clear/stripped.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

export const eavesdropper: LessonWords<EavesdropperNames> = {
  title: '有人在旁边读',
  prose: [
    '{user} 在 {host} 登录。名字和密码就写在请求里，是文字：`{shownForm}`。HTTP 把它原样放进段，放进包，放进帧；而帧要经过别人的线路、交换机和路由器。',
    '谁掌握着其中之一，不用什么花招，也不留痕迹。这里把经过交换机的 {frames} 个帧全都留了下来，一共 {bytes} 个字节；然后把这次访问的每一句话放进去找。',
    '再用 TLS 走一遍同样的访问。话看不见了，但不是什么都看不见：仍然有人在某个时候和某人说话，说了这么多字节。',
  ],
  changes: { plain: '用 HTTP', tls: '用 TLS' },
  steps: {
    asks: 'laptop 把登录表单发到 {path}。',
    frame: '经过交换机的这个帧有 {frameBytes} 个字节。里面写着 `{shownForm}`。',
    answer: '{answeredAfter} 毫秒之后，商店回答。',
    read: '在帧里找到的：名字、密码，还有 {user} 看到的页面。',
    hello: '还没有密钥的时候，laptop 必须说出它找谁：{host}。这一句仍然是明文。',
    sealed: '同样的表单，在帧里同样的位置：`{shownForm}`。经过的就只有这些。',
    back: '{answeredAfter} 毫秒之后回答到来，也是加密的。',
    left: '在帧里找到的：laptop 和谁说话，说了多少。说了什么，一点也没有。',
  },
  labels: {
    what: '说过的话',
    seen: '在帧里找到',
    hidden: '没有找到',
    host: '商店',
    path: '路径',
    user: '用户',
    password: '密码',
    page: '页面',
    sizes: '最后几个帧的字节数',
  },
  question: '用 TLS 的时候，这次访问还有什么能在线路上读到？',
  choices: {
    password: '密码：它在帧里的位置和原来一样。',
    path: '路径 {path}：路由器得知道往哪里走。',
    name: '商店的名字。',
  },
  answers: {
    password: '位置一样，长短也一样，可是那里写的是 `{shownForm}`。没有密钥，这些数和别的数没有两样。',
    path: '路由器看的是 IP 地址。路径是浏览器和服务器之间的事，加密在请求里：运行中 {frames} 个帧，没有一个写着 `{path}`。',
    name: '一台服务器可以有好几个名字，它得在有密钥之前就知道该出示哪张证书。所以 {host} 写在 ClientHello 里，谁都能读。大小和时间也还看得见：运行中是 {frames} 个帧，{bytes} 个字节。有一个扩展能把名字也藏起来（ECH）。',
  },
}

export const altered: LessonWords<AlteredNames> = {
  title: '有人在中间改',
  prose: [
    '能读的人，也能写。mallory 坐在 laptop 和商店之间，收下每个请求，自己去问商店，再把它想给的交出去。',
    '商店写的是：`{written}`。laptop 看到的是：`{shown}`。这是个完美的应答：状态对，长度也对。商店的页面有 {writtenLength} 个字节，到的这个有 {shownLength} 个，写的也正是这个数。',
    'HTTP 里没有一处说明是谁写的。商店和 laptop 都无从察觉，因为谁也没见过对方手里的那一份。',
  ],
  changes: {
    altered: 'mallory 改写页面',
    read: 'mallory 只是转交',
    digest: '首部里带着摘要',
    tls: '用 TLS',
  },
  steps: {
    asks: 'laptop 向商店要 {path}。应在商店地址上的，是 mallory。',
    passes: 'mallory 拿同样的话去问商店。',
    answers: '商店回答：`{written}`',
    same: 'mallory 读过，原样交出去。谁也看不出来。',
    altered: 'mallory 交出去的是另一个页面：`{shown}`',
    length: '新的页面有 {shownLength} 个字节，Content-Length 写的也是这个数。没有什么可察觉的。',
    digests: '商店附了一个摘要。mallory 另做了一个 {told}，laptop 自己算出 {counted}：对得上。',
    sealed: '用 TLS 的时候，mallory 看着记录经过。它没有密钥，只能转交，或者把位翻过来。',
    flipped: '商店应答。{flippedAt} 毫秒，记录到了 mallory 手里，其中一个位被翻了过来。',
    refused: '{refusedAt} 毫秒，laptop 查过记录的标签：{failure}。它什么也不显示，挂断了。',
  },
  labels: {
    written: '商店写的',
    shown: 'laptop 看到的',
    length: 'Content-Length',
    digest: '附来的摘要',
    counted: '收到的算出来',
    flipped: '翻了一个位',
  },
  question: '账号 {account} 在途中变成了 {account2}。有什么能让 laptop 知道？',
  choices: {
    length: '页面的长度，Content-Length 里写着。',
    digest: '应答的首部里放一个页面的摘要。',
    tls: 'TLS。',
  },
  answers: {
    length: '改得了页面，就改得了长度：运行中 Content-Length 写的是 {shownLength}，到的也是 {shownBytes} 个字节。',
    digest:
      '摘要谁都会算。运行中 mallory 放上了自己的：{told}，laptop 自己算出 {counted}。摘要防得了意外；要防人，得有密钥。',
    tls: '每条记录都有一个标签，有密钥的人才做得出来。运行中 {flippedAt} 毫秒翻了一个位，{refusedAt} 毫秒 laptop 就发现了：{failure}。',
  },
}

export const stripped: LessonWords<StrippedNames> = {
  title: '从未有过的那把锁',
  prose: [
    '商店用 TLS。可是人们敲的是名字，不是完整的网址，所以第一个请求往往是明文。商店对它只回一个网址：请用 TLS 再来。',
    '这次运行里，laptop 照办了：从那以后，它要 {path} 的请求都是加密的，{signedInAt} 毫秒发出的密码也是。',
    '那第一个请求却毫无保护。谁替商店应答它，既不用伪造证书，也不用破解什么，只要少说一句话就够了。',
  ],
  changes: { honest: '商店应答', stripped: 'mallory 抢先应答', known: 'laptop 早就知道' },
  steps: {
    asks: 'laptop 用明文要 {path}，照着人敲的那样。',
    moved: '商店回答：这个要用 TLS 来取。',
    secure: 'laptop 再要一次，这回用 TLS。',
    signsIn: '{signedInAt} 毫秒，它发出名字和密码，是加密的。',
    upstream: 'mallory 自己用 TLS 去问商店，样样合规。',
    kept: '拿到的东西，mallory 用明文交出去。商店希望用 TLS，laptop 一个字也没听到。',
    tells: '{signedInAt} 毫秒，laptop 用明文发出名字和密码。mallory 读到 `{heard}`。',
    reads: 'mallory 拿去商店登录。商店看到的是一位用 TLS 的客人。',
    begins: 'laptop 以前来过，那时商店说过：{days} 天之内只用 TLS。所以它一开口就是 ClientHello。',
    forged: 'mallory 必须出示证书，而它只有自己造的。',
    refused: '{refusedAt} 毫秒，laptop 拒绝：{failure}。密码没有离开过它。',
  },
  labels: { laptopSees: 'laptop 看到', heard: 'mallory 读到', shopSees: '商店看到' },
  question: '怎样才能不让 mallory 得到密码 {password}？',
  choices: {
    redirect: '商店把不用 TLS 来的人都打发到有 TLS 的地方去。',
    certificate: '商店有一张好证书。',
    known: 'laptop 事先就知道，这家商店只用 TLS。',
  },
  answers: {
    redirect: '这句回答要经过 mallory，而它过不去。运行中 laptop 根本没听到，mallory 读到了 `{heard}`。',
    certificate:
      '证书是有的，mallory 也查过：它和商店之间的连接样样合规。可是 laptop 根本没走到出示证书的那一步。运行中 mallory 读到了 `{heard}`。',
    known:
      '运行中它一开始就用 TLS，看到的是 mallory 自己造的证书，{refusedAt} 毫秒以 {failure} 告终。商店在以前的一次访问里，用首部 Strict-Transport-Security 说过；至于头一次访问，浏览器自带一张名单。',
  },
}
