import { EXIT, family } from './registry.ts'

export const httpFailures = family('http', {
  'two-lengths': {
    fault: 'peer',
    exit: EXIT.http,
    status: 400,
    title: 'Two different lengths for one body.',
    says: f => `Content-Length is given as ${f.got ?? 'two values'}.`,
    rule: 'RFC 9112 6.3',
    others: { node: 'HPE_UNEXPECTED_CONTENT_LENGTH' },
  },
})
