/** Commands that show a page, each until its test is over. */
import { afterEach, expect, vi } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { type CapturedIo, captured } from '../support/peers-io.ts'

export interface Showing {
  readonly io: CapturedIo
  /** Of the page. */
  readonly address: string
  /** Ctrl-C; resolves when the command is over. */
  stop(): Promise<void>
}

/** `folder`: of the built page. */
export const commands = (folder: () => string): ((...words: readonly string[]) => Promise<Showing>) => {
  const running: Showing[] = []
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop()
  })
  return async (...words) => {
    const home = temporaryFolder('inspector').path
    const io = captured({ env: { BAREWIRE_PAGE_FOLDER: `${folder()}/`, XDG_STATE_HOME: home, BAREWIRE_HOME: home } })
    let isOver = false
    const exit = main([...words, '--web'], io).then(() => {
      isOver = true
    })
    const stop = async (): Promise<void> => {
      // A run that goes on takes one, the page that stays behind it another.
      while (!isOver) {
        io.interrupt()
        await Promise.race([exit, new Promise(resolve => setImmediate(resolve))])
      }
    }
    const said = (): string => io.stdout() + io.stderr()
    const found = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/[^\s"]*/.exec(said())?.[0]
    await vi.waitFor(() => expect(found(), said()).toBeDefined(), 20_000)
    const showing = { io, address: found()!, stop }
    running.push(showing)
    return showing
  }
}
