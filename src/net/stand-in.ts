/**
 * Objects that pass for one of the platform's without being built as such: what they do not do themselves is asked of a
 * real one, made at that moment.
 */

/** Leads from what stands in to a real one. */
const REAL: unique symbol = Symbol('real')

/** A real one for what stands in for it, and anything else as it is. */
export const realOf = <T>(one: T): T => (one as { [REAL]?: T } | undefined)?.[REAL] ?? one

/**
 * Gives `own` (a prototype) everything that `model` (an instance of the platform's class) has and it has not, what the
 * platform keeps under symbols included, and makes `instanceof` true.
 */
export const standIn = (own: object, model: object, made: (one: object) => object): void => {
  const theirs: object = Object.getPrototypeOf(model)
  Object.defineProperty(own, REAL, {
    get(this: object) {
      return made(this)
    },
  })
  for (const name of [...Reflect.ownKeys(theirs), ...Object.getOwnPropertySymbols(model)]) {
    if (name === Symbol.toStringTag) continue
    if (name === 'constructor') Object.defineProperty(own, name, { value: model.constructor, configurable: true })
    else if (!Object.hasOwn(own, name)) Object.defineProperty(own, name, forwarding(theirs, name))
  }
  Object.setPrototypeOf(own, theirs)
}

const forwarding = (theirs: object, name: string | symbol): PropertyDescriptor => {
  const value: unknown = Object.getOwnPropertyDescriptor(theirs, name)?.value
  if (typeof value !== 'function') {
    return {
      get(this: object) {
        return Reflect.get(realOf(this), name)
      },
      configurable: true,
    }
  }
  return {
    value(this: object, ...given: unknown[]): unknown {
      return (value as (...all: unknown[]) => unknown).apply(realOf(this), given)
    },
    configurable: true,
    writable: true,
  }
}

/**
 * Whether this platform takes a stand-in where it wants `model`: false where it keeps its state in private fields, which
 * nobody can stand in for. `use` is what a program may do with one.
 */
export const takesStandIns = <T extends object>(model: T, use: (one: T) => unknown): boolean => {
  const own = {}
  standIn(own, model, () => model)
  try {
    use(Object.create(own) as T)
    return true
  } catch {
    return false
  }
}

/**
 * `to` has what `from` has, and nothing else. What is the same is left alone: a value that is set loses the white space
 * at its ends, where joined fields may have some.
 */
export const copyFields = (from: Headers, to: Headers): void => {
  for (const name of [...to.keys()]) if (!from.has(name)) to.delete(name)
  for (const [name, value] of from) {
    if (name !== 'set-cookie' && to.get(name) !== value) to.set(name, value)
  }
  if (`${from.getSetCookie()}` === `${to.getSetCookie()}`) return
  to.delete('set-cookie')
  for (const value of from.getSetCookie()) to.append('set-cookie', value)
}
