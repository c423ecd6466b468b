/** Forms as application/x-www-form-urlencoded (URL standard, 5). */
import { type Failure, fail } from '../../failures/index.ts'
import { multipartLimits } from './reader.ts'

/** The fields in their order; `http/too-many-parts` for more of them than `most`, before any is made. */
export const parseUrlencoded = (
  text: string,
  most: number = multipartLimits.parts,
): readonly (readonly [name: string, value: string])[] | Failure => {
  let count = 0
  for (let at = 0; at >= 0 && at < text.length; at = text.indexOf('&', at) + 1 || -1) {
    if (text[at] !== '&' && ++count > most) return fail('http/too-many-parts', { number: most })
  }
  return [...new URLSearchParams(text)]
}
