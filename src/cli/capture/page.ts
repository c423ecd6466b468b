/** `capture --web`: the file that is being written, on the page of the inspector as far as it goes. */
import { statSync } from 'node:fs'
import { fileSource } from '../../node/file-source.ts'
import type { PageServer } from '../../node/inspector/server.ts'
import { type Look, lookInto } from '../actions/inspect/look.ts'
import type { Privacy } from '../command.ts'
import type { Io } from '../io.ts'
import { GIVEN, shelfOf } from '../web/shelf.ts'
import { openPage } from '../web/watched.ts'

export interface CapturePage extends PageServer {
  /** Its own frames are none that somebody wants to see. */
  readonly port: number
}

/** Throws `inspect/no-page`. */
export const capturePage = async (path: string, privacy: Privacy, env: Io['env']): Promise<CapturePage> => {
  let known: { readonly size: number; readonly look: Look } | undefined
  const look = (): Look => {
    const { size } = statSync(path)
    if (known?.size !== size) {
      known?.look.close()
      known = { size, look: lookInto(fileSource(path), { label: path, run: undefined, keyLogs: [], privateKeys: [] }) }
    }
    return known.look
  }
  const server = await openPage(env, { shelf: shelfOf({ env, privacy, given: { name: path, look } }) })
  return {
    url: `${server.url}#run=${GIVEN}`,
    port: Number(new URL(server.url).port),
    async close() {
      await server.close()
      known?.look.close()
    },
  }
}
