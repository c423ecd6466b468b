/**
 * The certificates of BoringSSL's `parse_certificate_unittest`, each whole or the part that is signed, sound or broken. What
 * its tests expect stands in their code and not in the files, so it is written here by the names of the files.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Der, DerError } from '../../../src/asn1/der.ts'
import { bitString, sequence } from '../../../src/asn1/write.ts'
import { Certificate } from '../../../src/x509/certificate/certificate.ts'
import { certificateExtensions } from '../../../src/x509/certificate/extensions.ts'
import { pemBlocks } from '../../../src/x509/files/pem.ts'
import { readSigned } from '../../../src/x509/signed.ts'
import type { CaseResult, Suite } from '../suite.ts'

/** Certificates that its tests refuse; the others of their kind are taken. */
const BROKEN: ReadonlySet<string> = new Set(
  [
    'bad_key_usage bad_policy_qualifiers bad_validity basic_constraints_negative_path basic_constraints_path_too_large',
    'basic_constraints_pathlen_256 basic_constraints_unconsumed_data extension_critical_0 extension_critical_3',
    'extensions_data_after_sequence extensions_duplicate_key_usage extensions_empty_sequence extensions_not_sequence',
    'issuer_bad_printable_string name_constraints_bad_ip policy_constraints_empty policy_qualifiers_empty_sequence',
    'serial_not_minimal serial_not_number subject_blank_subjectaltname_not_critical',
    'subject_key_identifier_not_octet_string authority_key_identifier_not_sequence subject_not_ascii',
    'subject_not_printable_string subjectaltname_bad_ip subjectaltname_dns_not_ascii v1_explicit_version',
    'subjectaltname_general_names_empty_sequence subjectaltname_trailing_data',
  ].flatMap(line => line.split(' ')),
)

/** Files that no test of the set asks about. */
const UNUSED = /^(?:subject_t61string|subject_printable_string_containing_utf8|signature_algorithm_null)/

const what = 'certificate'
const KIND = { what, tbs: 'tbsCertificate', maxSize: 65_536 }

/** A part as a certificate: its own algorithm outside too, and a signature of no octets. */
const whole = (tbs: Uint8Array): Uint8Array => {
  const inner = new Der(tbs).inside(0x30, what)
  inner.optional(0xa0, what)
  inner.any(what)
  inner.any(what)
  return sequence(tbs, inner.element(), bitString(new Uint8Array(1)))
}

const read: Readonly<Record<string, (der: Uint8Array) => void>> = {
  CERTIFICATE: der => void new Certificate(der).decodeAll(),
  'TBS CERTIFICATE': der => void new Certificate(whole(der)),
  'AUTHORITY KEY IDENTIFIER': der =>
    void certificateExtensions.decoders.authorityKeyIdentifier(der, 0, der.length, 'authorityKeyIdentifier'),
}

/** Of authority_key_identifier. */
const BAD_IDENTIFIER = /\/(?:invalid_|extra_|issuer_only|serial_only)/
const NOT_ASKED = 'the set asks nothing about it'

const FRAME = {
  because: 'its names are octets that mean nothing: the set reads the frame alone there, and we the names in it',
  got: 'issuer unexpected-tag',
}
const FRAMES = [
  'tbs_v1 tbs_v2_issuer_and_subject_unique_id tbs_v2_issuer_unique_id tbs_v2_no_optionals tbs_v3_all_optionals',
  'tbs_v3_extensions tbs_v3_extensions_not_sequence tbs_v3_no_optionals tbs_validity_both_generalized_time',
  'tbs_validity_both_utc_time tbs_validity_generalized_time_and_utc_time tbs_validity_utc_time_and_generalized_time',
].flatMap(line => line.split(' '))

const gotFrom = (of: (der: Uint8Array) => void, der: Uint8Array): string => {
  try {
    of(der)
    return 'accepted'
  } catch (error) {
    if (error instanceof DerError) return `${error.what} ${error.rule}`
    throw error
  }
}

const run = (folder: string, file: string): CaseResult => {
  const id = file.replace('.pem', '')
  const blocks = pemBlocks(
    readFileSync(join(folder, file), 'latin1').replaceAll('AUTHORITY_KEY_IDENTIFIER', 'AUTHORITY KEY IDENTIFIER'),
  )
  const block = blocks.find(({ label }) => Object.hasOwn(read, label))
  if (block === undefined || UNUSED.test(id)) return { id, outcome: 'skipped', detail: NOT_ASKED }
  // `cert_…` are three parts whose contents nobody is to look at.
  const of = id.startsWith('cert_') ? (der: Uint8Array) => void readSigned(der, KIND) : read[block.label]!
  const got = gotFrom(of, block.der)
  // Of whole certificates the errors are those of one field, which may be warnings.
  const erroneous = blocks.some(({ label }) => label === 'ERRORS')
  const refused = BROKEN.has(id) || (erroneous && /^(?:cert|tbs)_/.test(id)) || BAD_IDENTIFIER.test(id)
  if ((got !== 'accepted') === refused) return { id, outcome: 'passed' }
  return { id, outcome: 'failed', kind: refused ? 'false-accept' : 'false-reject', got, detail: got }
}

export const suite: Suite = {
  name: 'parsing',
  onlyByName: true,
  listed: {
    ...Object.fromEntries(FRAMES.map(id => [id, FRAME])),
    basic_constraints_ca_false: {
      because: 'a default that is spelt out is not DER (X.690 11.5)',
      got: 'basicConstraints default-encoded',
    },
    basic_constraints_pathlen_256: {
      because: 'a limit of 256 is a number like any other; the reader of the set keeps it in one octet',
      got: 'accepted',
    },
    failed_signature_algorithm: {
      because: 'its parameters have a tag above 30, which nothing in a certificate has',
      got: 'certificate long-tag',
    },
    subject_blank_subjectaltname_not_critical: {
      because: 'that names are not critical beside an empty subject hurts no reader: a lint says it (RFC 5280 4.2.1.6)',
      got: 'accepted',
    },
  },
  skips: { [NOT_ASKED]: 6 },
  async run(data) {
    const at = [data, join(data, 'parse_certificate_unittest'), join(data, 'pki/testdata/parse_certificate_unittest')]
    const folder = at.find(each => existsSync(join(each, 'cert_skeleton.pem')))
    if (folder === undefined) return undefined
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.pem'))
      .sort()
      .map(file => run(folder, file))
  },
}
