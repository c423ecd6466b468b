/** Findings in Chinese. */
import { text } from '../zh/text.ts'
import { type FindingDictionary, some } from './words.ts'

const list = (got: readonly string[]): string => some(got, count => text`等，另有 ${count} 项`, '、')

export const chineseFindings: FindingDictionary = {
  ssl2: {
    says: () => '服务器支持 SSL 2.0：若密钥相同，录下的 TLS 连接可以借它解开。',
    next: '在所有使用该密钥的服务器上关闭 SSL 2.0。',
  },
  ssl3: {
    says: () => '服务器支持 SSL 3.0：它不检查填充，cookie 可以被逐字节猜出。',
    next: '关闭 SSL 3.0；如今没有任何软件需要它。',
  },
  tls10: {
    says: () => '服务器支持 TLS 1.0：该版本已不得使用，浏览器自 2020 年起不再支持。',
    next: '只允许 TLS 1.2 和 1.3。',
  },
  tls11: {
    says: () => '服务器支持 TLS 1.1：该版本已不得使用，浏览器自 2020 年起不再支持。',
    next: '只允许 TLS 1.2 和 1.3。',
  },
  'no-modern-version': {
    says: () => '服务器既不支持 TLS 1.2，也不支持 TLS 1.3：如今的客户端无法连接。',
    next: '更新软件，或在它前面放一个支持 TLS 1.3 的代理。',
  },
  'no-tls13': {
    says: () => '服务器不支持 TLS 1.3：握手多一个往返，证书以明文传送。',
    next: '除 1.2 之外再允许 TLS 1.3。',
  },
  'fallback-unheard': {
    says: () => '客户端声明自己退回了旧版本，服务器仍照单接受：中间人可以强迫这种回退。',
    next: '更新 TLS 库：OpenSSL 从 1.0.1j 起认识该信号。',
  },
  'downgrade-unmarked': {
    says: () => '服务器的随机数没有标明它支持更新的版本，客户端看不出降级。',
    next: '更新 TLS 库，或更新代它应答的前置设备。',
  },
  'suite-null': { says: got => text`接受不加密的套件：${list(got)}。`, next: '从套件列表中去掉 NULL。' },
  'suite-anonymous': {
    says: got => text`接受不带证书的套件，任何人都能做中间人：${list(got)}。`,
    next: '在套件列表中加上 !aNULL。',
  },
  'suite-export': {
    says: got => text`接受为出口而削弱的套件，其密钥数小时即可找到：${list(got)}。`,
    next: '从套件列表中去掉 EXPORT。',
  },
  'suite-des': { says: got => text`接受 DES，密钥只有 56 位：${list(got)}。`, next: '从套件列表中去掉 DES。' },
  'suite-rc4': { says: got => text`接受 RC4，其输出会泄露明文：${list(got)}。`, next: '从套件列表中去掉 RC4。' },
  'suite-3des': {
    says: got => text`接受三重 DES：64 位的分组在数 GB 之后就会重复（${list(got)}）。`,
    next: '从套件列表中去掉 3DES。',
  },
  'suite-old': {
    says: got => text`接受已无人维护的密码算法：${list(got)}。`,
    next: '只保留带 ECDHE 的 AES-GCM 和 ChaCha20-Poly1305。',
  },
  'suite-static': {
    says: got => text`接受没有前向保密的套件：日后得到密钥的人能读出录下的内容（${list(got)}）。`,
    next: '只保留以 ECDHE 开头的套件；若必须保留 RSA，请确认 TLS 库足够新。',
  },
  'suite-cbc': {
    says: got => text`接受 CBC 而不用 encrypt-then-mac；填充是否泄密全看 TLS 库（${list(got)}）。`,
    next: '只保留 AES-GCM 和 ChaCha20-Poly1305，或允许 encrypt-then-mac。',
  },
  'cbc-in-tls10': {
    says: got => text`在 TLS 1.0 中，每个 CBC 记录都从上一个的末尾开始，可以用来猜测（${list(got)}）。`,
    next: '关闭 TLS 1.0。',
  },
  'suite-not-offered': {
    says: got => text`服务器选择了无人提出的套件：${list(got)}。`,
    next: '这不是 TLS 服务器，或者已损坏：所有客户端都必须拒绝它。',
  },
  'client-order': {
    says: got => text`在 ${list(got)} 中以客户端的套件顺序为准，而其中有弱套件。`,
    next: '改为以服务器的顺序为准，或只保留好的套件。',
  },
  'dh-broken': {
    says: got => text`Diffie-Hellman 的素数只有 ${got[0] ?? '?'} 位：为它计算过一次的人能读出一切。`,
    next: '去掉 DHE，或使用 2048 位以上的素数。',
  },
  'dh-short': {
    says: got => text`Diffie-Hellman 的素数是 ${got[0] ?? '?'} 位，不足如今要求的 2048 位。`,
    next: '去掉 DHE，或使用 2048 位以上的素数（ffdhe2048）。',
  },
  'curve-old': {
    says: got => text`接受已从 TLS 中删除的曲线：${list(got)}。`,
    next: '只保留 x25519、P-256 和 P-384。',
  },
  'no-hybrid': {
    says: () => '没有带 ML-KEM 的群：今天录下的内容，将来可能被大型量子计算机解开。',
    next: 'TLS 库支持时请允许 X25519MLKEM768（OpenSSL 3.5、Go 1.24）。',
  },
  'sha1-signature': {
    says: got => text`应要求会用 SHA-1 或 MD5 签名：${list(got)}。`,
    next: '只允许用 SHA-256 及更长的散列签名。',
  },
  'chain-refused': {
    says: ([key = '', failure = '']) => text`密钥为 ${key} 的证书链在本机不被信任：${failure}。`,
    next: 'barewire cert explain HOST:PORT 会显示每条路径及其问题。',
  },
  'ends-soon': {
    says: ([key = '', days = '']) => text`密钥为 ${key} 的证书将在 ${days} 天后到期。`,
    next: '续签证书，并查明为什么没有自动续签。',
  },
  'chain-disordered': {
    says: ([key = '']) => text`在密钥为 ${key} 的证书链中，并非每张证书都为前一张担保。`,
    next: '先发叶证书，再发它的签发者，依此类推，不要掺入别的证书。',
  },
  'root-sent': {
    says: ([key = '']) => text`密钥为 ${key} 的证书链带上了根证书；没有人会因此信任它，只是浪费字节。`,
    next: '不要发送根证书。',
  },
  'staple-missing': {
    says: ([key = '']) => text`密钥为 ${key} 的证书承诺附带 OCSP 应答，却没有：有的客户端会拒绝。`,
    next: '打开 OCSP stapling，或改签不带 must-staple 的证书。',
  },
  'no-extended-master-secret': {
    says: () => 'TLS 1.2 没有扩展主密钥：会话没有与产生它的握手绑定。',
    next: '更新 TLS 库。',
  },
  'renegotiation-insecure': {
    says: () => '服务器不认识安全重协商：中间人可以在客户端的请求之前插入自己的请求。',
    next: '更新 TLS 库；这个问题在 2010 年就已修复。',
  },
  compression: { says: () => 'TLS 先压缩再加密，长度会泄露 cookie。', next: '关闭 TLS 压缩。' },
  heartbeat: {
    says: () => '服务器提供心跳，而在 TCP 之上没有人需要它。是否会“流血”没有问。',
    next: '更新 TLS 库：如今的库没有心跳。',
  },
  'early-data': {
    says: ([bytes = '']) => text`服务器接受 ${bytes} 字节的 0-RTT，中间人可以把它再发一次。`,
    next: '确认早期数据中只做安全的方法，或关闭它。',
  },
  'ticket-long': {
    says: ([seconds = '']) => text`票据有效期为 ${seconds} 秒；TLS 1.3 最多允许七天。`,
    next: '把票据有效期设为一两天。',
  },
  'no-resumption': {
    says: () => '服务器不认识回头客：每次连接都要一次完整的握手。',
    next: '允许票据或会话缓存。',
  },
  'no-hsts': {
    says: () => '没有 Strict-Transport-Security：以 http 的首次访问可能被截留在那里。',
    next: 'Strict-Transport-Security: max-age=31536000',
  },
  'hsts-short': {
    says: ([seconds = '']) => text`Strict-Transport-Security 只有效 ${seconds} 秒。`,
    next: '一切正常后：Strict-Transport-Security: max-age=31536000',
  },
  'plain-page': {
    says: () => '以 http 访问得到的不是通往 https 的重定向。',
    next: '对每个 http 请求都以 301 指向 https 的同一位置。',
  },
  'cookie-in-clear': {
    says: got => text`没有 Secure 的 cookie 也会经 http 发送：${list(got)}。`,
    next: 'Set-Cookie: …; Secure',
  },
  'cookie-for-scripts': {
    says: got => text`没有 HttpOnly 的 cookie 能被页面的任何脚本读取：${list(got)}。`,
    next: '脚本不需要时：Set-Cookie: …; HttpOnly',
  },
  'cookie-crosses-sites': {
    says: got => text`没有 SameSite 或其值为 None 的 cookie 会随其他站点的请求发送：${list(got)}。`,
    next: 'Set-Cookie: …; SameSite=Lax',
  },
  'no-csp': {
    says: () => '没有 Content-Security-Policy：混入页面的内容可以加载并做任何事。',
    next: "从 Content-Security-Policy: default-src 'self' 开始。",
  },
  'server-version': {
    says: ([server = '']) => text`Server 首部透露了版本：${server}。`,
    next: '关闭它：server_tokens off、ServerTokens Prod。',
  },
  'no-goodbye': {
    says: () => '服务器不发 close_notify 就离开：应答是否被截断无从知道。',
    next: '更新服务器，或让它的 TLS 库道别（SSL_shutdown）。',
  },
  'starttls-injection': {
    says: () => '与请求 TLS 的命令一起以明文发送的内容，在 TLS 下被执行并得到回答。',
    next: '更新服务器：中间人可以在客户端的话之前插入命令。',
  },
  intolerant: {
    says: got => text`服务器不应答合乎规定的 hello：${list(got)}。`,
    next: '更新 TLS 库或前置设备。barewire check --only robustness --json 会列出每个问题。',
  },
  unsteady: {
    says: () => '服务器在有的时候会答的问题中途离开，因此改为逐个询问。',
    next: '查看是否有连接数限制，或负载均衡后面有故障的服务器。',
  },
  unanswered: {
    says: got => text`有 ${got.length} 个问题没有得到回答：${list(got)}。`,
    next: '稍后再问，或用更长的 --timeout，或减少同时的连接：--parallel 1。',
  },
}
