/** `barewire explain` 各句周围的文字。 */
import { alertText } from '../../tls/alerts.table.ts'
import type { PageWords } from '../page-words.ts'
import { alertWords } from './alerts.ts'

export const page: PageWords = {
  example: '例如',
  bytes: '字节',
  alert: '告警',
  status: '状态码',
  exit: '退出码',
  related: '相关代码',
  whose: '责任方',
  speaks: '出自',
  perhaps: '也可能是',
  reason: '判断依据',
  more: '详情',
  where: [
    ['ca/', '线路上没有：它与本机的文件有关。'],
    ['file/', '在文件中：所指的字段，按 DER 或文本的写法。'],
    ['acme/', '在证书颁发机构的响应中，即经 HTTPS 传来的 JSON：-v http 会显示它。'],
    ['session/', '线路上没有：它与服务器在请求之间保存的内容有关。'],
    ['dns/', '在与端口 53 往来的数据报中：-vv dns 会显示各字段。'],
    ['link/', '在 ARP 分组中：-vv arp 会显示各字段。'],
    ['ip/', '在 IP 分组的头部或 ICMP 消息中：-vv ip,icmp 会显示各字段。'],
    ['tcp/', '在 TCP 报文段的头部，多半是其中的标志：-vv tcp 会显示它们。'],
    ['tls/certificate-', '在证书链的某张证书中：barewire cert explain HOST 会指出确切的字节。'],
    ['tls/chain-', '在 Certificate 消息及其缺少的内容中：barewire cert explain HOST 会显示每条路径。'],
    ['tls/', '在 TLS 记录中：失败会指出消息和范围，-vvv tls 会显示字节。'],
    ['http/', '在消息的头部或正文中：失败会指出具体的字节，-vv http 会显示头部。'],
    ['cookie/', '在响应的 Set-Cookie 字段中：-v http 会显示它。'],
    ['net/', '没有自己的字节：请看它下面的失败，或用 -v 看之前发生的事。'],
  ],
  elsewhere: '没有：它与输入的内容或本机的文件有关。',
  unknown: message => `这里不认识这条消息：“${message}”。`,
  unknownNext:
    '不作猜测。请把它前后的几行也贴上，或者贴上 error:0A000086 这样的编号；barewire explain CODE 有每个代码的说明。',
  evidence: because => {
    switch (because.kind) {
      case 'words':
        return `消息中有“${because.text}”`
      case 'alert':
        return `对方发送了告警 ${alertText(because.number)}`
      case 'exit':
        return `curl 遇到它时以 ${because.number} 结束，遇到其他情况时也会如此`
      case 'verify':
        return `验证的结果是 ${because.number}`
    }
  },
  openssl: ({ digits, layout, library, libraryName, reason, text, alert, errno }) => {
    const where = `${digits} 是 ${layout} 的编号：库 ${library}${libraryName === undefined ? '' : `（${libraryName}）`}`
    if (errno !== undefined) return `${where}，系统的 errno ${errno}。`
    const why = alert !== undefined ? `1000 加告警编号 ${alert}` : (text ?? '这里不知道它的名称')
    return `${where}，原因 ${reason}（${why}）。`
  },
  alertSent: alert => {
    const words = alertWords(alert)
    return `告警 ${alertText(alert)}${words === undefined ? '' : `：${words.means}`}`
  },
}
