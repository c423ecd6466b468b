/** 没有密钥者的视角：窃听者与中间人。 */
import type { HeardIn } from '../../model/heard.ts'
import { bare } from '../en/page.ts'
import type { views as english } from '../en/views.ts'
import { listed } from './page.ts'

const heardIn: Readonly<Record<HeardIn, string>> = {
  dns: 'DNS',
  hello: 'ClientHello',
  certificate: '证书',
  request: '请求',
}

export const views: typeof english = {
  heard: {
    title: '窃听者得到了什么',
    frames: count => `看到 ${count} 帧`,
    asked: (name, times) => `有人向 ${name} 要了${times < 2 ? '一' : times === 2 ? '两' : ` ${times} `}次东西`,
    somebody: '某处',
    readAll: requests => `人人都能读：${requests.join('，')}`,
    reads: '读得到',
    name: (name, where) => `名称 ${name}：${where.map(each => heardIn[each]).join('、')}`,
    addresses: all => `双方地址 ${listed(all)}，以及所有端口和时间`,
    certificate: subject => `${bare(subject)} 的证书：TLS 1.2 以明文发送`,
    requests: all => `请求的内容：${all.join('，')}`,
    cookies: all => `Cookie：${all.join('，')}`,
    forms: all => `输入的内容：${all.join('，')}`,
    seesOnly: '只看得到',
    sizes: all =>
      `${all.length} 个请求，${listed(all.map(({ there }) => String(there)))} 字节；应答 ${listed(all.map(({ back }) => String(back)))} 字节`,
    nothing: '没有：一切都可读',
    guesses: '猜得到',
    guess: '问了多少、答了多少、在何时。猜不到内容，也猜不到是谁。',
    never: '从未以明文经过线路',
    hidden: listed,
    encrypted: '已加密',
    who: certificate =>
      certificate === undefined ? '证书已加密。谁在问：只有一个地址。' : '证书以明文传来。谁在问：只有一个地址。',
    safe: '以明文商定。加密的部分既读不出，也无法不被察觉地改动。',
    what: count => `${count} 个请求，${count} 个应答`,
  },
  middle: {
    title: '中间人试过什么',
    note: '每一行都由第三台机器此刻在同样的两台机器之间演出。',
    attacks: {
      'read-password': '读取经过的登录表单',
      'inject-advertisement': '在页面中写入广告',
      'listen-in': '窃听',
      'swap-key': '用自己的密钥换掉服务器的密钥',
      'forge-certificate': '出示由自己的机构签发的同名证书',
      'flip-bit': '翻转服务器应答中的一位',
      'replay-record': '把客户端的请求再发一次',
      'cut-connection': '在应答中途关闭连接',
    },
    playing: '正在进行……',
    refused: (who, sentence) => `${who === 'client' ? '客户端' : '服务器'}拒绝。${sentence}`,
    succeeds: '得逞。',
    // 引擎只用英文说它得知了什么。
    learned: () => '',
    over: { http: '明文 HTTP', https: 'TLS' },
    noEngines: '本次运行是在别处录下的：可以试的改动在“动手试试”中。',
  },
}
