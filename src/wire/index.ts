/**
 * `barewire/wire`: declare a format once; read, write, dissect and sample it. Read `codec.ts` first, then `layout.ts`.
 */
export { type Endpoint, endpointText, type IpAddress, ip, ipAddress, macText, parseIp, sameIp } from './address.ts'
export { checksum, pseudoHeaderSum, sum } from './checksum.ts'
export {
  bits,
  bytes,
  type Codec,
  choice,
  type Doc,
  decode,
  dissect,
  encode,
  type Infer,
  leaf,
  list,
  type Named,
  named,
  optional,
  prefixed,
  rest,
  type Shape,
  type StructOf,
  struct,
  type Tagged,
  text,
  u8,
  u16,
  u24,
  u32,
} from './codec.ts'
export { corrupt, type Field, fieldAt, fieldOver, fields } from './field.ts'
export { Frame, FramePool } from './frame.ts'
export { bitsAt, bytesAt, type Layout, type LayoutValue, layout, type Slot, uint, type View } from './layout.ts'
export { Reader, WireError, type WireRule } from './reader.ts'
export { Writer } from './writer.ts'
