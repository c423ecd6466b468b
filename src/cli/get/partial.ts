/**
 * What is left of a download that broke off: `big.iso.part`, and beside it what it is a part of, so that `-C -` goes on only
 * where the server still has the same.
 */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'

/** A file to go on from. */
export interface Partial {
  readonly path: string
  readonly bytes: number
  /** A strong validator for If-Range (RFC 9110 13.1.5); undefined: nothing says that the server still has the same. */
  readonly validator: string | undefined
  /** `ours`: left by us, under its own name; `theirs`: left by another program, under the name of the whole. */
  readonly by: 'ours' | 'theirs'
}

/** What a partial file is a part of. */
export interface Origin {
  readonly url: string
  /** Undefined where the server gave none that is strong, or where bytes of the file are not those of the server. */
  readonly validator: string | undefined
}

export const partName = (target: string): string => `${target}.part`
const noteName = (target: string): string => `${target}.part.json`

/** What may be gone on with for `target`; undefined: nothing, or something of which nothing is known. */
export const partialOf = async (target: string, url: string): Promise<Partial | undefined> => {
  const origin = await originOf(target)
  const left = origin && (await sizeOf(partName(target)))
  if (origin?.url === url && origin.validator !== undefined && left)
    return { path: partName(target), bytes: left, validator: origin.validator, by: 'ours' }
  const theirs = await sizeOf(target)
  return theirs ? { path: target, bytes: theirs, validator: undefined, by: 'theirs' } : undefined
}

/**
 * Gives what came to `target`'s partial name, where that is free or ours. A disk that is full may have no room for the note:
 * then the part is there, and nothing knows what of.
 */
export const leavePartial = async (
  file: string,
  target: string,
  origin: Origin,
): Promise<{ readonly path: string; readonly noted: boolean }> => {
  const part = partName(target)
  const isOurs = (await originOf(target)) !== undefined
  if (!isOurs && (await sizeOf(part)) !== undefined) return { path: file, noted: false }
  await rename(file, part)
  const { url, validator = null } = origin
  try {
    await writeFile(noteName(target), `${JSON.stringify({ url, validator })}\n`)
  } catch {
    await rm(noteName(target), { force: true }).catch(() => {})
    return { path: part, noted: false }
  }
  return { path: part, noted: validator !== null }
}

/** The whole is there: what was left of earlier attempts is not needed. */
export const clearPartial = async (target: string): Promise<void> => {
  if ((await originOf(target)) === undefined) return
  await rm(partName(target), { force: true })
  await rm(noteName(target), { force: true })
}

const originOf = async (target: string): Promise<Origin | undefined> => {
  try {
    const { url, validator } = JSON.parse(await readFile(noteName(target), 'utf8')) as Record<string, unknown>
    if (typeof url !== 'string') return undefined
    return { url, validator: typeof validator === 'string' ? validator : undefined }
  } catch {
    // No note, or not one of ours.
    return undefined
  }
}

/** Undefined for what is not there and for what is no file. */
const sizeOf = async (path: string): Promise<number | undefined> => {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? found.size : undefined
}
