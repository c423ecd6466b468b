/** `barewire explain CODE|MESSAGE|FILE|@N`: the page of a failure, what another tool means, or why an exchange failed. */
import { existsSync } from 'node:fs'
import { explainMessage } from '../../explain/messages.ts'
import { isCode, looksLikeCode, nearestCodes } from '../../explain/page.ts'
import { EXIT, type FailureCode, FailureError, fail } from '../../failures/index.ts'
import { lines } from '../../inspect/index.ts'
import { jsonOfCode, jsonOfMessage, renderCodePage, renderMessage } from '../../inspect/pages.ts'
import type { CommonOptions } from '../command.ts'
import { typed } from '../invocation.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'
import { wordsFor } from '../language.ts'
import { styleFor } from '../story/style.ts'
import { type ExplainOptions, explainCapture } from './explain-capture.ts'

/** What is read of standard input: a log, rather than a message, is longer. */
const MOST_INPUT = 65_536

export const explain = async (
  what: readonly string[],
  options: ExplainOptions & CommonOptions,
  io: Io,
): Promise<number> => {
  const [first = '', number, ...others] = what
  if (others.length === 0 && isCapture(first)) return await explainCapture(first, number, options, io)
  const text = what.length > 0 ? what.join(' ') : await textOf(io)
  if (text.trim() === '')
    throw new FailureError(
      fail('cli/usage', { got: 'What is to be explained? A code such as tls/not-tls, or a message.' }),
    )
  const code = codeIn(text)
  return code === undefined ? await aboutMessage(text, options, io) : await aboutCode(code, options, io)
}

/** A run that is kept, or a file. */
const isCapture = (word: string): boolean => /^@\d+$/.test(word) || (word !== '' && existsSync(word))

const aboutCode = async (code: FailureCode, options: CommonOptions, io: Io): Promise<number> => {
  const words = wordsFor(io.env, options.lang)
  if (options.json) await io.out.write(jsonLine(jsonOfCode(code, words)))
  else await io.out.write(lines(renderCodePage(code, pageOptions(options, io))))
  return 0
}

const aboutMessage = async (message: string, options: CommonOptions, io: Io): Promise<number> => {
  const finding = explainMessage(message)
  const words = wordsFor(io.env, options.lang)
  if (options.json) await io.out.write(jsonLine(jsonOfMessage(message, finding, words)))
  else await io.out.write(lines(renderMessage(message, finding, pageOptions(options, io))))
  return finding.candidates.length > 0 || finding.remarks.length > 0 ? 0 : EXIT.check
}

const pageOptions = (options: CommonOptions, io: Io) => ({
  style: styleFor(io.out, io.env, options),
  words: wordsFor(io.env, options.lang),
  typed: (command: string) => typed(command, io.env),
})

/** Throws `cli/usage` for what looks like a code and is none. */
const codeIn = (text: string): FailureCode | undefined => {
  const given = text.trim()
  if (isCode(given)) return given
  const near = nearestCodes(given)
  // The second half of a code alone is enough where only one has it.
  if (/^[a-z]+(?:-[a-z]+)+$/.test(given) && near.length === 1 && near[0]!.endsWith(`/${given}`)) return near[0]
  if (!looksLikeCode(given)) return undefined
  const meant = near.length === 0 ? 'docs/generated/failures.md has them all' : `did you mean ${near.join(' or ')}?`
  throw new FailureError(fail('cli/usage', { got: `There is no failure code "${given}": ${meant}` }))
}

const textOf = async (io: Io): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of io.input) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MOST_INPUT) break
  }
  return text + decoder.decode()
}
