/** Every target. A layer adds its own here; `npm run fuzz`, the replay of the corpus and CI follow. */
import { otherFormats, tlsFormats } from '../support/formats.ts'
import type { Target } from './target.ts'
import { againstLlhttp } from './targets/against-llhttp.ts'
import { formatsTarget } from './targets/formats.ts'
import { httpRequests } from './targets/http.ts'
import { tlsEngine } from './targets/tls-engines.ts'
import { tlsRecords } from './targets/tls-records.ts'

export const targets: readonly Target[] = [
  tlsRecords,
  formatsTarget('tls/messages', tlsFormats),
  tlsEngine('client'),
  tlsEngine('server'),
  httpRequests,
  againstLlhttp,
  formatsTarget('formats', otherFormats),
]
