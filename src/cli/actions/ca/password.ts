/** Passwords from files: never from the command line, which every other user of the machine can read. */
import { onlyOursToRead } from '../../../node/ca-guard.ts'
import { fileContents } from '../../demands.ts'
import { usage } from './common.ts'

/** The first line of a file that is ours alone; undefined where no file is named. */
export const passwordIn = (path: string | undefined): string | undefined => {
  if (path === undefined) return undefined
  const text = new TextDecoder().decode(fileContents(path))
  onlyOursToRead(path)
  const [line = ''] = text.split(/\r?\n/)
  if (line === '') throw usage(`${path} holds no password: its first line is empty.`)
  return line
}
