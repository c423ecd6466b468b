/** The rows of the ladder: one for each message that a grain shows, with what opens and closes a connection folded. */
import type { Millis } from '../../src/engine.ts'
import { type Grain, type LadderLine, ladder } from '../../src/inspect/ladder.ts'
import { type Pieces, whole } from '../../src/inspect/pieces.ts'
import type { Layer, MessageRecord } from '../../src/trace/types.ts'
import { type Fold, foldsOf, isAnsweredArp } from './folds.ts'
import { type Lies, liesOf } from './lies.ts'
import { type Saying, sayingOf } from './says.ts'
import type { Scene } from './scene.ts'

export type Title =
  /** A name of the protocol. */
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'question' | 'answer' | 'opening' | 'closing' }
  /** `frame 16`: by its place among those of its layer. */
  | { readonly kind: 'number'; readonly layer: Layer; readonly number: number }

export interface Row {
  /** Of the message that it opens. */
  readonly id: number
  /** Milliseconds from the beginning of the run. */
  readonly at: Millis
  /** `out`: from the client, whoever looks. */
  readonly direction: 'out' | 'in'
  readonly bytes: number
  /** Octets of the record that carries it where it is sealed; the same as `bytes` where it is not. */
  readonly wireBytes: number
  readonly sealed: boolean
  /** The row above lies in the same record: on the wire the two are one. */
  readonly joined: boolean
  /** It left, and never arrived; for a message: what carried it first did not. */
  readonly lost: boolean
  /** It was sent before: milliseconds since then. */
  readonly again: Millis | undefined
  /** Whether what was checked in it was right. */
  readonly ok: boolean | undefined
  /** Segments that stand for one thing: opening, closing. */
  readonly folded: boolean
  /** Neither time nor the other side lies between it and the row above. */
  readonly follows: boolean
  /** Something went wrong here. */
  readonly problem: boolean
  /** Worked out when somebody looks. */
  readonly title: Title
  readonly says: Saying
}

export interface Rows {
  readonly list: readonly Row[]
  /** Where the row of a message is, also of one that was folded into another; -1 where it has none. */
  indexOf(id: number): number
}

/** As `host` saw it; undefined: the client. */
export const rowsOf = (scene: Scene, grain: Grain, host = scene.run.parties.client.host): Rows =>
  whole(rowsInPieces(scene, grain, host))

export function* rowsInPieces(scene: Scene, grain: Grain, host: string | undefined): Pieces<Rows> {
  const { run, byId } = scene
  const lines = ladder(run.records, { grain, host }).lines
  yield
  const folds = FOLDED.has(grain) ? foldsOf(lines, scene, host) : new Map<number, Fold>()
  const looks: Look = {
    scene,
    lies: liesIn(scene),
    grain,
    isServer: host !== undefined && host === run.parties.server.host,
  }
  const specs: Iterable<Spec> =
    FOLDED.has(grain) && mayRepeat(scene, host) ? withCopies(lines, looks, host) : lines.map(line => ({ line }))
  const list: Row[] = []
  const places = new Map<number, number>()
  const add = (spec: Spec, message: MessageRecord): void => {
    if (!places.has(message.id)) places.set(message.id, list.length)
    list.push(new DrawnRow(looks, spec, message, list.at(-1)))
  }
  let closing: readonly [Spec, MessageRecord] | undefined
  yield
  for (const spec of specs) {
    if (list.length % AT_ONCE === AT_ONCE - 1) yield
    const message = byId.get(spec.line.id)
    const fold = folds.get(spec.line.id)
    if (message === undefined || fold?.into !== undefined) continue
    if (grain === 'messages' && spec.line.layer === 'arp' && isAnsweredArp(message, scene)) continue
    if (closing !== undefined && spec.line.at > closing[1].at) {
      add(...closing)
      closing = undefined
    }
    // The last FIN may bring something: the end comes behind it.
    if (fold?.kind === 'closing') closing = [{ ...spec, fold }, message]
    else add(fold === undefined ? spec : { ...spec, fold }, message)
  }
  if (closing !== undefined) add(...closing)
  for (const [id, { into }] of folds) if (into !== undefined) places.set(id, places.get(into) ?? -1)
  return { list, indexOf: id => places.get(id) ?? -1 }
}

/** Rows of one piece. */
const AT_ONCE = 20_000

/** Coarser than segments: what only opens, closes and repeats is told in one row. */
const FOLDED: ReadonlySet<Grain> = new Set<Grain>(['records', 'messages', 'requests'])

interface Look {
  readonly scene: Scene
  readonly lies: Lies
  readonly grain: Grain
  readonly isServer: boolean
}

interface Spec {
  readonly line: LadderLine
  readonly fold?: Fold | undefined
  /** What carried it first was lost. */
  readonly lost?: boolean
  /** It went out once more in this segment, so much later. */
  readonly again?: { readonly at: Millis; readonly after: Millis }
}

const LIES = new WeakMap<Scene, Lies>()

export const liesIn = (scene: Scene): Lies => {
  const known = LIES.get(scene) ?? liesOf(scene.messages)
  LIES.set(scene, known)
  return known
}

/** A segment that was sent again, and what lies in it. */
interface Copy {
  readonly id: number
  readonly again: NonNullable<Spec['again']>
  readonly of: readonly LadderLine[]
}

/** Without another machine that was watched, nobody knows what was lost; what was sent again says so itself. */
const mayRepeat = ({ messages }: Scene, host: string | undefined): boolean =>
  messages.some(message => (message.host !== host && message.layer === 'tcp') || isAgain(message))
const isAgain = ({ layer, about }: MessageRecord): boolean =>
  layer === 'tcp' && about !== undefined && /retransmission/i.test(about)

/** Messages whose segment was lost are said to be, and said again where it was sent again. */
function* withCopies(lines: readonly LadderLine[], { scene, lies }: Look, host: string | undefined): Generator<Spec> {
  const { run, byId } = scene
  const segments = ladder(run.records, { grain: 'segments', host }).lines.filter(({ layer }) => layer === 'tcp')
  const shown = new Map(lines.map(line => [line.id, line]))
  const lost = new Set<number>()
  const copies: Copy[] = []
  for (const [i, { id, at, again, lost: gone }] of segments.entries()) {
    if (!gone && !again) continue
    const of = above(lies, byId.get(id)).flatMap(message => shown.get(message.id) ?? [])
    if (gone) for (const line of of) lost.add(line.id)
    let before = i - 1
    while (before >= 0 && !sharesBytes(byId.get(segments[before]!.id), byId.get(id))) before--
    if (again && before >= 0) copies.push({ id, again: { at, after: at - segments[before]!.at }, of })
  }
  let next = 0
  for (const line of lines) {
    while (next < copies.length && copies[next]!.id < line.id) yield* saidAgain(copies[next++]!)
    yield lost.has(line.id) ? { line, lost: true } : { line }
  }
  while (next < copies.length) yield* saidAgain(copies[next++]!)
}

function* saidAgain({ of, again }: Copy): Generator<Spec> {
  for (const line of of) yield { line, again }
}

/** Everything that lies in it, however deep. */
const above = (lies: Lies, message: MessageRecord | undefined): MessageRecord[] => {
  const found: MessageRecord[] = []
  const next = message === undefined ? [] : [...lies.inside(message)]
  for (const each of next) {
    if (found.includes(each)) continue
    found.push(each)
    next.push(...lies.inside(each))
  }
  return found
}

const sharesBytes = (a: MessageRecord | undefined, b: MessageRecord | undefined): boolean =>
  a?.payload !== undefined &&
  b?.payload !== undefined &&
  a.flow === b.flow &&
  a.direction === b.direction &&
  a.payload.start < b.payload.end &&
  b.payload.start < a.payload.end

/** A hundred thousand are made at once, and few are looked at: what can wait does. */
class DrawnRow implements Row {
  readonly id: number
  readonly at: Millis
  readonly direction: 'out' | 'in'
  readonly follows: boolean
  readonly #look: Look
  readonly #spec: Spec
  readonly #message: MessageRecord
  /** Id of the row above; 0 for the first. */
  readonly #above: number
  #title: Title | undefined
  #says: Saying | undefined

  constructor(look: Look, spec: Spec, message: MessageRecord, before: Row | undefined) {
    const { line, fold, again } = spec
    this.#look = look
    this.#spec = spec
    this.#message = message
    this.#above = before?.id ?? 0
    this.id = line.id
    this.at = (again?.at ?? fold?.at ?? line.at) - look.scene.start
    this.direction = (message.direction === 'out') === look.isServer ? 'in' : 'out'
    this.follows = before !== undefined && before.at === this.at && before.direction === this.direction
  }

  get bytes(): number {
    return this.#spec.fold?.bytes ?? this.#spec.line.bytes
  }

  get sealed(): boolean {
    return this.#spec.line.sealed
  }

  get joined(): boolean {
    if (!this.sealed || !this.follows) return false
    const { lies, scene } = this.#look
    const record = carrierOf(lies, this.#message)
    return record !== undefined && record === carrierOf(lies, scene.byId.get(this.#above))
  }

  get lost(): boolean {
    const { line, again, lost } = this.#spec
    return again === undefined && (line.lost || lost === true)
  }

  get again(): Millis | undefined {
    return this.#spec.again?.after ?? (this.#spec.line.again ? 0 : undefined)
  }

  get ok(): boolean | undefined {
    return this.#spec.line.ok
  }

  get folded(): boolean {
    return this.#spec.fold !== undefined
  }

  get problem(): boolean {
    const message = this.#message
    return (
      this.lost || this.ok === false || isFatal(message) || (message.layer === 'tcp' && /\bRST\b/.test(message.name))
    )
  }

  get wireBytes(): number {
    if (!this.sealed || this.#message.layer === 'record') return this.bytes
    return this.#look.lies.around(this.#message)?.bytes.length ?? this.bytes
  }

  get title(): Title {
    this.#title ??= titleOf(this.#message, this.#spec.fold, this.#look)
    return this.#title
  }

  get says(): Saying {
    this.#says ??= this.#said()
    return this.#says
  }

  #said(): Saying {
    const { line, fold, again } = this.#spec
    if (fold?.kind === 'opening') return { what: 'opening', of: { segments: fold.segments } }
    if (fold?.kind === 'closing') return { what: 'closing', of: {} }
    if (again !== undefined) return { what: 'again', of: { after: again.after } }
    if (!isNumbered(this.#message, this.#look.grain)) return sayingOf(this.#message, line.about)
    const about = this.#message.layer === 'tcp' ? this.#message.name : ''
    return { what: 'inside', of: { names: innermost(this.#look, this.#message), about } }
  }
}

const carrierOf = (lies: Lies, message: MessageRecord | undefined): MessageRecord | undefined =>
  message === undefined || message.layer === 'record' ? message : lies.around(message)

const isFatal = ({ layer, name, about }: MessageRecord): boolean =>
  layer === 'tls' && name === 'Alert' && !/close_notify/.test(about ?? '')

/** The title of a message as it is called in the pane that opens it. */
export const titleIn = (scene: Scene, message: MessageRecord, grain: Grain): Title =>
  titleOf(message, undefined, { scene, lies: liesIn(scene), grain, isServer: false })

const titleOf = (message: MessageRecord, fold: Fold | undefined, { scene, grain }: Look): Title => {
  if (fold !== undefined) return { kind: fold.kind }
  const { layer, name, about = '' } = message
  if (isNumbered(message, grain)) return { kind: 'number', layer, number: scene.threads.number(message) ?? 0 }
  if (layer === 'dns') return { kind: /^\w+ .*\?$/.test(name) ? 'question' : 'answer' }
  if (layer === 'tls' && name === 'Alert') {
    const text = about.replace(/^(?:fatal|warning) /, '')
    return { kind: 'name', text: /close_notify/.test(text) ? 'close_notify' : `Alert ${text}` }
  }
  return { kind: 'name', text: name }
}

/** Containers are told apart by their numbers where they are what is shown. */
const isNumbered = ({ layer }: MessageRecord, grain: Grain): boolean => NUMBERED[grain]?.includes(layer) ?? false

const NUMBERED: Readonly<Partial<Record<Grain, readonly Layer[]>>> = {
  frames: ['ethernet'],
  packets: ['ip'],
  segments: ['tcp', 'udp'],
  records: ['record'],
}

/** Names of what lies deepest in it, each once. */
const innermost = ({ lies, scene }: Look, message: MessageRecord): readonly string[] => {
  const deepest = (each: MessageRecord, depth: number): MessageRecord[] => {
    const inner = depth === 0 ? [] : lies.inside(each)
    return inner.length === 0 ? [each] : inner.flatMap(one => deepest(one, depth - 1))
  }
  const found = deepest(message, DEEPEST).filter(each => each !== message)
  return [...new Set(found.map(each => plainTitle(titleIn(scene, each, 'messages'), each)))]
}

const plainTitle = (title: Title, { name }: MessageRecord): string => (title.kind === 'name' ? title.text : name)

/** Frame, packet, segment, record, message. */
const DEEPEST = 8

/** Whether what a message says was encrypted on the wire. */
export const isSealedIn = (scene: Scene, message: MessageRecord): boolean => {
  const lies = liesIn(scene)
  let at: MessageRecord | undefined = message
  for (let depth = 0; at !== undefined && depth < DEEPEST; depth++) {
    if (at.sealed === true) return true
    at = lies.around(at)
  }
  return false
}
