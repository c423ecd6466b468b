import { EXIT, family } from './registry.ts'

/** Why a cookie was not kept or not sent. */
export const cookieFailures = family('cookie', {
  refused: {
    fault: 'peer',
    exit: EXIT.http,
    title: 'The cookie was not kept.',
    says: f => `${f.where ?? 'The cookie'}: ${f.got ?? 'not allowed'}.`,
    rule: 'RFC 6265 5.3',
  },
})
