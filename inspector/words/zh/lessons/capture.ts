/** 第十章：把一次通信存成文件，以及怎样读它。 */
import type { FileNames } from '../../../lessons/capture/exchange.ts'
import type { ReadingNames } from '../../../lessons/capture/reading.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

const columns = { number: '帧', time: '毫秒', from: '方向', bytes: '字节', holds: '内容' }

export const file: LessonWords<FileNames> = {
  title: '把这次通信存成文件',
  prose: [
    '经过 laptop 网线的一切都可以逐帧记下来，连同各自的时间。这样的文件叫抓包文件，格式是 pcapng，到处都有能读它的程序。这次运行的文件有 {frames} 帧，{size} 字节：在下面保存它。',
    '双击用 Wireshark 打开，或者用 `barewire inspect {file}`。两者都显示 {tls} 条 TLS 消息，以及第 {requestIn} 帧里对 `{path}` 的请求，好像没有加密一样。那是因为文件里带着这次通信的密钥：单独一个块，{secrets} 行；什么也不用设置。',
    '在真实网络上抓包的人拿不到密钥。浏览器、curl 和 Node 在被要求时（`SSLKEYLOGFILE`）会把密钥写进文件，`barewire capture` 把两者放到一起。这样的文件能打开什么，就要像保管什么一样保管它。',
  ],
  changes: { keys: '带密钥', bare: '不带密钥' },
  steps: {
    frames: '{frames} 帧，按 Wireshark 的样子列出：→ 从 laptop 发出，← 发给它。',
    blocks: '文件由 {blocks} 个块组成：这是什么文件，地址是谁的，哪一条线，然后每帧一块。',
    secrets: '装密钥的块：{secrets} 行，每行一个名称和这条连接的一个秘密。',
    request: '第 {requestIn} 帧装着请求。有密钥就打得开。',
    sealed: '一条带数据的记录，就是线上的样子。类型和长度看得见，其余看不见。',
    reads: '文件说出了这次通信的什么：读得出 {tls} 条 TLS 消息，{http} 条 HTTP 消息。',
    opens: '看 {file} 的四种办法。',
  },
  labels: {
    ...columns,
    block: '块',
    count: '个数',
    section: '节：这是什么文件',
    interface: '接口：哪一条线',
    names: '地址的名称',
    keys: '密钥（Decryption Secrets）',
    packet: '帧',
    statistics: '统计',
    what: '什么',
    reads: '读到',
    name: '查询的名称',
    suite: '密码套件',
    certificate: '证书',
    request: '请求',
    sizes: '帧，带时间和大小',
    closed: '看不见',
    wireshark: '一个窗口',
    tshark: '终端里的列表',
    barewire: '带我们的解说',
    page: '在这个页面里',
  },
  question: '有人拿着同样的帧，但没有密钥。Wireshark 能告诉他这次通信的什么？',
  choices: {
    nothing: '什么也没有：全都加密了。',
    names: '商店的名称、两个 Hello、大小和时间；没有请求。',
    everything: '全部：帧是一样的。',
  },
  answers: {
    nothing: '两个 Hello 必须公开，否则什么也商定不了。运行中不用密钥就读得出 {tls} 条 TLS 消息。',
    names:
      '运行中读得出 {tls} 条 TLS 消息，{http} 条 HTTP 消息。名称是明文向解析器查询的，也写在 ClientHello 里；请求了什么，甚至证书，都看不见。',
    everything: '帧是一样的，而密钥从不在帧里。运行中读得出 {http} 条 HTTP 消息。',
  },
}

export const reading: LessonWords<ReadingNames> = {
  title: '在抓包文件里找出故障',
  prose: [
    '真实的抓包文件有成千上万帧，要紧的只有一帧。这一个有 {frames} 帧，{streams} 条连接，其中一条失败了。三步就能找到它。',
    '先过滤：查找不该出现的东西，重置、重发的段、警报。这里 `{filter}` 从 {frames} 帧里留下 {left} 帧。再跟踪：只取它所属的那一条会话，编号 {stream}，共 {own} 帧，其余放到一边。最后读那条消息本身，以及它之前的事。',
    '那是第 {frame} 帧，在与 {bad} 的会话里。保存文件，在 Wireshark 里照做一遍：过滤器就是它要的写法，编号就是它的编号。`barewire inspect` 会自己走完这三步，并说出找到了什么。',
  ],
  changes: { expired: '警报', refused: '重置', silent: '沉默' },
  steps: {
    all: '{frames} 帧，{streams} 条连接。对每一个请求的都一样。',
    filter: '过滤器留下 {left} 帧。',
    follow: '只看会话 {stream}：{own} 帧。过滤器找到的做了标记。',
    expired: '第 {frame} 帧：laptop 的警报。它说出 {bad} 的证书错在哪里，并结束连接。',
    refused: '第 {frame} 帧：RST。{bad} 的那个端口没有人在听。',
    silence: '第 {frame} 帧：又一个 SYN，序号相同。{bad} 只应答 ARP，别的都不应答。',
  },
  labels: { ...columns, stream: '编号', with: '对方', frames: '帧数', filter: '过滤器' },
  question:
    '另一个抓包文件里，有一条连接被重置。它有 {frames} 帧，过滤器 {filter} 留下 {left} 帧。保存它，或者一步步看：那一帧的编号是多少？',
  choices: {},
  answers: {
    right: '第 {frame} 帧，在第一帧之后 {at} 毫秒：{bad} 说 RST，laptop 立刻放弃。',
    wrong: '到过滤器留下的那一帧去：编号就在它左边。',
  },
}
