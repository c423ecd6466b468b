/** Mistakes of whoever answers, with the codes that Node has for them. */

const coded = (code: string, error: Error): Error & { code: string } => Object.assign(error, { code })

export const writtenAfterEnd = () => coded('ERR_STREAM_WRITE_AFTER_END', new Error('write after end'))
export const alreadyFinished = () =>
  coded('ERR_STREAM_ALREADY_FINISHED', new Error('Cannot call end after a stream was finished'))
export const destroyedAlready = () =>
  coded('ERR_STREAM_DESTROYED', new Error('Cannot call write after a stream was destroyed'))
export const nullChunk = () => coded('ERR_STREAM_NULL_VALUES', new TypeError('May not write null values to stream'))
export const noBytes = (got: unknown) =>
  coded(
    'ERR_INVALID_ARG_TYPE',
    new TypeError(`The "chunk" argument must be of type string or an instance of Uint8Array. Received ${typeof got}`),
  )
export const wrongType = (name: string, wanted: string, got: unknown) =>
  coded('ERR_INVALID_ARG_TYPE', new TypeError(`"${name}" must be ${wanted}. Received ${typeof got}`))
export const outOfRange = (name: string, wanted: string, got: number) =>
  coded('ERR_OUT_OF_RANGE', new RangeError(`The value of "${name}" is out of range: ${wanted}. Received ${got}`))
export const badValue = (name: string, got: unknown) =>
  coded('ERR_INVALID_ARG_VALUE', new TypeError(`"${name}" is invalid. Received ${JSON.stringify(got)}`))
export const headersSent = () =>
  coded('ERR_HTTP_HEADERS_SENT', new Error('Cannot write headers after they are sent to the client'))
export const bodyNotAllowed = () =>
  coded(
    'ERR_HTTP_BODY_NOT_ALLOWED',
    new Error('Adding content for this request method or response status is not allowed.'),
  )
export const wrongLength = (got: number, said: number) =>
  coded('ERR_HTTP_CONTENT_LENGTH_MISMATCH', new Error(`The body has ${got} bytes, Content-Length says ${said}`))
export const socketEncoding = () =>
  coded('ERR_HTTP_SOCKET_ENCODING', new Error('Changing the socket encoding is not allowed per RFC7230 Section 3.'))
/** For what cannot be followed here, where ignoring it would be worse. */
export const notHere = (where: string, why: string) =>
  coded('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', new Error(`${where} is not supported by barewire/node/http: ${why}`))
