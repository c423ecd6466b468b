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
/** For what cannot be followed here, where ignoring it would be worse. */
export const notHere = (where: string, why: string) =>
  coded('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', new Error(`${where} is not supported by barewire/node/http: ${why}`))
