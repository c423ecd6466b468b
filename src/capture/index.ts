/** Capture files: what went over the wire, with the secrets to read it. */
export {
  type InterfaceOptions,
  type PacketOptions,
  type PcapngWriter,
  pcapngWriter,
  type Resolution,
} from './pcapng.ts'
export {
  type Capture,
  type CaptureOptions,
  captureSink,
  captureTap,
  type FrameOptions,
  type TappedFrame,
} from './sink.ts'
export { type EmitFrame, SyntheticConnection, type SyntheticEnd } from './synthetic.ts'
