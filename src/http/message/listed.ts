/** Fields that are strings already, read as those of a connection are. */
import type { HeaderList, LazyHeaders } from '../types.ts'

export const listed = (list: HeaderList): LazyHeaders => {
  const all = (name: string): string[] => {
    const lower = name.toLowerCase()
    return list.flatMap(([each, value]) => (each.toLowerCase() === lower ? [value] : []))
  }
  return {
    count: list.length,
    has: name => all(name).length > 0,
    get: name => {
      const values = all(name)
      if (values.length === 0) return undefined
      return name.toLowerCase() === 'set-cookie' ? values[0] : values.join(', ')
    },
    all,
    list: () => list,
  }
}
