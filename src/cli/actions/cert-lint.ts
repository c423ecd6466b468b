/** `barewire cert lint FILE|HOST`: certificates held to the rules for those who issue them, whoever believes them. */
import { isFailure } from '../../failures/index.ts'
import { jsonOfFailure, line, lines, renderFailure } from '../../inspect/index.ts'
import { jsonOfLinted, type Linted, renderFindings } from '../../inspect/lints.ts'
import { widthOf, wrap } from '../../inspect/style.ts'
import { nodeWorld } from '../../node/world.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { lintCertificate, rulesFor } from '../../x509/lint/lint.ts'
import type { RuleSet } from '../../x509/lint/types.ts'
import type { CommonOptions } from '../command.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'
import { wordsFor } from '../language.ts'
import { styleFor } from '../story/style.ts'

export interface LintCommandOptions extends CommonOptions {
  readonly rules?: RuleSet | undefined
}

/** 5 where a certificate cannot be read or breaks a rule that must be kept; what only should be changes nothing. */
export const lintChain = async (chain: readonly Uint8Array[], options: LintCommandOptions, io: Io): Promise<number> => {
  const { crypto, isPublicSuffix } = nodeWorld()
  const rules = options.rules ?? rulesFor(chain)
  const style = styleFor(io.out, io.env, options)
  const words = wordsFor(io.env, options.lang)
  const counts = { error: 0, warning: 0 }
  let exit = 0
  for (const [index, der] of chain.entries()) {
    const outcome = lintCertificate(der, { crypto, rules, isRegistrySuffix: name => isPublicSuffix(name, 'icann') })
    if (isFailure(outcome)) {
      exit = 5
      const told = renderFailure(outcome, { style, words, records: [] })
      await io.out.write(options.json ? jsonLine(jsonOfFailure(outcome, words)) : lines([...told, line(style)]))
      continue
    }
    for (const { level } of outcome.findings) counts[level]++
    const linted: Linted = { ...outcome, index, der, subject: new Certificate(der).subject.shortText }
    await io.out.write(
      options.json ? jsonLine(jsonOfLinted(linted)) : lines([...renderFindings(linted, words, style), line(style)]),
    )
  }
  const said = words.card.fact(`errors: ${counts.error}, warnings: ${counts.warning}, ${RULES[rules]}`)
  const last = wrap(said, widthOf(style)).map(text => line(style, { text, tint: 'quiet' }))
  if (!options.json) await io.out.write(lines(last))
  return counts.error > 0 ? 5 : exit
}

const RULES: Readonly<Record<RuleSet, string>> = {
  rfc5280: 'by the rules of RFC 5280; --rules webpki adds those for public servers',
  webpki: 'by the rules of RFC 5280 and of the CA/Browser Forum for public servers',
}
