/** `--hsts FILE`: hosts that are only spoken to by TLS, remembered from one run to the next, in a file that curl reads too. */
import { readFile } from 'node:fs/promises'
import { type HstsStore, hstsStore } from '../../http/semantics/hsts.ts'
import { readHstsFile, writeHstsFile } from '../../http/semantics/hsts-file.ts'
import { nodeWorld } from '../../node/world.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { outputFile } from '../output-file.ts'

export interface KnownHosts {
  readonly store: HstsStore | undefined
  save(): Promise<void>
  /** Leaves no file that was not saved. */
  close(): Promise<void>
}

/** Reads the file, which may not be there yet, and makes sure before anything is asked that it can be written. */
export const knownHosts = async (path: string | undefined): Promise<KnownHosts> => {
  if (path === undefined) return { store: undefined, save: async () => {}, close: async () => {} }
  const store = await rememberedHosts(path)
  const file = await outputFile(path, { mode: OWNER_ONLY })
  return {
    store,
    save: async () => {
      await file.write(latin1Bytes(writeHstsFile(store.list())))
      await file.keep()
    },
    close: async () => void (await file.close()),
  }
}

/** What the file says, which may not be there yet. */
export const rememberedHosts = async (path: string): Promise<HstsStore> => {
  const { isPublicSuffix, clock } = nodeWorld()
  const store = hstsStore({ isPublicSuffix: domain => isPublicSuffix(domain), date: () => clock.date() })
  store.restore(readHstsFile(await textOf(path)))
  return store
}

/** It says where somebody has been. */
const OWNER_ONLY = 0o600

const textOf = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw Object.assign(error instanceof Error ? error : new Error(String(error)), { path })
  }
}
