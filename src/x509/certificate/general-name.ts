/** GeneralName (RFC 5280 4.2.1.6): the names in subjectAltName, name constraints, access descriptions. */
import { Der, DerError } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { checkOid, checkString } from '../../asn1/value.ts'
import { type IpAddress, ipAddress } from '../../wire/address.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { type DistinguishedName, printable, readName } from './distinguished-name.ts'

interface Placed {
  /** Its element in the certificate. */
  readonly from: number
  readonly to: number
}

export type GeneralName = Placed &
  (
    | { readonly type: 'dns' | 'email' | 'uri'; readonly text: string }
    /** 4 or 16 octets for an address; 8 or 32 for a limit, with its mask. */
    | { readonly type: 'ip'; readonly octets: Uint8Array }
    | { readonly type: 'directory'; readonly name: DistinguishedName }
    | { readonly type: 'registered-id'; readonly oid: string }
    /** `value`: the element that the identifier gives its type. */
    | { readonly type: 'other'; readonly oid: string; readonly value: Uint8Array }
    | { readonly type: 'x400' | 'edi' }
  )

const IA5 = 0x16

/** Whether it names something, or limits what may be named (RFC 5280 4.2.1.6, 4.2.1.10): iPAddress differs. */
type Sense = 'name' | 'limit'

/** Octets of an iPAddress: IPv4, IPv6. */
const addressSizes: Readonly<Record<Sense, readonly number[]>> = { name: [4, 16], limit: [8, 32] }

/** The next GeneralName; the cursor moves past it. */
export const readGeneralName = (cursor: Der, what: string, sense: Sense = 'name'): GeneralName => {
  cursor.any(what)
  const { bytes, tag, start, from, to } = cursor
  switch (tag) {
    case 0xa0: {
      const inner = cursor.contents()
      inner.read(0x06, what)
      const oid = oidText(bytes, inner.from, inner.to)
      const holder = inner.inside(0xa0, what)
      inner.finish(what)
      holder.any(what)
      holder.finish(what)
      return { from: start, to, type: 'other', oid, value: holder.element() }
    }
    case 0x81:
      return { from: start, to, type: 'email', text: ia5(cursor, what) }
    case 0x82:
      return { from: start, to, type: 'dns', text: ia5(cursor, what) }
    case 0xa3:
      return { from: start, to, type: 'x400' }
    case 0xa4: {
      const inner = cursor.contents()
      const name = readName(inner, what)
      inner.finish(what)
      return { from: start, to, type: 'directory', name }
    }
    case 0xa5:
      return { from: start, to, type: 'edi' }
    case 0x86:
      return { from: start, to, type: 'uri', text: ia5(cursor, what) }
    case 0x87:
      if (!addressSizes[sense].includes(to - from)) throw new DerError('value', start, to, what)
      return { from: start, to, type: 'ip', octets: bytes.subarray(from, to) }
    case 0x88:
      checkOid(bytes, from, to, what)
      return { from: start, to, type: 'registered-id', oid: oidText(bytes, from, to) }
    default:
      throw new DerError('unexpected-tag', start, start + 1, what)
  }
}

/** The contents of the element just passed, as ASCII. */
const ia5 = ({ bytes, from, to }: Der, what: string): string => {
  checkString(IA5, bytes, from, to, what)
  return latin1Text(bytes, from, to)
}

/** GeneralNames: SEQUENCE SIZE (1..MAX). `bytes[from, to)` are its contents. */
export const readGeneralNames = (bytes: Uint8Array, from: number, to: number, what: string): GeneralName[] => {
  const cursor = new Der(bytes, from, to)
  if (cursor.left === 0) throw new DerError('empty', from, to, what)
  const names: GeneralName[] = []
  while (cursor.left > 0) names.push(readGeneralName(cursor, what))
  return names
}

/** For people: `shop.test`, `10.0.0.5`, `URI https://…`. */
export const generalNameText = (name: GeneralName): string => {
  switch (name.type) {
    case 'dns':
      return printable(name.text)
    case 'email':
    case 'uri':
      return `${name.type} ${printable(name.text)}`
    case 'ip':
      return addressOf(name.octets)?.text ?? `IP of ${name.octets.length} octets`
    case 'directory':
      return name.name.text
    case 'registered-id':
    case 'other':
      return `${name.type} ${name.oid}`
    case 'x400':
    case 'edi':
      return name.type
    default:
      return name satisfies never
  }
}

/** The address of an iPAddress; undefined when it is none. */
export const addressOf = (octets: Uint8Array): IpAddress | undefined =>
  octets.length === 4 || octets.length === 16 ? ipAddress(octets) : undefined
