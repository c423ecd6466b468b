/** Every target. A layer adds its own here; `npm run fuzz`, the replay of the corpus and CI follow. */
import { otherFormats, tlsFormats } from '../support/formats.ts'
import type { Target } from './target.ts'
import { againstLlhttp } from './targets/against-llhttp.ts'
import { captures } from './targets/capture.ts'
import { pasted } from './targets/decode.ts'
import { challenges, contentDispositions, setCookies } from './targets/fields.ts'
import { formatsTarget } from './targets/formats.ts'
import { httpRequests } from './targets/http.ts'
import { httpCache } from './targets/http-cache.ts'
import { httpHsts } from './targets/http-hsts.ts'
import { httpMediaType } from './targets/http-media-type.ts'
import { httpRanges } from './targets/http-ranges.ts'
import { multipartBodies } from './targets/multipart.ts'
import { ocspMessages, revocationLists } from './targets/revocation.ts'
import { streams } from './targets/streams.ts'
import { tlsEngine } from './targets/tls-engines.ts'
import { tlsRecords } from './targets/tls-records.ts'
import { crliteFilters, logLists, timestamps } from './targets/transparency.ts'
import { anchors, certificates, keyFiles, requests } from './targets/x509.ts'

export const targets: readonly Target[] = [
  captures,
  tlsRecords,
  formatsTarget('tls/messages', tlsFormats),
  tlsEngine('client'),
  tlsEngine('server'),
  httpRequests,
  againstLlhttp,
  httpRanges,
  httpCache,
  httpMediaType,
  httpHsts,
  multipartBodies,
  challenges,
  contentDispositions,
  setCookies,
  streams,
  certificates,
  requests,
  keyFiles,
  anchors,
  revocationLists,
  ocspMessages,
  logLists,
  crliteFilters,
  timestamps,
  pasted,
  formatsTarget('formats', otherFormats),
]
