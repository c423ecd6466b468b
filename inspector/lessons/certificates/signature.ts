/** A signature (ECDSA, FIPS 186-5): made with the private key, checked with the public one, over the digest of a message. */
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import { hexText, latin1Bytes } from '../../../src/wire/bytes.ts'
import type { Row } from '../drawings.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { code, growing, plain, row } from '../rows.ts'
import { dice } from '../stage.ts'

export interface SignatureNames {
  readonly step: 'keys' | 'digest' | 'signed' | 'sent' | 'altered' | 'ownKey' | 'swapped' | 'checked'
  readonly change: 'fits' | 'altered' | 'own' | 'swapped'
  readonly choice: 'copy' | 'own' | 'swap'
  readonly label:
    | 'private'
    | 'public'
    | 'message'
    | 'digest'
    | 'signature'
    | 'arrives'
    | 'otherDigest'
    | 'malloryKey'
    | 'malloryPublic'
    | 'malloryMessage'
    | 'mallorySignature'
    | 'believes'
    | 'check'
}
type Label = SignatureNames['label']
type Change = SignatureNames['change']

const ALGORITHM = { key: 'ecdsa', hash: 'sha256' } as const
const SHOWN = 8

/** The end of an encoding: what stands before it says what it is, and is the same for all. */
const shortOf = (bytes: Uint8Array): string => hexText(bytes.subarray(-SHOWN))

interface Signer {
  readonly spki: Uint8Array
  readonly pkcs8: Uint8Array
  /** The number that is kept, in RFC 5915's ECPrivateKey: it stands in front of the public half, if that is there. */
  readonly secret: string
}

const signerOf = (crypto: CryptoProvider): Signer => {
  const { spki, pkcs8 } = crypto.generateKeyPair('p-256')
  // version 1, then an OCTET STRING of 32 bytes: the number itself.
  const at = hexText(pkcs8).indexOf('0201010420') / 2 + 5
  return { spki, pkcs8, secret: hexText(pkcs8.subarray(at, at + SHOWN)) }
}

/** What arrives at the laptop, and the key with which it is checked. */
interface Arrived {
  readonly message: string
  readonly signature: Uint8Array
  readonly key: Uint8Array
}

const play = (stage: Stage, seed: number, change: Change): Scene<SignatureNames> => {
  const { crypto } = stage.platform(seed)
  const random = dice(seed, 'signature')
  const [shop, mallory] = [signerOf(crypto), signerOf(crypto)]
  const price = random.between(10, 99)
  const order = random.between(100, 999)
  const message = `order ${order}: ${price} EUR`
  const altered = `order ${order}: ${price + random.between(100, 800)} EUR`
  const digest = (text: string): string => hexText(crypto.digest('sha256', latin1Bytes(text)).subarray(0, SHOWN))
  const signature = crypto.sign(ALGORITHM, shop.pkcs8, latin1Bytes(message))
  const forged = crypto.sign(ALGORITHM, mallory.pkcs8, latin1Bytes(altered))
  const arrived: Arrived = {
    fits: { message, signature, key: shop.spki },
    altered: { message: altered, signature, key: shop.spki },
    own: { message: altered, signature: forged, key: shop.spki },
    swapped: { message: altered, signature: forged, key: mallory.spki },
  }[change]
  const fits = crypto.verify(ALGORITHM, arrived.key, latin1Bytes(arrived.message), arrived.signature)
  const mark = fits ? '✓' : '✗'
  const rows = {
    shop: [
      row<Label>('private', code(`${shop.secret}…`, 'secret')),
      row<Label>('public', code(`…${shortOf(shop.spki)}`, 'server')),
    ],
    message: [row<Label>('message', code(message)), row<Label>('digest', code(`${digest(message)}…`))],
    signature: row<Label>('signature', code(`…${shortOf(signature)}`, 'server')),
    arrives: [
      row<Label>('arrives', code(arrived.message, arrived.message === message ? 'plain' : 'third')),
      row<Label>('otherDigest', code(`${digest(arrived.message)}…`)),
    ],
    mallory: [
      row<Label>('malloryKey', code(`${mallory.secret}…`, 'third')),
      row<Label>('malloryPublic', code(`…${shortOf(mallory.spki)}`, 'third')),
      row<Label>('malloryMessage', code(altered, 'third')),
      row<Label>('mallorySignature', code(`…${shortOf(forged)}`, 'third')),
    ],
    believes: row<Label>('believes', code(`…${shortOf(arrived.key)}`, change === 'swapped' ? 'third' : 'server')),
    check: { ...row<Label>('check', plain(mark)), tone: fits ? 'good' : 'bad' } as Row<Label>,
  }
  const facts = {
    price,
    message,
    publicKey: shortOf(shop.spki),
    digest: digest(message),
    signature: shortOf(signature),
    ...(change === 'fits' ? {} : { altered, otherDigest: digest(altered) }),
    ...(change === 'own' || change === 'swapped' ? { malloryKey: shortOf(mallory.spki), forged: shortOf(forged) } : {}),
  }
  return { records: [], facts, fixed: { fits: mark }, steps: stepsOf(rows, change) }
}

interface Rows {
  readonly shop: readonly Row<Label>[]
  readonly message: readonly Row<Label>[]
  readonly signature: Row<Label>
  readonly arrives: readonly Row<Label>[]
  readonly mallory: readonly Row<Label>[]
  readonly believes: Row<Label>
  readonly check: Row<Label>
}

const stepsOf = ({ shop, message, signature, arrives, mallory, believes, check }: Rows, change: Change) => {
  if (change === 'fits' || change === 'altered')
    return growing<SignatureNames['step'], Label>(
      [...shop, ...message, signature, ...arrives, check],
      [
        ['keys', 2],
        ['digest', 2],
        ['signed', 1],
        [change === 'fits' ? 'sent' : 'altered', 2],
        ['checked', 1],
      ],
    )
  return growing<SignatureNames['step'], Label>(
    [shop[1]!, ...mallory, believes, check],
    [
      ['keys', 1],
      ['ownKey', 4],
      [change === 'own' ? 'sent' : 'swapped', 1],
      ['checked', 1],
    ],
  )
}

const holds = ({ fixed }: Scene): boolean => fixed?.fits === '✓'

export const signature: Lesson<SignatureNames> = {
  id: 'signature',
  changes: ['fits', 'altered', 'own'],
  question: {
    kind: 'choosing',
    about: 'altered',
    choices: [
      { name: 'copy', change: 'altered', see: 'checked', holds },
      { name: 'own', change: 'own', see: 'checked', holds },
      { name: 'swap', change: 'swapped', see: 'checked', holds },
    ],
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}
