/**
 * Certificate policies (RFC 5280 6.1.2 to 6.1.5) by the graph of RFC 9618: a policy is one node at each depth, whatever
 * number of ways lead to it, so that mappings cannot make it grow exponentially.
 */
import { OID } from '../../asn1/oids.table.ts'
import type { Certificate } from '../certificate/certificate.ts'

/** What the caller demands of policies (RFC 5280 6.1.1 (c), (e), (f), (g)). */
export interface PolicyDemands {
  /** The policies that the caller knows; any will do if undefined. An identifier may also be anyPolicy, 2.5.29.32.0. */
  readonly acceptable?: readonly string[] | undefined
  /** One of them must be valid for the whole path, whatever the authorities demand. */
  readonly required?: boolean | undefined
  readonly mappingInhibited?: boolean | undefined
  readonly anyPolicyInhibited?: boolean | undefined
}

/** What both demand: a policy that both know, and whatever either forbids (RFC 5937 3.2). */
export const bothDemand = (one: PolicyDemands = {}, other: PolicyDemands = {}): PolicyDemands => ({
  acceptable: commonPolicies(one.acceptable, other.acceptable),
  required: one.required || other.required,
  mappingInhibited: one.mappingInhibited || other.mappingInhibited,
  anyPolicyInhibited: one.anyPolicyInhibited || other.anyPolicyInhibited,
})

const commonPolicies = (
  one: PolicyDemands['acceptable'],
  other: PolicyDemands['acceptable'],
): PolicyDemands['acceptable'] => {
  if (one === undefined || one.includes(OID.anyPolicy)) return other
  if (other === undefined || other.includes(OID.anyPolicy)) return one
  return one.filter(policy => other.includes(policy))
}

export interface PolicyOutcome {
  /** The certificate at which no policy is left although one is demanded; undefined: they are in order. */
  readonly fault: Certificate | undefined
  /** RFC 9618 5.6: the user-constrained-policy-set, as the anchor's side calls them; `[anyPolicy]` for any. */
  readonly policies: readonly string[]
}

/** One policy at one depth. */
interface Node {
  readonly policy: string
  /** valid_policy is anyPolicy in one of them: a domain of its own begins here, in the words of the anchor's side. */
  readonly parents: readonly Node[]
  /** Under which names the next certificate may have it. */
  expected: readonly string[]
}

/** The nodes of a depth by policy. Empty: the graph is NULL. */
type Depth = ReadonlyMap<string, Node>

interface State {
  depth: Depth
  /** Certificates until a policy must be valid, mapping ends, anyPolicy ends; what has ended is 0 or less. */
  explicit: number
  mapping: number
  inhibitAny: number
}

const never = Number.POSITIVE_INFINITY

/** `path` goes from the leaf to the anchor. Where anchors have limits theirs count as those of the first certificate (RFC 5937). */
export const checkPolicies = (
  path: readonly Certificate[],
  anchor: { readonly limits: boolean },
  demands: PolicyDemands = {},
): PolicyOutcome => {
  const top: Node = { policy: OID.anyPolicy, parents: [], expected: [OID.anyPolicy] }
  const state: State = {
    depth: new Map([[OID.anyPolicy, top]]),
    explicit: demands.required === true ? 0 : never,
    mapping: demands.mappingInhibited === true ? 0 : never,
    inhibitAny: demands.anyPolicyInhibited === true ? 0 : never,
  }
  for (let i = path.length - 1; i >= 0; i--) {
    const certificate = path[i]!
    if (i > 0 && i === path.length - 1) {
      if (!anchor.limits) continue
      // An anchor without the extension does not limit anything (RFC 5937).
      if (certificate.extension('certificatePolicies') === undefined)
        state.depth = new Map([[OID.anyPolicy, { ...top, parents: [top] }]])
      else narrow(state, certificate, 'issuer')
      prepare(state, certificate)
      continue
    }
    narrow(state, certificate, i === 0 ? 'leaf' : 'issuer')
    if (i > 0) {
      // RFC 5280 6.1.4 (a): anyPolicy cannot be mapped.
      const wild = certificate
        .extension('policyMappings')
        ?.some(m => m.issuerDomain === OID.anyPolicy || m.subjectDomain === OID.anyPolicy)
      if (wild === true || (state.explicit <= 0 && state.depth.size === 0)) return { fault: certificate, policies: [] }
      prepare(state, certificate)
      continue
    }
    // RFC 5280 6.1.5 (a) and (b).
    state.explicit--
    if (certificate.extension('policyConstraints')?.requireExplicitPolicy === 0) state.explicit = 0
  }
  const policies = userConstrained(state.depth, demands.acceptable)
  return { fault: state.explicit <= 0 && policies.length === 0 ? path[0] : undefined, policies }
}

/** RFC 9618 5.4, 6.1.3 (d) and (e): what of the expected policies this certificate names. */
const narrow = (state: State, certificate: Certificate, role: 'issuer' | 'leaf'): void => {
  const above = state.depth
  const named = certificate.extension('certificatePolicies')
  const depth = new Map<string, Node>()
  state.depth = depth
  if (named === undefined) return
  const expecting = new Map<string, Node[]>()
  for (const node of above.values())
    for (const policy of node.expected) {
      const known = expecting.get(policy)
      if (known === undefined) expecting.set(policy, [node])
      else known.push(node)
    }
  const any = above.get(OID.anyPolicy)
  const add = (policy: string, parents: readonly Node[]): void => {
    depth.set(policy, { policy, parents, expected: [policy] })
  }
  for (const { oid } of named) {
    if (oid === OID.anyPolicy) continue
    const parents = expecting.get(oid) ?? (any === undefined ? [] : [any])
    if (parents.length > 0) add(oid, parents)
  }
  const anyCounts = state.inhibitAny > 0 || (role === 'issuer' && certificate.isSelfIssued)
  if (!anyCounts || !named.some(({ oid }) => oid === OID.anyPolicy)) return
  for (const [policy, parents] of expecting) if (!depth.has(policy)) add(policy, parents)
}

/** RFC 9618 5.5 and RFC 5280 6.1.4 (b), (h), (i), (j). */
const prepare = (state: State, certificate: Certificate): void => {
  const mapped = new Map<string, string[]>()
  for (const { issuerDomain, subjectDomain } of certificate.extension('policyMappings') ?? []) {
    const to = mapped.get(issuerDomain)
    if (to === undefined) mapped.set(issuerDomain, [subjectDomain])
    else to.push(subjectDomain)
  }
  if (mapped.size > 0) state.depth = withMappings(state.depth, mapped, state.mapping > 0)
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

const withMappings = (depth: Depth, mapped: ReadonlyMap<string, readonly string[]>, allowed: boolean): Depth => {
  const next = new Map(depth)
  const any = depth.get(OID.anyPolicy)
  for (const [policy, expected] of mapped) {
    const node = depth.get(policy)
    if (!allowed) next.delete(policy)
    else if (node !== undefined) node.expected = expected
    // A policy that only anyPolicy stands for: it hangs where that does.
    else if (any !== undefined) next.set(policy, { policy, parents: any.parents, expected })
  }
  return next
}

/**
 * RFC 9618 5.6: the nodes that hang on an anyPolicy and lead to the last depth, as far as the caller knows them. What only
 * a name of a mapping has is called there what it was mapped from.
 */
const userConstrained = (last: Depth, acceptable: readonly string[] | undefined): readonly string[] => {
  const valid = new Set<string>()
  const seen = new Set<Node>()
  const waiting = [...last.values()]
  for (const node of waiting) {
    if (seen.has(node)) continue
    seen.add(node)
    if (node.policy !== OID.anyPolicy && node.parents.some(({ policy }) => policy === OID.anyPolicy))
      valid.add(node.policy)
    waiting.push(...node.parents)
  }
  const any = last.has(OID.anyPolicy)
  if (acceptable === undefined || acceptable.includes(OID.anyPolicy)) return any ? [OID.anyPolicy] : [...valid]
  return [...new Set(acceptable)].filter(policy => any || valid.has(policy))
}
