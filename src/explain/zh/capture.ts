/** Failures of capture files, in Chinese. */
import type { captureFailures } from '../../failures/capture.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

export const captureWords: WordsOf<typeof captureFailures> = {
  'capture/not-a-capture': {
    title: '这不是抓包文件。',
    says: f =>
      f.got === undefined ? '它的字节太少，不可能是抓包文件。' : text`它以 ${f.got} 开头，pcapng 和 pcap 都不是这样。`,
    because: ['文件被压缩过。', '它是工具打印的文本，而不是工具写出的文件。'],
  },
  'capture/cut-short': {
    title: '抓包文件在中途结束。',
    says: f =>
      text`第${f.number ?? '?'}字节处开始的内容应有${f.expected ?? '更多'}字节，文件里只有${f.got ?? '更少的'}字节。在它之前的内容都已读取。`,
    because: ['文件当时还在写入。', '磁盘已满，或传输中断。'],
  },
  'capture/malformed': {
    title: '抓包文件已损坏。',
    says: f =>
      text`第${f.number ?? '?'}字节处，${f.where ?? '块'}的值不可能成立（${f.got ?? '没有意义的值'}）。在它之前的内容都已读取。`,
    because: ['文件被改动过，或在传输中损坏。', '写出它的工具有缺陷。'],
  },
  'capture/link-type-unknown': {
    title: '这里不认识这种帧。',
    says: f => text`链路类型${f.number ?? '?'}的帧只计数，不解析：共${f.got ?? '全部'}个。`,
    because: ['该接口不是以太网、裸 IP、Linux cooked 或 BSD 环回。'],
  },
  'capture/too-much': {
    title: '抓包文件里的内容超过了可保留的数量。',
    says: f => text`其中的${f.where ?? '内容'}只保留前${f.number ?? '?'}个。`,
    because: ['它记录的是洪泛攻击，或对整个网络的扫描。', '它是为耗尽内存而制作的。'],
  },
  'capture/not-supported': {
    title: '这里无法捕获经过网卡的内容。',
    says: f =>
      f.got === 'koffi'
        ? '系统调用由 koffi 包完成，而它没有安装，或在这里无法运行：npm install koffi。'
        : text`数据包套接字是 Linux 的；这里是${f.got ?? '另一个系统'}。其他工具（tcpdump、Wireshark）写出的文件可用 barewire inspect 读取。`,
    because: f =>
      f.got === 'koffi'
        ? ['安装时略去了可选的包（--omit=optional）。', 'koffi 没有适用于这种处理器的二进制文件。']
        : [],
  },
  'capture/not-allowed': {
    title: '系统不允许您查看经过的内容。',
    says: () => '这需要 CAP_NET_RAW 权限，root 拥有它：请在命令前加上 sudo。',
    because: f => [
      '您不是 root。',
      '容器去掉了这项权限：docker run --cap-add NET_RAW 可以给予。',
      ...(f.got === undefined ? [] : [text`系统返回错误${f.got}。`]),
    ],
  },
  'capture/no-interface': {
    title: '没有这样的网卡。',
    says: f => text`本机没有${f.where ?? '这个名称的网卡'}。现有的是：${f.expected ?? '见 ip link'}。`,
    because: ['它在另一个网络命名空间里，例如容器的命名空间。'],
  },
}
