/** The page of `inspect --html` in Chinese. */
import { text } from '../zh/text.ts'
import type { SheetWords } from './words.ts'

export const chineseSheet: SheetWords = {
  conversations: count => text`${count} 个会话`,
  failed: count => text`${count} 个失败`,
  secretsUsed: count => text`用了 ${count} 个密钥`,
  fileSize: bytes => text`文件 ${bytes}`,
  frames: count => text`${count} 帧`,
  conversation: id => text`会话 ${id}`,
  list: '内容一览',
  starred:
    '本页不含 cookie 的值、凭据和正文：以同样长度的星号或字节数代替。其余抓到的内容（地址、名称、路径）都可能在本页中。',
  shown: '本页没有隐去任何内容：cookie 的值、凭据和正文都在其中。请勿交给无权知道的人。',
  labels: {
    ends: '双方',
    spoken: '方式',
    what: '内容',
    milliseconds: '毫秒',
    bytes: '字节',
    fields: '字段',
    body: '正文',
    place: '位于',
  },
  direction: { right: '客户端到服务器', left: '服务器到客户端' },
  sealed: '传输时已加密',
  lost: '丢失',
  again: '重传',
  held: '检查通过',
  failedCheck: '检查未通过',
  bodyLeftOut: length => text`${length}，已隐去`,
  fieldsEnd: why => text`字段到此为止：${why}`,
  moreFields: count => text`另有 ${count} 个字段`,
  moreMessages: count => text`另有 ${count} 条消息未画出：可用 barewire inspect 查看。`,
  moreConversations: count => text`另有 ${count} 个会话未画出：可用 barewire inspect 查看。`,
  nothing: '没有可显示的消息。',
  damage: '文件已损坏',
}
