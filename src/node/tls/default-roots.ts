/** The roots that are believed where there is no `ca`, for the whole process, and those that are known. */
import * as nodeTls from 'node:tls'
import { believed } from '../../net/stream/credentials.ts'
import type { FileContents } from '../../x509/files/file-contents.ts'
import { certificatesIn, pem } from '../../x509/files/pem.ts'
import type { TrustStore } from '../../x509/path/anchor.ts'
import { localAuthority } from '../trust-store.ts'
import { nodeWorld } from '../world.ts'
import { asNodeError, badType, badValue, unsupported } from './errors.ts'

export type RootsOf = 'default' | 'system' | 'bundled' | 'extra'

/** Node 22.15 has it. Taken when this is loaded: somebody may put ours into its place. */
const nodes = (nodeTls as { readonly getCACertificates?: (type: RootsOf) => string[] }).getCACertificates

interface Chosen {
  readonly store: TrustStore
  readonly texts: readonly string[]
}

let chosen: Chosen | undefined
let usual: readonly string[] | undefined

/** What `setDefaultCACertificates` has chosen; undefined: those of the system. */
export const defaultRoots = (): TrustStore | undefined => chosen?.store

/**
 * For contexts made from now on without `ca`, instead of the roots of the system. Throws `TlsError`, and then everything
 * stays as it was.
 */
export const setDefaultCACertificates = (certs: readonly (string | NodeJS.ArrayBufferView)[]): void => {
  if (!Array.isArray(certs)) throw badType('certs', 'an array', certs)
  const files = certs.map((each: unknown, i) => {
    if (typeof each === 'string') return each
    if (ArrayBuffer.isView(each)) return new Uint8Array(each.buffer, each.byteOffset, each.byteLength).slice()
    throw badType(`certs[${i}]`, 'a string or bytes', each)
  })
  const store = storeOf(files)
  const texts = files.flatMap(certificatesIn).map(der => pem('CERTIFICATE', der))
  chosen = { store, texts: Object.freeze([...new Set(texts)]) }
}

const storeOf = (ca: readonly FileContents[]): TrustStore => {
  try {
    return believed({ ca }, { crypto: nodeWorld().crypto })!
  } catch (error) {
    throw Object.assign(asNodeError(error), { code: 'ERR_CRYPTO_OPERATION_FAILED' })
  }
}

/**
 * In PEM: `default` is what is believed without `ca`, `bundled` what Node carries, and nobody here believes. Throws
 * `TlsError` for what Node cannot list before 22.15.
 */
export const getCACertificates = (type: RootsOf = 'default'): readonly string[] => {
  if (typeof type !== 'string') throw badType('type', 'a string', type)
  switch (type) {
    case 'default':
      usual ??= chosen === undefined ? Object.freeze(usualRoots()) : undefined
      return chosen?.texts ?? usual!
    case 'bundled':
      return nodeTls.rootCertificates
    case 'system':
    case 'extra':
      if (nodes === undefined) throw unsupported('getCACertificates', `this Node cannot list ${type}`)
      return nodes(type)
    default:
      throw badValue('type', `${type satisfies never} is none of default, system, bundled, extra`)
  }
}

/** As `trust-store.ts` believes them. */
const usualRoots = (): string[] => {
  const local = localAuthority(process.env)
  const ours = local === undefined ? [] : [pem('CERTIFICATE', local)]
  return [...getCACertificates('system'), ...getCACertificates('extra'), ...ours]
}
