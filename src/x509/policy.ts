/**
 * Certificate policies (RFC 5280 6.1.2 to 6.1.5). The caller asks for no policy in particular, so all that matters is
 * whether one is valid along the whole path when an authority demands it. Then a set of policies per certificate says
 * the same as the tree of RFC 5280 and cannot grow exponentially (RFC 9618).
 */
import { OID } from '../asn1/oids.table.ts'
import type { Certificate } from './certificate.ts'

interface State {
  /** Policies that the next certificate may name. */
  expected: ReadonlySet<string>
  /** anyPolicy is still among them. */
  any: boolean
  /** Certificates until a policy must be valid, mapping ends, anyPolicy ends; what has ended is 0 or less. */
  explicit: number
  mapping: number
  inhibitAny: number
}

/** Undefined when the policies are in order; else the certificate at which no policy is left. */
export const policyFault = (
  path: readonly Certificate[],
  anchor: { readonly limits: boolean },
): Certificate | undefined => {
  const never = Number.POSITIVE_INFINITY
  const state: State = { expected: new Set(), any: true, explicit: never, mapping: never, inhibitAny: never }
  for (let i = path.length - 1; i >= 0; i--) {
    const certificate = path[i]!
    if (i === path.length - 1 && path.length > 1) {
      if (anchor.limits) {
        narrow(state, certificate, 'anchor')
        prepare(state, certificate)
      }
      continue
    }
    narrow(state, certificate, i === 0 ? 'leaf' : 'intermediate')
    if (i > 0) {
      // RFC 5280 6.1.4 (a): anyPolicy cannot be mapped.
      const wild = certificate
        .extension('policyMappings')
        ?.some(m => m.issuerDomain === OID.anyPolicy || m.subjectDomain === OID.anyPolicy)
      if (wild === true || (state.explicit <= 0 && isEmpty(state))) return certificate
      prepare(state, certificate)
      continue
    }
    // RFC 5280 6.1.5 (a) and (b).
    state.explicit--
    if (certificate.extension('policyConstraints')?.requireExplicitPolicy === 0) state.explicit = 0
    if (state.explicit <= 0 && isEmpty(state)) return certificate
  }
  return undefined
}

const isEmpty = (state: State): boolean => state.expected.size === 0 && !state.any

/** RFC 5280 6.1.3 (d) and (e): what of the expected policies this certificate names. */
const narrow = (state: State, certificate: Certificate, role: 'anchor' | 'intermediate' | 'leaf'): void => {
  const named = certificate.extension('certificatePolicies')
  // An anchor without the extension does not limit anything (RFC 5937).
  if (named === undefined) {
    if (role === 'anchor') return
    state.expected = new Set()
    state.any = false
    return
  }
  const valid = new Set(
    named.map(p => p.oid).filter(oid => oid !== OID.anyPolicy && (state.any || state.expected.has(oid))),
  )
  const anyCounts = state.inhibitAny > 0 || (role === 'intermediate' && certificate.isSelfIssued)
  const any = anyCounts && named.some(p => p.oid === OID.anyPolicy)
  if (any) for (const oid of state.expected) valid.add(oid)
  state.any = state.any && any
  state.expected = valid
}

/** RFC 5280 6.1.4 (b), (h), (i), (j). */
const prepare = (state: State, certificate: Certificate): void => {
  const mappings = certificate.extension('policyMappings') ?? []
  if (mappings.length > 0) {
    const next = new Set(state.expected)
    for (const { issuerDomain } of mappings) next.delete(issuerDomain)
    if (state.mapping > 0) {
      // While anyPolicy is expected, what else is does not matter.
      for (const { issuerDomain, subjectDomain } of mappings)
        if (state.expected.has(issuerDomain)) next.add(subjectDomain)
    }
    state.expected = next
  }
  if (!certificate.isSelfIssued) {
    state.explicit--
    state.mapping--
    state.inhibitAny--
  }
  const constraints = certificate.extension('policyConstraints')
  state.explicit = Math.min(state.explicit, constraints?.requireExplicitPolicy ?? state.explicit)
  state.mapping = Math.min(state.mapping, constraints?.inhibitPolicyMapping ?? state.mapping)
  state.inhibitAny = Math.min(state.inhibitAny, certificate.extension('inhibitAnyPolicy') ?? state.inhibitAny)
}
