/** What stands behind a command to copy, and advice that is none, in Chinese. */
import type { Note } from '../steps.ts'

export const notes: Readonly<Record<Note, string>> = {
  'right clock?': '本机的时钟准吗？',
  'if it is the right one': '前提是确知它就是正确的证书',
  'if you have its root': '如果手头有它的根证书',
  'once, without this check': '仅此一次，跳过这项检查',
  'take its certificate': '取下它出示的证书',
  'what the server sends': '查看服务器发送了什么',
  'which names it has': '证书里有哪些名称',
  'which timestamps it has': '证书有哪些时间戳',
  'by a name that it has': '用证书里的名称访问同一台服务器',
  'chain order': '在服务器上：把中间证书放到同一文件中服务器证书的后面',
  'new authority': '下次使用时会新建一个证书颁发机构',
  'another folder': '换一个文件夹',
  'what is in it?': '查看其中的内容',
  'with the right address': '换成它本应对应的地址',
  'what the server takes': '查看服务器接受什么',
  'with both versions': '同时允许 TLS 的两个版本',
  'wait longer': '等待更久',
  'without following': '查看第一个响应指向哪里',
  'its root, to be trusted': '对方程序需要信任的根证书',
  'any free port': '任一空闲端口',
  'retry with new cookie': '使用浏览器现有的 Cookie 重新发送请求',
  'asks for its password': '会询问口令；结果请妥善保管，不要给别人',
  'if you have a certificate': '前提是手头有它认可的证书',
  'both must print the same': '两者的输出必须相同',
}
