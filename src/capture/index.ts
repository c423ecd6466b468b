/** `barewire/capture`: capture files, with the secrets to read them. Read `format.ts` first, then `sink.ts`. */
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
export { type EmitFrame, SYNTHETIC_COMMENT, SyntheticConnection, type SyntheticEnd } from './synthetic.ts'
