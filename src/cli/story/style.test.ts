import { expect, test } from 'vitest'
import { captured } from '../../../test/support/peers-io.ts'
import { styleFor } from './style.ts'

/** Ground, then the colours 32 to 36 and 91 to 96, of themes as they are installed. */
const THEMES: Readonly<Record<string, readonly string[]>> = {
  xterm: [
    '000000',
    '00cd00',
    'cdcd00',
    '0000ee',
    'cd00cd',
    '00cdcd',
    'ff0000',
    '00ff00',
    'ffff00',
    '5c5cff',
    'ff00ff',
    '00ffff',
  ],
  'VS Code dark': [
    '1e1e1e',
    '0dbc79',
    'e5e510',
    '2472c8',
    'bc3fbc',
    '11a8cd',
    'f14c4c',
    '23d18b',
    'f5f543',
    '3b8eea',
    'd670d6',
    '29b8db',
  ],
  'VS Code light': [
    'ffffff',
    '00bc00',
    '949800',
    '0451a5',
    'bc05bc',
    '0598bc',
    'cd3131',
    '14ce14',
    'b5ba00',
    '0451a5',
    'bc05bc',
    '0598bc',
  ],
  'Solarized dark': [
    '002b36',
    '859900',
    'b58900',
    '268bd2',
    'd33682',
    '2aa198',
    'cb4b16',
    '586e75',
    '657b83',
    '839496',
    '6c71c4',
    '93a1a1',
  ],
  'Solarized light': [
    'fdf6e3',
    '859900',
    'b58900',
    '268bd2',
    'd33682',
    '2aa198',
    'cb4b16',
    '586e75',
    '657b83',
    '839496',
    '6c71c4',
    '93a1a1',
  ],
  'GNOME dark': [
    '171421',
    '26a269',
    'a2734c',
    '12488b',
    'a347ba',
    '2aa1b3',
    'f66151',
    '33d17a',
    'e9ad0c',
    '2a7bde',
    'c061cb',
    '33c7de',
  ],
  'GNOME light': [
    'ffffff',
    '26a269',
    'a2734c',
    '12488b',
    'a347ba',
    '2aa1b3',
    'f66151',
    '33d17a',
    'e9ad0c',
    '2a7bde',
    'c061cb',
    '33c7de',
  ],
  'macOS dark': [
    '000000',
    '00a600',
    '999900',
    '0000b2',
    'b200b2',
    '00a6b2',
    'e50000',
    '00d900',
    'e5e500',
    '0000ff',
    'e500e5',
    '00e5e5',
  ],
  'macOS light': [
    'ffffff',
    '00a600',
    '999900',
    '0000b2',
    'b200b2',
    '00a6b2',
    'e50000',
    '00d900',
    'e5e500',
    '0000ff',
    'e500e5',
    '00e5e5',
  ],
  'Windows Campbell': [
    '0c0c0c',
    '13a10e',
    'c19c00',
    '0037da',
    '881798',
    '3a96dd',
    'e74856',
    '16c60c',
    'f9f1a5',
    '3b78ff',
    'b4009e',
    '61d6d6',
  ],
}
const CODES = [32, 33, 34, 35, 36, 91, 92, 93, 94, 95, 96]

/** WCAG 2.2, relative luminance and contrast ratio. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [0, 2, 4]
    .map(at => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

const { colour } = styleFor(captured({ terminal: 80 }).err, {}, { color: 'always' })

test('words are in the colour that the theme has for words, so that they can be read everywhere', () => {
  for (const [tint, paint] of Object.entries(colour))
    expect(paint('200 OK'), tint).toBe(tint === 'quiet' ? '200 OK' : '\u001b[1m200 OK\u001b[0m')
})

/** Ground, words, and bold words where they have a colour of their own, of the palettes as their makers give them. */
const WORDS: Readonly<Record<string, readonly [ground: string, words: string, bold?: string]>> = {
  'xterm, white on black': ['000000', 'e5e5e5'],
  'xterm, black on white': ['ffffff', '000000'],
  'VS Code dark': ['1e1e1e', 'cccccc'],
  'VS Code light': ['ffffff', '333333'],
  'Solarized dark': ['002b36', '839496', '93a1a1'],
  'Solarized light': ['fdf6e3', '657b83', '586e75'],
}

test('labels, which are bold, have a contrast of 4.5:1 and more in the palettes of xterm, VS Code and Solarized', () => {
  const labels = Object.entries(colour).filter(([tint]) => tint !== 'quiet')
  expect(labels.map(([, paint]) => paint('TLS 1.3'))).toEqual(Array(5).fill('\u001b[1mTLS 1.3\u001b[0m'))
  for (const [theme, [ground, words, bold = words]] of Object.entries(WORDS))
    expect(contrast(ground, bold), theme).toBeGreaterThanOrEqual(4.5)
})

test('bars, arrows and marks stand out against the ground of every common theme', () => {
  for (const [tint, paint] of Object.entries(colour)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences are what is looked at
    const [, code] = /^\u001b\[(\d+)m███\u001b\[0m$/.exec(paint('███')) ?? []
    if (tint === 'quiet') continue
    for (const [theme, [ground = '', ...colours]] of Object.entries(THEMES)) {
      const shown = colours[CODES.indexOf(Number(code))]
      expect(shown, `${tint} is colour ${code}`).toBeDefined()
      expect(contrast(ground, shown!), `${tint} on ${theme}`).toBeGreaterThan(2.85)
    }
  }
})

test('without colour there are no sequences at all', () => {
  const { colour: none } = styleFor(captured({ terminal: 80 }).err, { NO_COLOR: '1' }, { color: 'auto' })
  for (const paint of Object.values(none)) expect(paint('a █')).toBe('a █')
})
