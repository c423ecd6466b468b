/** Why a cookie was not kept, in Chinese. */
import type { cookieFailures } from '../../failures/cookie.ts'
import type { Explanation, WordsOf } from '../words.ts'
import { text } from './text.ts'

const refused = (because: Explanation['says']): Explanation => ({
  title: '该 Cookie 没有被保存。',
  says: f => text`${f.where ?? '该 Cookie'}：${because(f)}。`,
})

const keptBack = (because: Explanation['says']): Explanation => ({
  title: '该 Cookie 没有被发送。',
  says: f => text`${f.where ?? '该 Cookie'}：${because(f)}。`,
})

export const cookieWords: WordsOf<typeof cookieFailures> = {
  'cookie/control-character': refused(f => text`其中含有${f.got ?? '控制字符'}`),
  'cookie/empty': refused(() => '既没有名称也没有值'),
  'cookie/too-big': refused(f => text`名称与值合计超过${f.number ?? 4096}字节`),
  'cookie/other-domain': {
    ...refused(f => text`${f.got ?? '另一台主机'}无权为${f.expected ?? '该域'}设置 Cookie`),
    because: ['Domain 属性所指的主机并不是这个响应的来源。'],
  },
  'cookie/public-suffix': refused(
    f => text`任何人都可以在${f.expected ?? '该域'}之下注册名称，因此谁都不得为整个域设置 Cookie`,
  ),
  'cookie/secure-over-http': refused(() => '它带有 Secure，而响应是经明文 HTTP 收到的'),
  'cookie/hides-secure': refused(() => '它会经明文 HTTP 替换一个带 Secure 的 Cookie'),
  'cookie/http-only-from-script': refused(() => '它带有 HttpOnly，却由脚本设置'),
  'cookie/hides-http-only': refused(() => '脚本会借它替换一个带 HttpOnly 的 Cookie'),
  'cookie/cross-site': refused(() => '它仅限同站使用，而请求由另一个站点发起'),
  'cookie/none-without-secure': refused(() => 'SameSite=None 必须与 Secure 一起使用'),
  'cookie/secure-prefix': refused(() => '以 __Secure- 开头的名称必须带有 Secure'),
  'cookie/host-prefix': refused(() => '以 __Host- 开头的名称必须带有 Secure 和 Path=/，且不得带 Domain'),
  'cookie/nameless-prefix': refused(() => '它没有名称，而其值冒充带前缀的 Cookie'),
  'cookie/partitioned-without-secure': refused(() => 'Partitioned 必须与 Secure 一起使用'),
  'cookie/only-over-tls': keptBack(() => '它带有 Secure，而请求经明文 HTTP 发送'),
  'cookie/only-same-site': keptBack(() => '它仅限同站使用，而请求由另一个站点发起'),
  'cookie/only-in-partition': keptBack(f => text`它仅限于在${f.expected ?? '另一个站点'}的页面中使用，即设置它的地方`),
  'cookie/bad-outgoing': {
    title: '这个 Cookie 无法发送。',
    says: f => text`${f.where ?? '其中一部分'}含有${f.got ?? '不允许出现的内容'}。`,
  },
}
