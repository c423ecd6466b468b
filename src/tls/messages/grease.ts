/**
 * GREASE (RFC 8701): numbers that nobody will ever give a meaning, sent among those that have one, so that a peer that
 * chokes on what it does not know is found today. Which of them is drawn from the random source that is given.
 */
import type { Random } from '../../random.ts'

/** RFC 8701 2: 0x0A0A, 0x1A1A, … 0xFAFA, for suites, extensions, groups, signature schemes and versions. */
const GREASE: readonly number[] = Array.from({ length: 16 }, (_, i) => 0x0a0a + 0x1010 * i)

/** RFC 8701 2: modes have one byte and numbers of their own: 0x0B, 0x2A, 0x49, … 0xE4. */
const GREASE_MODES: readonly number[] = Array.from({ length: 8 }, (_, i) => 0x0b + 0x1f * i)

export const isGrease = (value: number): boolean => GREASE.includes(value)

/** Names for readers of hellos. */
const namesOf = (values: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(values.map(value => [`GREASE (0x${value.toString(16).padStart(2, '0')})`, value]))

export const greaseNames: Readonly<Record<string, number>> = /* @__PURE__ */ namesOf(GREASE)
export const greaseModeNames: Readonly<Record<string, number>> = /* @__PURE__ */ namesOf(GREASE_MODES)

/** `count` values (at most 16) for suites, extensions, groups, schemes or versions, each different from the others. */
export const greaseValues = (random: Random, count: number): readonly number[] => drawn(random, GREASE, count)

/** One value for a suite, a group, a scheme or a version. */
export const greaseValue = (random: Random): number => greaseValues(random, 1)[0]!

/** One value for psk_key_exchange_modes. */
export const greaseMode = (random: Random): number => drawn(random, GREASE_MODES, 1)[0]!

/** RFC 8701 2: a name for ALPN, the two bytes of a value as Latin-1 text. */
export const greaseProtocol = (random: Random): string => {
  const value = greaseValue(random)
  return String.fromCharCode(value >> 8, value & 0xff)
}

/** Nearly even is enough: nobody is to guess them, they only have to change. */
const drawn = (random: Random, values: readonly number[], count: number): readonly number[] => {
  if (count > values.length) throw new RangeError(`${count} of ${values.length} different values`)
  const left = [...values]
  return Array.from(random.bytes(count), byte => left.splice(byte % left.length, 1)[0]!)
}
