/** Attacks by a third machine on the wire. Dangerous by design; they touch the network in memory only. */
import type { Attack } from './attack.ts'
import { plainAttacks } from './plain.ts'
import { protectedAttacks } from './protected.ts'

export type { Attack, AttackOptions, Expected, Outcome, Visit } from './attack.ts'
export { playAttack } from './stage.ts'

export const attacks: readonly Attack[] = [...plainAttacks, ...protectedAttacks]
