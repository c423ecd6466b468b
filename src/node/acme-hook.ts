/**
 * dns-01 (RFC 8555 8.4) by a program of the user: `PROGRAM add NAME TEXT` puts a TXT record where it is looked for and ends
 * when it can be seen there, `PROGRAM remove NAME TEXT` takes it away.
 */
import { spawn } from 'node:child_process'
import type { Millis } from '../engine.ts'
import type { Show } from '../net/acme/show.ts'

/** Zones take their time; the authority is not asked to look before. */
const PATIENCE: Millis = 240_000

/** No shell sees the words, which come from the authority. Rejects with the reason where the program does not end with 0. */
export const hookChallenges = (program: string, env: NodeJS.ProcessEnv = process.env): Show => {
  const run = (what: 'add' | 'remove', name: string, text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, [what, name, text], {
        stdio: ['ignore', 'inherit', 'inherit'],
        env,
        timeout: PATIENCE,
      })
      child.once('error', error => reject(new Error(`${program} cannot be run: ${error.message}`)))
      child.once('close', (code, signal) => {
        if (code === 0) resolve()
        else reject(new Error(`${program} ${what} ended with ${code ?? signal}`))
      })
    })
  return async ({ record: { name, text } }) => {
    await run('add', name, text)
    return () => run('remove', name, text)
  }
}
