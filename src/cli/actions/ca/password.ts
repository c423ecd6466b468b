/** Passwords from files: never from the command line, which every other user of the machine can read. */
import { readFileSync } from 'node:fs'
import { onlyOursToRead } from '../../../node/ca-guard.ts'
import { usage } from './common.ts'

/** The first line of a file that is ours alone; undefined where no file is named. */
export const passwordIn = (path: string | undefined): string | undefined => {
  if (path === undefined) return undefined
  onlyOursToRead(path)
  const [line = ''] = readFileSync(path, 'utf8').split(/\r?\n/)
  if (line === '') throw usage(`${path} holds no password: its first line is empty.`)
  return line
}
