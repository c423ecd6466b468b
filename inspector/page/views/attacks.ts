/** Attacks against the engines in the page, one after another. Loaded when somebody looks: it brings the cryptography. */
import { attacks, type Outcome, playAttack } from '../../../src/lab/attacks/index.ts'
import { webPlatform } from '../../../src/web/lab.ts'

export async function* playAttacks(seed: number): AsyncGenerator<Outcome> {
  const encryptedFirst = [...attacks].sort((a, b) => Number(b.over === 'https') - Number(a.over === 'https'))
  for (const attack of encryptedFirst) yield await playAttack(webPlatform({ seed }), attack, { seed })
}
