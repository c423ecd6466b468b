/** What is in a folder, as a page: names that are text and nothing else, in light and dark, without a script. */
import type { Millis } from '../../engine.ts'

/** What is in a folder, as far as it is to be seen. */
export interface Listed {
  readonly files: readonly ListedFile[]
  /** How many there are besides. */
  readonly left: number
}
export interface ListedFile {
  readonly name: string
  readonly kind: 'file' | 'folder'
  /** Bytes; of a folder no matter. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly modified: Millis
}

/** Fields of such a page. Whatever a file is called, nothing in it runs. */
export const LISTING_FIELDS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** `names` lead to the folder from the root; folders come first, then by name, numbers by their value. */
export const listingPage = (names: readonly string[], { files, left }: Listed): string => {
  const path = shown(`/${names.map(name => `${name}/`).join('')}`)
  const up = names.length === 0 ? '' : '<tr><td><a href="../">../</a><td><td>\n'
  const rows = [...files].sort(inOrder).map(rowOf).join('')
  const more = left === 0 ? '' : `<p>${left} more are not shown.\n`
  const none = files.length === 0 && left === 0 ? '<p>Nothing is in here.\n' : ''
  return `${HEAD}<title>${path}</title>
<style>${STYLE}</style>
<h1><bdi>${path}</bdi></h1>
<table>
<thead><tr><th scope="col">name<th scope="col">size<th scope="col">changed (UTC)
<tbody>
${up}${rows}</table>
${more}${none}`
}

const HEAD = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
`

/** Colours are those of the system, which knows whether it is dark. */
const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
h1 { font-size: 1.25rem; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
th { font-weight: normal; opacity: .75; text-align: left }
th, td { padding: .2rem 1rem .2rem 0; vertical-align: top }
td:first-child { overflow-wrap: anywhere }
th:nth-child(2), td:nth-child(2) { text-align: right }
td:nth-child(2), td:nth-child(3) { font-variant-numeric: tabular-nums; white-space: nowrap }
tbody tr:hover { background: color-mix(in srgb, CanvasText 8%, Canvas) }
`

const rowOf = ({ name, kind, size, modified }: ListedFile): string => {
  const slash = kind === 'folder' ? '/' : ''
  // With ./ in front nothing that a file may be called is a scheme or another host.
  const href = `./${encodeURIComponent(name)}${slash}`
  const amount = kind === 'folder' ? '' : sizeText(size)
  return `<tr><td><a href="${escaped(href)}"><bdi>${shown(name)}</bdi>${slash}</a><td>${amount}<td>${timeText(modified)}\n`
}

const byName = new Intl.Collator('en', { numeric: true })
const inOrder = (a: ListedFile, b: ListedFile): number => {
  if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1
  return byName.compare(a.name, b.name) || (a.name < b.name ? -1 : 1)
}

const sizeText = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3))
  const amount = bytes / 1000 ** power
  return `${amount.toFixed(amount < 10 ? 1 : 0)} ${['', 'kB', 'MB', 'GB', 'TB'][power]}`
}

/** `2026-11-20 12:00`; a date that no calendar has is none. */
const timeText = (time: Millis): string => {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 16).replace('T', ' ')
}

/** Control characters, and marks that turn the direction of writing, are shown as what they are not. */
const shown = (text: string): string =>
  escaped(text.replace(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd'))

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, character => ESCAPES[character]!)
