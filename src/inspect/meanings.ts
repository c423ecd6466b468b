/** What fields mean, for `-vv`: each sentence once in a run, where its field comes first. */
import { type FieldKey, fieldKeyOf, meaningOf } from '../explain/fields.ts'
import type { Language } from '../explain/index.ts'
import type { Layer } from '../trace/types.ts'
import type { Meaning } from './message-text.ts'

/** For messages of a layer. */
export type Meanings = (layer: Layer) => Meaning

export const meanings = (language: Language): Meanings => {
  const said = new Set<FieldKey>()
  return layer => path => {
    const key = fieldKeyOf(layer, path)
    if (key === undefined || said.has(key)) return undefined
    said.add(key)
    return meaningOf(language, layer, path)
  }
}
