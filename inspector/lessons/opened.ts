/** What a message drawing shows: the message itself, or a certificate that lies in it, each with its fields. */
import { dissect } from '../../src/wire/codec.ts'
import { type Field, fieldAt } from '../../src/wire/field.ts'
import { certificateFields } from '../../src/x509/certificate/fields.ts'
import type { MessageDrawing } from './drawings.ts'

export interface OpenedMessage {
  readonly name: string
  readonly bytes: Uint8Array
  /** Undefined for what has no declared format. */
  readonly tree: Field | undefined
}

/** Throws `RangeError` where no certificate is at the path that the drawing names. */
export const opened = ({ message, certificate }: MessageDrawing): OpenedMessage => {
  const { name, bytes, format } = message
  const tree = format && dissect(format, bytes, name)
  if (certificate === undefined) return { name, bytes, tree }
  const place = tree && fieldAt(tree, certificate)
  if (place === undefined) throw new RangeError(`${name} has no ${certificate}`)
  const der = bytes.subarray(place.start, place.end)
  return { name: `certificate ⊂ ${name}`, bytes: der, tree: certificateFields(der) }
}
