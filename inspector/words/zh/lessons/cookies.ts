/** 第九章：Cookie，以及系在它上面的会话。 */
import type { FixationNames } from '../../../lessons/cookies/fixation.ts'
import type { LeavingNames } from '../../../lessons/cookies/leaving.ts'
import type { ScopeNames } from '../../../lessons/cookies/scope.ts'
import type { SessionNames } from '../../../lessons/cookies/session.ts'
import type { StolenNames } from '../../../lessons/cookies/stolen.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

export const session: LessonWords<SessionNames> = {
  title: '服务器为什么认得你',
  prose: [
    'HTTP 什么也不记得。每个请求都独立存在，登录之后的请求看上去和任何人的一样。每次都带上密码也行得通，但太傻了。',
    '所以 {user} 登录以后，商店编出一个 id：{letters} 个随机抽取的字母。它记下什么属于这个 id：一个名字，{books} 本书；再用 `Set-Cookie` 把 id 说一次。从此浏览器在每个请求里用 `Cookie` 把它说回来。Cookie 不过如此：一方请另一方随身带着的一张便条。',
    'id `{id}` 本身没有含义：没有名字，没有密码，也推算不出什么。它只需要长到没人能试出来。商店甚至不保存它，只保存它的摘要 `{key}`，这样偷走会话清单的人也冒充不了任何人。',
  ],
  changes: { remembered: '有 Cookie', forgetful: '浏览器不保存 Cookie', guessed: '改掉一个字母' },
  steps: {
    asks: 'laptop 请求账户页。没有任何东西说明是谁在请求。',
    stranger: '商店回答 {firstStatus}：你是谁？',
    signsIn: '{user} 在 {loginAt} 毫秒登录。密码只在路上走这一次。',
    given: '商店认可了，给出一个要随身带着的 id：{cookie}={id}，属于它的东西留在商店里。',
    again: '下一个请求，在 {secondAt} 毫秒。浏览器把 Cookie 放了进去。',
    bare: '下一个请求，在 {secondAt} 毫秒，没有任何可供辨认的东西。',
    altered: '下一个请求带来的 id，最后一个字母不同：{sent}。',
    known: '商店找到了会话，回答“{answer}”。',
    refused: '商店回答 {status}。它没有这样的会话。',
  },
  labels: { laptopKeeps: 'laptop 保存', shopKeeps: '商店保存，键为', belongs: '属于它的' },
  question: 'id 里改掉一个字母，其余全对。商店怎样回答？',
  choices: {
    same: '登录者的账户：id 几乎一样。',
    other: '别人的账户。',
    nobody: '它不认得这位访客。',
  },
  answers: {
    same: 'id 是拿来查找的，不是比谁更像：它的摘要完全是另一个。运行中的应答是 {status}。',
    other: '可能的 id 那么多，会话那么少，一个 id 的邻居不属于任何人。运行中的应答是 {status}。',
    nobody: '运行中的应答是 {status}。{letters} 个字母的 id 比会话多得太多，逐个去试，所需时间比世界的年龄还长。',
  },
}

export const stolen: LessonWords<StolenNames> = {
  title: '谁有 Cookie，谁就是你',
  prose: [
    '商店只凭 id 认识 {user}。别人说出同一个 id，也就成了 {user}。密码已经不重要了。',
    '这次运行没有 TLS。mallory 就在同一条线上，看着 `{id}` 经过，在 {usesAt} 毫秒自己去请求账户页。商店回答“{answer}”。',
    'TLS 能遮住 Cookie，但只在用了 TLS 的地方，而浏览器也会打开 `http://` 链接。所以商店可以给 Cookie 做标记。`Secure`：没有 TLS 绝不发送。`HttpOnly`：页面里的脚本看不到它。`SameSite`：别的站点的页面发起请求时，它留在家里；对于表单，如今即使什么也不写，浏览器也这样做。表里的判断出自引擎自己的 Cookie 罐。',
  ],
  changes: { plain: '没有 TLS', unmarked: '有 TLS，Cookie 无标记', marked: '有 TLS，Secure 加 HttpOnly' },
  steps: {
    signsIn: '{user} 登录。',
    given: '商店给出 Cookie {id}，浏览器收下。',
    asks: 'laptop 请求账户页。Cookie 摊开在线上。',
    link: '打开一个 http:// 链接。这个请求不经 TLS，Cookie 跟着去了。',
    bare: '打开一个 http:// 链接。请求不经 TLS，Cookie 也没有跟去。',
    tries: '三个不是商店自己页面的来者，各自得到什么。',
    heard: 'mallory 读到的：{heard} 条 HTTP 消息，其中 {cookies} 条带着 Cookie。',
    empty: 'mallory 读到的：{heard} 条 HTTP 消息，其中 {cookies} 条带着 Cookie。',
    uses: 'mallory 在 {usesAt} 毫秒请求账户页。',
    taken: '商店回答 {status}：“{answer}”。它以为是 {user} 在请求。',
    refused: '商店回答 {status}：没有这样的访客。',
  },
  labels: {
    message: '消息',
    secret: '其中的 Cookie',
    none: '没有',
    byLink: 'http:// 链接',
    byScript: '页面里的脚本',
    byForm: '别的站点上的表单',
  },
  question:
    '{user} 经 TLS 登录，Cookie 没有标记。随后 laptop 打开了链接 http://shop.test/account。一直在听的 mallory 得到什么？',
  choices: {
    nothing: '什么也得不到：Cookie 是经 TLS 来的。',
    cookie: '得到 Cookie，但得不到密码。',
    password: '连密码也得到。',
  },
  answers: {
    nothing: '没有标记，Cookie 就不记得自己是怎么来的。运行中 mallory 读到 {cookies} 条带 Cookie 的消息。',
    cookie:
      '登录经过 TLS，密码被读到 {passwords} 次。但那个链接没有经过，浏览器把 {id} 放了进去。{usesAt} 毫秒，mallory 就是 {user}：“{answer}”。有了 Secure，Cookie 会留在家里。',
    password: '登录经过 TLS。运行中密码被读到 {passwords} 次，Cookie 被读到 {cookies} 次。',
  },
}

export const scope: LessonWords<ScopeNames> = {
  title: '哪个 Cookie 去哪里',
  prose: [
    '浏览器把全世界的 Cookie 放在一个罐子里。谁能拿回哪一个，由两样东西决定：主机和路径。`{first}` 两样都没说：它只回到这一台主机。',
    '`Domain` 把范围放宽到一个名字之下的所有名字；`Path` 把范围收窄。这里商店设置了 {said} 个 Cookie，保存 {kept} 个，拒绝 {refused} 个：谁也不能替陌生人设置，谁也不能替人人都可注册的后缀设置；而名字以 `__Host-` 开头，就是承诺只给一台主机。',
    '请求里不说 Cookie 从哪里来，只有名称和值。所以同一个名字之下的邻居，可以把自己的放进去。试试看。',
  ],
  changes: { several: '六个 Cookie', tossed: '邻居也设一个', prefixed: '用 __Host-' },
  steps: {
    sets: '商店设置 {said} 个 Cookie。',
    judged: '罐子保存了其中 {kept} 个。为什么拒绝其余的，写在各自旁边。',
    cart: 'laptop 请求 /cart 之下的东西：{cartSends}。路径最长的排在前面。',
    blog: 'shop.test 之下的另一个名字，只得到说明给所有名字的那些。',
    table: '同一个罐子，三个请求。',
    own: '{user} 在商店登录，得到一个 Cookie。',
    tossed: '博客是 mallory 的。它为 shop.test 设置了一个同名 Cookie：它自己账户的那一个。',
    asks: 'laptop 向商店请求账户页，带着 {cookies}',
    whose: '商店回答“{answer}”。',
  },
  labels: { said: 'Set-Cookie', verdict: '保存了吗', asked: '请求', goes: '跟去的 Cookie', none: '没有' },
  question:
    '{user} 已在 shop.test 登录。mallory 的 blog.shop.test 为 shop.test 和路径 /account 设置了一个同名 Cookie。商店在 /account 显示谁的账户？',
  choices: {
    own: '{user} 的：主机自己的 Cookie 才算数。',
    mallory: 'mallory 的。',
    nobody: '谁的也不是：两个同名 Cookie 会被拒绝。',
  },
  answers: {
    own: '请求里看不出哪个是主机自己的。运行中它带来 {sent} 个同名 Cookie，商店回答“{answer}”。',
    mallory:
      '请求带来 {sent} 个同名 Cookie，路径较长的排在前面。商店回答“{answer}”。从此 {user} 买什么，mallory 都看得见。如果名字是 __Host-sid，罐子会拒绝博客的那个：那里不允许有 Domain。',
    nobody: '同名的两个是允许的。运行中请求带来 {sent} 个，商店取第一个它认得的：“{answer}”。',
  },
}

export const fixation: LessonWords<FixationNames> = {
  title: '登录时为什么换 id',
  prose: [
    '偷 id 是一种办法，送 id 是另一种：mallory 先向商店要来自己的会话 `{id}`，再设法让 laptop 用上它，这里靠的是邻居的 Cookie。',
    '{loginAt} 毫秒，{user} 带着它登录。这家商店把登录写进它找到的会话：从此 `{id}` 就是 {user}。什么也没偷听，什么也没猜，{usesAt} 毫秒，mallory 用它一直知道的 id 去请求：“{answer}”。',
    '补救只要一行：谁登录，就给谁一个新的 id。购物车里的东西一起搬过去，旧的 id 什么也打不开。',
  ],
  changes: { kept: '商店沿用原来的 id', changed: '登录时换新 id' },
  steps: {
    begins: 'mallory 访问商店，得到会话 {id}，购物车是空的。',
    planted: '它的博客把这个 id 给了 laptop，对整个 shop.test 有效。',
    signsIn: '{user} 在 {loginAt} 毫秒登录。被种下的 Cookie 跟着去了。',
    same: '欢迎。商店没有设置 Cookie：已经有一个了。',
    another: '欢迎，新的 id 是 {another}',
    uses: 'mallory 在 {usesAt} 毫秒用旧的 id 请求账户页。',
    inside: '商店回答 {status}：“{answer}”。',
    outside: '商店回答 {status}。',
  },
  labels: {},
  question: '商店在登录时给了 {user} 新的 id。mallory 手里的那个现在能打开什么？',
  choices: {
    account: '{user} 的账户。',
    cart: '和以前一样，空的购物车。',
    nothing: '什么也打不开。',
  },
  answers: {
    account: '账户现在属于 {another}。运行中 mallory 用 {id} 请求，应答是 {status}。',
    cart: '购物车连同里面的东西都搬到 {another} 去了；那是同一个会话。运行中的应答是 {status}。',
    nothing:
      '会话搬到了 {another}，{id} 不再属于任何人：应答是 {status}。mallory 能知道第一个 id，因为它在登录之前就有了。第二个是经 TLS 只对 laptop 说的。',
  },
}

export const leaving: LessonWords<LeavingNames> = {
  title: '退出登录',
  prose: [
    '会话在两个地方：id 在浏览器，其余在商店。退出登录应当两边都结束。告诉浏览器的办法，是一个已经过期的 Cookie：`Max-Age` 为零。',
    '这里有人握着 `{id}` 的一份副本，来路就是前面那几种。{user} 退出，商店结束了会话，{usedAt} 毫秒出示的副本什么也打不开。',
    '大多数人从不退出。所以商店也会忘掉一阵子没来的人；没有 `Max-Age` 或 `Expires` 的 Cookie，则在浏览器关闭时消失。',
  ],
  changes: { ended: '商店结束会话', cookieOnly: '只删除 Cookie', waiting: '没有人退出' },
  steps: {
    given: '{user} 已经登录，凭的是 {id}',
    leaves: '{user} 退出。',
    removed: '商店道别，并给出一个已经过期的同名 Cookie。',
    bare: 'laptop 再请求，没有 Cookie：{laptopStatus}。',
    waits: 'laptop 过了 {away} 分钟才回来。Cookie 还在，商店只等 {idle} 分钟：{laptopStatus}。',
    copy: '有人出示 {id} 的副本。',
    works: '商店回答 {status}：“{answer}”。',
    dead: '商店回答 {status}：没有这样的会话。',
  },
  labels: {},
  question: '{user} 退出时，商店只删除 Cookie，自己的会话原样留着。有人握着 Cookie 的副本。接下来会怎样？',
  choices: {
    dead: '副本作废：{user} 已经退出。',
    works: '副本照样能用，而 {user} 出去了。',
    laptop: '两边都还在登录状态。',
  },
  answers: {
    dead: '删除 Cookie 只是对一个浏览器的请求。运行中副本在 {usedAt} 毫秒出示，应答是 {status}：“{answer}”。',
    works:
      'laptop 得到 {laptopStatus}，副本得到 {status}：“{answer}”。浏览器只能忘掉自己的那一份；会话要在保存它的地方结束。',
    laptop: '浏览器确实删掉了 Cookie。运行中 laptop 得到 {laptopStatus}，副本得到 {status}。',
  },
}
