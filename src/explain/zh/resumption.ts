/** What ends TLS because of a session that is resumed or of early data, in words, in Chinese. */
import type { tlsFailures } from '../../failures/tls.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'
import { A_BUG, HOLD_MEMORY, notAllowed, SOMETHING_BETWEEN } from './tls-causes.ts'

type Code =
  | 'tls/session-mismatch'
  | 'tls/session-unbound'
  | 'tls/psk-not-last'
  | 'tls/psk-binders'
  | 'tls/psk-hash'
  | 'tls/early-data-protocol'
  | 'tls/early-data-suite'
  | 'tls/early-data-version'
  | 'tls/too-much-early-data'
  | 'tls/too-much-passed-over'

export const resumptionWords: Pick<WordsOf<typeof tlsFailures>, Code> = {
  'tls/session-mismatch': {
    title: '所恢复的会话对不上。',
    says: f => text`服务器用${f.got ?? '别的套件'}恢复它；它当初使用的是${f.expected ?? '另一个套件'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/session-unbound': {
    title: '恢复会话时缺少把它与握手绑定的扩展。',
    says: () => '它是用 extended_master_secret 建立的，而现在没有该扩展。',
    because: ['有人把两条连接拼接在一起（三重握手攻击）。', A_BUG],
  },
  'tls/psk-not-last': { title: '预共享密钥没有放在 hello 的最后。', ...notAllowed },
  'tls/psk-binders': { title: 'hello 中 binder 的数量与预共享密钥的数量不同。', ...notAllowed },
  'tls/psk-hash': { title: '服务器选择的密码套件不能使用该预共享密钥。', ...notAllowed },
  'tls/early-data-protocol': { title: '服务器接受了早期数据，却选择了另一个协议。', ...notAllowed },
  'tls/early-data-suite': { title: '服务器接受了早期数据，却选择了另一个密码套件。', ...notAllowed },
  'tls/early-data-version': {
    title: '服务器不再支持发送早期数据时所用的版本。',
    says: f => text`它用${f.got ?? '另一个版本'}回应；请不带早期数据重试。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/too-much-early-data': {
    title: '客户端发送的早期数据超过了允许的量。',
    says: f => text`票据只允许它再发送${f.number ?? '若干'}字节。`,
    because: [A_BUG, HOLD_MEMORY],
  },
  'tls/too-much-passed-over': {
    title: '无法读取的数据超过了被拒绝的早期数据的上限。',
    says: f => text`最多略过${f.number ?? '若干'}字节。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
}
