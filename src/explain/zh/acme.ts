/** 通过 ACME 向证书颁发机构申请证书：中文说明。 */
import type { acmeFailures } from '../../failures/acme.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

/** 服务器的说明原样引用。 */
const said = (got: string | undefined): string => (got === undefined ? '没有说明原因' : `说：“${got}”`)

export const acmeWords: WordsOf<typeof acmeFailures> = {
  'acme/no-directory': {
    title: '这个 URL 上没有 ACME 目录。',
    says: f => text`${f.where ?? '该 URL'}不是颁发机构的目录${f.got === undefined ? '' : text`：${f.got}`}。`,
    because: ['缺少路径：颁发机构给出的是完整 URL，例如 https://ca.test/acme/directory。', '那里监听的是另一个程序。'],
  },
  'acme/bad-answer': {
    title: '颁发机构的回答不符合 ACME。',
    says: f => text`关于${f.where ?? '颁发机构'}的回答：${f.got === undefined ? '无法使用' : f.got}。`,
    because: ['途中的代理替它作了回答。', '服务器有缺陷，或者使用较旧的草案。'],
  },
  'acme/refused': {
    title: '颁发机构拒绝了请求。',
    says: f => text`${f.where ?? '它'}${said(f.got)}${f.expected === undefined ? '' : text`（${f.expected}）`}。`,
  },
  'acme/terms-not-agreed': {
    title: '颁发机构要求同意其服务条款。',
    says: f => text`${f.where ?? '它'}${said(f.got)}。`,
    because: ['服务条款已更改，或者这个账户从未同意过。'],
  },
  'acme/external-account': {
    title: '颁发机构只为它在别处认识的账户服务。',
    says: f => text`${f.where ?? '它'}${said(f.got)}。它会发放密钥标识和 HMAC 密钥。`,
    because: ['没有给出外部账户，或者给出的是另一个。'],
  },
  'acme/no-challenge': {
    title: '颁发机构要求的证明在这里无法给出。',
    says: f => text`对于${f.where ?? '该名称'}，它提供的是${f.got || '无'}，而这里只有${f.expected || '无'}。`,
    because: ['通配符只能在 DNS 中证明（dns-01），IP 地址则从不在 DNS 中证明。'],
  },
  'acme/challenge-failed': {
    title: '颁发机构无法看到这个名称属于我们。',
    says: f =>
      text`关于${f.where ?? '该名称'}${f.expected === undefined ? '' : text`（${f.expected}）`}，它${said(f.got)}。`,
    because: [
      '这个名称指向另一台机器。',
      '颁发机构查看 80 端口（http-01）或 443 端口（tls-alpn-01），而那里是别的程序在监听，或者没有程序监听。',
      '防火墙挡住了颁发机构。',
    ],
  },
  'acme/rate-limited': {
    title: '颁发机构暂时不再受理。',
    says: f => text`${f.where ?? '它'}${said(f.got)}。`,
    because: ['短时间内为这个名称或用这个账户申请了过多证书。'],
  },
  'acme/other-certificate': {
    title: '颁发机构给出的不是所申请的证书。',
    says: f => `申请的是${f.expected ?? '其他名称'}的证书；收到的：${f.got === undefined ? '另一个证书' : f.got}。`,
  },
  'acme/timeout': {
    title: '颁发机构没有完成处理。',
    says: f => text`${f.number ?? '?'} 毫秒后，${f.where ?? '它'}仍然没有给出证书（${f.got ?? '等待中'}）。`,
    because: ['它从多个地点查看名称，其中一些没有回应。', '它的任务太多。'],
  },
}
