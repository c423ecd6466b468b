/**
 * What moves between link, IP and TCP: a slice of a pooled buffer with what the device knows about it. Whoever holds a
 * frame owns it and gives it back with `release` (an allocation per frame costs more than checksum and copy together);
 * nobody keeps a view of it afterwards, and a trace that is on copies what it keeps.
 */
import type { IpAddress } from './address.ts'

/** Nobody has looked at the transport checksum. */
export const CHECKSUM_UNKNOWN = 0
/** The device or the wire vouches for it; it may be absent from the bytes. */
export const CHECKSUM_VERIFIED = 1
export type ChecksumState = typeof CHECKSUM_UNKNOWN | typeof CHECKSUM_VERIFIED

/**
 * Where a transport header begins in an outgoing frame. Behind an IPv4 header the Ethernet header then starts at
 * offset 34, behind an IPv6 header at 14: both are 2 modulo 4, so IP, TCP and payload are aligned.
 */
export const TRANSPORT_OFFSET = 68

/** Room for a 1500-byte packet behind the largest headers. */
export const FRAME_CAPACITY = 2048

export class Frame {
  readonly buffer: Uint8Array
  /** The same memory in the machine's own 32-bit words: what checksums are made over. */
  readonly words: Uint32Array
  /** First byte of what this layer sees; a layer that strips or adds a header moves it. */
  offset = 0
  length = 0
  checksum: ChecksumState = CHECKSUM_UNKNOWN
  /** Payload bytes per segment when the frame is a super-segment that the device splits; 0 = an ordinary frame. */
  segmentSize = 0
  /** The trace message that these bytes are part of or contain; 0 = not traced. */
  message = 0
  /** Where in `buffer` the first byte of that message lies; a layer that reads the frame says so in `carriedBy`. */
  messageAt = 0
  /** Filled in by IP on the way up: where in `buffer` its header begins. */
  packetAt = 0
  /** Filled in by IP on the way up and by the transport on the way down. */
  from: IpAddress | undefined
  to: IpAddress | undefined
  /** Filled in by IP on the way down: the neighbour that gets it. */
  nextHop: IpAddress | undefined
  /** Which of the host's interfaces it came in by or goes out by. */
  device = 0
  /** False once it was given back; the pool alone sets it. */
  held = true
  readonly #pool: FramePool
  constructor(pool: FramePool, buffer: Uint8Array) {
    this.#pool = pool
    this.buffer = buffer
    this.words = new Uint32Array(buffer.buffer, 0, buffer.length >>> 2)
  }
  get end(): number {
    return this.offset + this.length
  }
  /** The bytes of this layer, as a view that dies with the frame. */
  view(): Uint8Array {
    return this.buffer.subarray(this.offset, this.offset + this.length)
  }
  /** Gives the frame back; it must not be touched afterwards. */
  release(): void {
    this.#pool.put(this)
  }
}

/** Frames that are used again and again. Grows on demand; keeps at most `keep` idle ones. */
export class FramePool {
  readonly #idle: Frame[] = []
  readonly #capacity: number
  readonly #keep: number
  /** Frames that were taken and not yet given back. */
  outstanding = 0
  constructor(capacity: number = FRAME_CAPACITY, keep = 4096) {
    this.#capacity = capacity
    this.#keep = keep
  }
  /** A frame whose transport header begins at `TRANSPORT_OFFSET`, of length 0. */
  take(size = 0): Frame {
    this.outstanding++
    const large = size + TRANSPORT_OFFSET > this.#capacity
    const frame = large ? undefined : this.#idle.pop()
    if (frame === undefined) return this.#fresh(large ? (size + TRANSPORT_OFFSET + 3) & ~3 : this.#capacity)
    frame.held = true
    return frame
  }
  #fresh(capacity: number): Frame {
    const frame = new Frame(this, new Uint8Array(capacity))
    frame.offset = TRANSPORT_OFFSET
    return frame
  }
  /** A frame that holds a copy of `bytes` from offset 2 on, as a device delivers it. */
  copy(bytes: Uint8Array): Frame {
    const frame = this.take(bytes.length)
    frame.offset = 2
    frame.length = bytes.length
    frame.buffer.set(bytes, 2)
    return frame
  }
  /** Takes a frame back. Throws RangeError when it was given back before: two owners would share one buffer. */
  put(frame: Frame): void {
    if (!frame.held) throw new RangeError('this frame was given back before')
    frame.held = false
    this.outstanding--
    frame.offset = TRANSPORT_OFFSET
    frame.length = 0
    frame.checksum = CHECKSUM_UNKNOWN
    frame.segmentSize = 0
    frame.message = 0
    frame.messageAt = 0
    frame.packetAt = 0
    frame.from = undefined
    frame.to = undefined
    frame.nextHop = undefined
    frame.device = 0
    if (frame.buffer.length === this.#capacity && this.#idle.length < this.#keep) this.#idle.push(frame)
  }
}
