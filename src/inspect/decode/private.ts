/** What of a decoded message nobody but its owner should see. */
import type { Range } from '../../trace/types.ts'
import { type Field, fields } from '../../wire/field.ts'

/** More octets than a version or a public exponent has. */
const SMALL = 8

/** Every long number and string of octets of a private key; which of them would be public is not for this to know. */
export const privateNumbers = (root: Field): readonly Range[] =>
  [...fields(root)].flatMap(({ field }) => {
    const { value, end } = field
    return value instanceof Uint8Array && value.length > SMALL ? [{ start: end - value.length, end }] : []
  })
