/** What commands say of their own on a terminal, in Chinese. The rows are in `screen.table.ts`. */
import { facts } from './facts.table.ts'
import { translator } from './facts.ts'
import { screen } from './screen.table.ts'

/** As it stands where it has no words of ours in it. Parts between commas that have no row together have one each. */
export const onScreen = (text: string): string => {
  const whole = said(text)
  if (whole !== text || !text.includes(', ')) return whole
  const parts = text.split(', ')
  const each = parts.map(said)
  return each.some((part, i) => part !== parts[i]) ? each.join('，') : text
}

/** Of the facts of engines only those that are whole: what a row with a hole fits, a peer may say. */
const rows = [...screen, ...facts.filter(([english]) => !english.includes('{'))]
const said = translator(rows, (text, kind) => (kind === '{says}' ? onScreen(text) : text))
