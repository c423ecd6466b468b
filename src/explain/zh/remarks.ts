/** 关于其他工具的消息本身：措辞会误导人，或者省略了什么。 */
import type { Remark } from '../messages.table.ts'

export const remarks: Readonly<Record<Remark, string>> = {
  'a root came along':
    '证书链以服务器一并发来的根证书结尾；根证书只有事先安装过才会被信任。它往往属于公司的代理或自建的证书颁发机构。',
  'below TLS': '连接在 TLS 之下中断，没有告警：没有人说明原因。切断连接的可能是服务器，也可能是途中的防火墙。',
  'both dates': '证书已过期和尚未生效用的是同一句话：旁边的日期说明是哪一种。本机的时钟也可能不准。',
  'chrome client certificate':
    '凡是关于证书的告警，Chrome 都这样说，即使您没有出示任何证书：服务器想知道您是谁，或者不接受您出示的证书。',
  'chrome protocol error': '握手中的几乎任何失败，Chrome 都这样说：端口不使用 TLS、收到告警，或者消息无法解读。',
  'chrome version or suite':
    'Chrome 用一个名称指三种情况：没有共同的版本、没有共同的密码套件，以及服务器以告警 40 回应的其他情况。',
  'chunks of an answer': '完整的响应到达之前连接就结束了；收到的只是一部分。',
  'client of this server': '这句话出自服务器：问题在于客户端发送的内容，或者服务器对它的要求。',
  'common name is not looked at': '这种说法已经过时：现在不再看通用名称（CN），只看 subjectAltName 里的名称。',
  'eof of openssl 3':
    '连接结束时没有 close_notify。OpenSSL 3 把它当作错误；更早的版本不作声，所以升级之后，旧服务器的问题可能才显露出来。',
  'go joins three': 'Go 用这句话指三种情况：根证书不受信任、服务器漏发了中间证书，或者证书是自签名的。',
  'half of the handshake': '握手进行到一半时对方关闭了连接，也没有发送告警。',
  'java has its own roots':
    'Java 查看的是它自己的信任库（lib/security/cacerts），不是系统的信任库。服务器漏发中间证书时它也这样说。',
  'key and certificate': '服务器或客户端的两个文件不配对；此时还没有发送任何内容。',
  'legacy algorithm':
    '其中一方要求使用 SHA-1 或 MD5 的签名（TLS 1.0 和 1.1 就是这样），而 OpenSSL 3 在通常的安全级别下拒绝它们。',
  'legacy renegotiation':
    '服务器或它前面的设备不支持 renegotiation_info（RFC 5746，2010 年）。OpenSSL 3 拒绝这样的服务器，更早的版本则不会。',
  'no shared cipher': '作为服务器的 OpenSSL 没有适合客户端任何一个密码套件的证书或密钥时，也这样说。',
  'only the leaf came':
    '只收到一张证书，而本机不认识它的签发者：几乎总是服务器忘了发送中间证书。浏览器会自行获取或记住中间证书，所以常常看不出这个问题。',
  'proxy of a company': 'Firefox 认出签发者是一个会解密流量的程序：杀毒软件或公司的代理。',
  'reason elsewhere': '这只说明失败了：原因写在另一行，或者错误的细节里。请把那一行也贴上。',
  'root or intermediate': '根证书在本机不受信任，和服务器漏发了中间证书，用的是同一句话。',
  'server behind a proxy': '这句话是代理说的，说的是它后面的服务器（upstream），而不是它自己的客户端。',
  'small parameters':
    '服务器的 Diffie-Hellman 参数太小，不再安全（Logjam）。Barewire 没有这种密钥交换，所以没有对应的代码；服务器应当启用 ECDHE。',
  'sslv3 is a name': 'sslv3 和 tlsv1 只是 OpenSSL 给告警起的名字里的字样，与实际使用的版本无关。',
  'version of a record': '这里说的并不是 TLS 的版本：响应的前几个字节被当作记录的头部来读，而它们并不是。',
  'wrapper of node': 'fetch failed 本身什么也没说明：原因在错误的 cause（error.cause）里。',
}
