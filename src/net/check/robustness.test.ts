/** Each trial is one hello: what stands in it, what is made of the answer, and who is asked. */
import { describe, expect, test } from 'vitest'
import { ALERT, askingOf, flightOf, NONSENSE } from '../../../test/support/asking.ts'
import { suitesOf } from './asking.ts'
import { askRobustness } from './robustness.ts'
import { TRIALS, type Trial } from './types.ts'

const LOST = { unasked: 'nonsense' }

describe('robustness', () => {
  const usual = { version: 0x0303, serverName: 'shop.test' }
  const offered = (length: number, type = 0xff77) => ({ more: [{ type, body: new Uint8Array(length) }] })
  const zeros = (length: number) => ({ more: [{ type: 21, body: { zeros: new Uint8Array(length) } }] })
  /** What stands in the hello of a trial, where TLS 1.3 and 1.2 are spoken. */
  const trials: Readonly<Record<Trial, object>> = {
    grease: { version: 0x0303, more: [{ body: new Uint8Array(0) }, { body: Uint8Array.of(0) }] },
    'unknown-extension': { ...usual, ...offered(16) },
    'empty-last-extension': { ...usual, ...offered(0) },
    'unknown-suites': { version: 0x0303, serverName: 'shop.test' },
    'big-hello': { ...usual, ...zeros(4_000) },
    'huge-hello': { ...usual, ...zeros(14_000) },
    'two-records': { ...usual, cut: 'records' },
    'tiny-record': { ...usual, cut: 'tiny' },
    'future-version': { ...usual, versions: [0x0305, 0x0304, 0x0303] },
    'future-legacy-version': { ...usual, version: 0x0399, versions: undefined },
    'no-name': { ...usual, serverName: undefined },
    'unknown-name': { ...usual, serverName: 'no-such-name.invalid' },
  }
  test('each trial is one hello; a refusal is a no, and what nobody can read is none', async () => {
    const asking = askingOf(['TLS 1.2', 'TLS 1.3'], ({ cut }) => (cut === 'tiny' ? NONSENSE : cut ? ALERT : flightOf()))
    expect(await askRobustness(asking)).toEqual({
      ...Object.fromEntries(TRIALS.map(trial => [trial, { offered: true }])),
      'two-records': { offered: false, by: 'alert 40' },
      'tiny-record': LOST,
    })
    expect(asking.specs).toMatchObject(TRIALS.map(trial => trials[trial]))
    const [grease, , , unknown, , , , , , , , plain] = asking.specs
    // Of both versions, each with suites of its own.
    expect([plain!.versions, plain!.suites.length, plain!.suites[0]]).toEqual([[0x0304, 0x0303], 39, 0x1301])
    const isGrease = (id: number | undefined) =>
      ((id ?? 0) & 0x0f0f) === 0x0a0a && (id ?? 0) >> 8 === ((id ?? 0) & 0xff)
    const { suites, groups, versions, more } = grease!
    expect([suites[0], groups?.[0], versions?.[0], more?.[0]?.type, more?.[1]?.type].map(isGrease)).toEqual(
      Array(5).fill(true),
    )
    expect([suites.slice(1), versions?.slice(1), more?.[0]?.type === more?.[1]?.type]).toEqual([
      plain!.suites,
      plain!.versions,
      false,
    ])
    expect(groups?.slice(1)).toEqual(plain!.groups)
    expect(unknown!.suites.slice(40)).toEqual(plain!.suites)
    expect(unknown!.suites.slice(0, 40)).toEqual(Array.from({ length: 40 }, (_, i) => 0xee00 + i))
  })
  test('who speaks less is asked less', async () => {
    const trying = async (...[spoken, more]: [Parameters<typeof askingOf>[0], object?]) => {
      const tried = await askRobustness({ ...askingOf(spoken, () => flightOf()), ...more })
      return TRIALS.filter(trial => !('offered' in tried[trial]))
    }
    expect(await trying([])).toEqual(TRIALS)
    expect(await trying(['TLS 1.3'])).toEqual(['future-legacy-version'])
    expect(await trying(['TLS 1.2'])).toEqual(['future-version'])
    expect(await trying(['TLS 1.1'])).toEqual(['future-version', 'future-legacy-version'])
    expect(await trying(['TLS 1.2', 'TLS 1.3'], { serverName: undefined })).toEqual(['no-name'])
    const alone = askingOf(['TLS 1.3'], () => flightOf())
    await askRobustness(alone)
    expect(alone.specs.at(-1)).toMatchObject({ versions: [0x0304], suites: suitesOf('TLS 1.3')[0] })
  })
})
