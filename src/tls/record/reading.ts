/** From the bytes of a message to its value, or to a refusal that says which field is at fault and where it lies. */
import type { Bytes } from '../../engine.ts'
import type { FailureCode } from '../../failures/index.ts'
import type { Facts } from '../../failures/registry.ts'
import { decode, dissect } from '../../wire/codec.ts'
import { fieldAt } from '../../wire/field.ts'
import { WireError } from '../../wire/reader.ts'
import { FATAL, WARNING } from '../alerts.ts'
import type { AnyMessage } from '../messages/message.ts'
import { Alert } from '../messages/tls12.ts'
import { refusal } from '../refusal.ts'

/** Runs a codec; what does not fit becomes a failure with the path of the field and its place. */
export const parse = <T>(
  name: string,
  read: () => T,
  where?: { readonly message: number; readonly bytes: Bytes },
): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    const path = error.path.replace(/^body\.?/, '')
    const at = where === undefined ? {} : { at: { message: where.message, start: error.at, end: where.bytes.length } }
    const facts = { where: path === '' ? name : `${name}.${path}`, got: error.message, ...at }
    throw refusal(unreadable(name, path), facts, where?.message)
  }
}

/** What it is that could not be read. */
const unreadable = (name: string, path: string): FailureCode => {
  if (name === 'Alert') return 'tls/bad-alert'
  if (/(^|\.)extensions\.\d/.test(path)) return 'tls/bad-extension'
  return name === 'ClientHello' ? 'tls/bad-hello' : 'tls/bad-message'
}

/** An alert, at a level that exists. */
export const readAlert = (content: Bytes): { readonly level: number; readonly description: number } => {
  const alert = parse('Alert', () => decode(Alert, content))
  if (alert.level !== WARNING && alert.level !== FATAL)
    throw refusal('tls/alert-level', {
      where: 'Alert.level',
      got: `${alert.level}`,
      expected: '1 and 2 are levels',
    })
  return alert
}

/**
 * Where in a message a field lies. The whole message is taken apart for it: only when somebody looks. What waits for that
 * holds the bytes of the message, not its value, which may be many times as large.
 */
export const placeOf =
  ({ name, bytes, id, format }: AnyMessage, path: string) =>
  (): Facts['at'] => {
    const field = fieldAt(dissect(format, bytes, name), `body.${path}`)
    return field === undefined ? undefined : { message: id, start: field.start, end: field.end }
  }
