/**
 * Frames as the kernel sees them, by a packet socket of Linux (packet(7)). Node has no such sockets: the calls of the C
 * library are made by `koffi`, an optional package that is loaded when somebody captures. Needs CAP_NET_RAW.
 */
import { networkInterfaces } from 'node:os'
import type { LiveFrame } from '../capture/live.ts'
import { PACKET_AUXDATA, SOL_PACKET, vlanTagIn, withVlanTag } from '../capture/vlan.ts'
import { FailureError, fail } from '../failures/index.ts'

export interface PacketSocket {
  /**
   * The next frame; undefined: there is none for now. `down`: the interface is, and there will be none. It never waits:
   * calls that wait, on other threads, have crashed with koffi 3.3.
   */
  read(): LiveFrame | 'down' | undefined
  /** So far: frames that the kernel had no room for, and those of links of a kind that no capture file knows here. */
  counts(): { readonly dropped: number; readonly otherLinks: number }
  close(): void
}

const AF_PACKET = 17
const SOCK_RAW = 3
const ETH_P_ALL = 3
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_RCVBUFFORCE = 33
const PACKET_STATISTICS = 6
/** MSG_TRUNC: a frame that is longer than the room for it says how long it was. */
const MSG_TRUNC = 0x20
const MSG_DONTWAIT = 0x40
const PACKET_IGNORE_OUTGOING = 23
const SIOCGSTAMPNS = 0x8907
const PACKET_OUTGOING = 4
const ENETDOWN = 100

const ARPHRD_LOOPBACK = 772
const ETHERNET = 1
/** Kinds of links (ARPHRD_…) whose frames begin as those of a LINKTYPE do: Ethernet, loopback; none at all, as of tunnels. */
const LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [1, ETHERNET],
  [ARPHRD_LOOPBACK, ETHERNET],
  [519, 101],
  [65_534, 101],
])

/** What waits while this program does something else: a gigabit for half a second. */
const BUFFER = 64 * 1024 * 1024
/** The longest frame that is kept whole, as pcapng's usual limit: what segmentation offload passes at once is less. */
const LONGEST = 262_144

// The C library writes here; one block of memory outside of the heap, where nothing is moved.
const FROM = 0
const FROM_SIZE = 128
const LENGTH = 128
const TIME = 136
/** `struct msghdr` and `struct iovec` of 64 bits. */
const HEADER = 160
const VECTOR = 216
const VALUE = 256
const CONTROL = 384
const FRAME = 512

/** Of the processor: the kernel's numbers are in its order. */
const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

type Call = (...values: readonly unknown[]) => unknown

interface Calls {
  errno(): number
  /** Where bytes lie that are not moved. */
  addressOf(bytes: unknown): bigint
  readonly [name: string]: Call
}

const SIGNATURES = {
  socket: 'int socket(int domain, int type, int protocol)',
  bind: 'int bind(int fd, void *address, uint32_t length)',
  recvmsg: 'long recvmsg(int fd, void *header, int flags)',
  setsockopt: 'int setsockopt(int fd, int level, int name, void *value, uint32_t length)',
  getsockopt: 'int getsockopt(int fd, int level, int name, void *value, void *length)',
  ioctl: 'int ioctl(int fd, unsigned long request, void *into)',
  close: 'int close(int fd)',
  indexOf: 'unsigned int if_nametoindex(const char *name)',
  nameOf: 'void *if_indextoname(unsigned int index, void *into)',
} as const

export interface PacketSocketOptions {
  readonly platform?: string | undefined
  /** Loads koffi. */
  readonly load?: (() => Promise<typeof import('koffi')>) | undefined
}

/** Of the interface, or of all where none is named. Throws `FailureError`: capture/not-supported, not-allowed, no-interface. */
export const openPacketSocket = async (
  name: string | undefined,
  { platform = process.platform, load = () => import('koffi') }: PacketSocketOptions = {},
): Promise<PacketSocket> => {
  if (platform !== 'linux') throw new FailureError(fail('capture/not-supported', { got: platform }))
  const calls = await callsOf(load)
  const index = name === undefined ? 0 : Number(calls.indexOf!(name))
  if (name !== undefined && index === 0) {
    const expected = Object.keys(networkInterfaces()).join(', ')
    throw new FailureError(fail('capture/no-interface', { where: name, ...(expected === '' ? {} : { expected }) }))
  }
  // With no protocol it hears nothing before it is bound: nothing of other interfaces.
  const fd = Number(calls.socket!(AF_PACKET, SOCK_RAW, 0))
  if (fd < 0) throw refused(calls)
  const socket = new LinuxPacketSocket(calls, fd)
  if (name !== undefined && networkInterfaces()[name]?.every(({ internal }) => internal)) socket.ignoreOutgoing()
  if (!socket.bind(index)) {
    const failure = refused(calls)
    socket.close()
    throw failure
  }
  return socket
}

const refused = (calls: Calls): FailureError =>
  new FailureError(fail('capture/not-allowed', { got: String(calls.errno()) }))

const callsOf = async (load: () => Promise<typeof import('koffi')>): Promise<Calls> => {
  try {
    const koffi = await load()
    const library = koffi.load(null)
    const functions = Object.entries(SIGNATURES).map(([name, signature]): [string, Call] => [
      name,
      library.func(signature),
    ])
    // What a header of recvmsg holds are addresses, written here as on machines of 64 bits.
    if (koffi.sizeof('void *') !== 8) throw new Error('not a machine of 64 bits')
    const own = { errno: () => koffi.errno(), addressOf: (bytes: unknown) => koffi.address(bytes) }
    return { ...Object.fromEntries(functions), ...own } as Calls
  } catch (error) {
    throw new FailureError(fail('capture/not-supported', { got: 'koffi' }), { cause: error })
  }
}

class LinuxPacketSocket implements PacketSocket {
  readonly #calls: Calls
  readonly #fd: number
  readonly #memory = new Uint8Array(FRAME + LONGEST)
  readonly #view = new DataView(this.#memory.buffer)
  readonly #from = this.#memory.subarray(FROM, FROM + FROM_SIZE)
  readonly #length = this.#memory.subarray(LENGTH, LENGTH + 4)
  readonly #time = this.#memory.subarray(TIME, TIME + 16)
  readonly #header = this.#memory.subarray(HEADER, VECTOR)
  readonly #value = this.#memory.subarray(VALUE, CONTROL)
  readonly #frame = this.#memory.subarray(FRAME)
  readonly #names = new Map<number, string>()
  #dropped = 0
  #otherLinks = 0
  #isOpen = true

  constructor(calls: Calls, fd: number) {
    this.#calls = calls
    this.#fd = fd
    // Asked once, the kernel begins to note when frames come.
    calls.ioctl!(fd, SIOCGSTAMPNS, this.#time)
    this.#addresses(calls.addressOf(this.#memory))
    this.#view.setInt32(VALUE, 1, LITTLE)
    calls.setsockopt!(fd, SOL_PACKET, PACKET_AUXDATA, this.#value, 4)
    this.#view.setInt32(VALUE, BUFFER, LITTLE)
    // Root may have more than the system's limit.
    if (Number(calls.setsockopt!(fd, SOL_SOCKET, SO_RCVBUFFORCE, this.#value, 4)) < 0)
      calls.setsockopt!(fd, SOL_SOCKET, SO_RCVBUF, this.#value, 4)
  }

  /** Fills what of the header of recvmsg does not change: where the sender, the frame and what is said beside it go. */
  #addresses(memory: bigint): void {
    const view = this.#view
    view.setBigUint64(HEADER, memory + BigInt(FROM), LITTLE)
    view.setBigUint64(HEADER + 16, memory + BigInt(VECTOR), LITTLE)
    view.setBigUint64(HEADER + 24, 1n, LITTLE)
    view.setBigUint64(HEADER + 32, memory + BigInt(CONTROL), LITTLE)
    view.setBigUint64(VECTOR, memory + BigInt(FRAME), LITTLE)
    view.setBigUint64(VECTOR + 8, BigInt(LONGEST), LITTLE)
  }

  /** Of loopback, where what leaves comes in again: half of the work. Kernels before 4.20 know no such thing. */
  ignoreOutgoing(): void {
    this.#view.setInt32(VALUE, 1, LITTLE)
    this.#calls.setsockopt!(this.#fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, this.#value, 4)
  }

  bind(index: number): boolean {
    this.#from.fill(0)
    this.#view.setUint16(FROM, AF_PACKET, LITTLE)
    this.#view.setUint16(FROM + 2, ETH_P_ALL)
    this.#view.setInt32(FROM + 4, index, LITTLE)
    return Number(this.#calls.bind!(this.#fd, this.#from, SOCKADDR_LL)) === 0
  }

  read(): LiveFrame | 'down' | undefined {
    while (this.#isOpen) {
      this.#view.setUint32(HEADER + 8, FROM_SIZE, LITTLE)
      this.#view.setBigUint64(HEADER + 40, BigInt(FRAME - CONTROL), LITTLE)
      const size = Number(this.#calls.recvmsg!(this.#fd, this.#header, MSG_DONTWAIT | MSG_TRUNC))
      if (size < 0) return this.#calls.errno() === ENETDOWN ? 'down' : undefined
      const kind = this.#view.getUint16(FROM + 8, LITTLE)
      const isOutgoing = this.#memory[FROM + 10] === PACKET_OUTGOING
      // What this machine says to itself is seen when it leaves and when it comes.
      if (kind === ARPHRD_LOOPBACK && isOutgoing) continue
      const linkType = LINK_TYPES.get(kind)
      if (linkType === undefined) this.#otherLinks++
      else
        return {
          ...this.#whole(size, linkType),
          date: this.#stamp(),
          interface: this.#nameOf(this.#view.getInt32(FROM + 4, LITTLE)),
          linkType,
          direction: kind === ARPHRD_LOOPBACK ? undefined : isOutgoing ? 'out' : 'in',
        }
    }
    return undefined
  }

  /** With the VLAN tag that the kernel took out. */
  #whole(size: number, linkType: number): Pick<LiveFrame, 'bytes' | 'originalLength'> {
    const bytes = this.#frame.slice(0, Math.min(size, LONGEST))
    const said = Number(this.#view.getBigUint64(HEADER + 40, LITTLE))
    const tag = linkType === ETHERNET ? vlanTagIn(new DataView(this.#memory.buffer, CONTROL, said), LITTLE) : undefined
    if (tag === undefined) return { bytes, originalLength: size }
    return { bytes: withVlanTag(bytes, tag), originalLength: size + 4 }
  }

  counts(): { readonly dropped: number; readonly otherLinks: number } {
    this.#view.setUint32(LENGTH, 8, LITTLE)
    // The kernel counts from the last time that it was asked.
    if (
      this.#isOpen &&
      Number(this.#calls.getsockopt!(this.#fd, SOL_PACKET, PACKET_STATISTICS, this.#value, this.#length)) === 0
    )
      this.#dropped += this.#view.getUint32(VALUE + 4, LITTLE)
    return { dropped: this.#dropped, otherLinks: this.#otherLinks }
  }

  close(): void {
    if (!this.#isOpen) return
    this.counts()
    this.#isOpen = false
    this.#calls.close!(this.#fd)
  }

  /** Milliseconds since 1970 of the frame that was read last. */
  #stamp(): number {
    if (Number(this.#calls.ioctl!(this.#fd, SIOCGSTAMPNS, this.#time)) < 0) return Date.now()
    const seconds = Number(this.#view.getBigInt64(TIME, LITTLE))
    return seconds * 1000 + Number(this.#view.getBigInt64(TIME + 8, LITTLE)) / 1e6
  }

  #nameOf(index: number): string {
    const known = this.#names.get(index)
    if (known !== undefined) return known
    this.#value.fill(0)
    this.#calls.nameOf!(index, this.#value)
    const name = String.fromCharCode(...this.#value.subarray(0, this.#value.indexOf(0))) || `interface ${index}`
    // Interfaces come and go; their numbers are not used again.
    if (this.#names.size >= MOST_NAMES) this.#names.clear()
    this.#names.set(index, name)
    return name
  }
}

/** Bytes of `struct sockaddr_ll`. */
const SOCKADDR_LL = 20
const MOST_NAMES = 1024
