/** A picture with 8 bits for red, green and blue as one with a palette of 256 colours (PNG, third edition). */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = 8
const COLOURS = 256

interface Pixels {
  readonly width: number
  readonly height: number
  /** Three bytes each, from the left upper corner. */
  readonly rgb: Uint8Array
}

/** Each colour becomes the nearest of the palette. */
export const withPalette = (png: Uint8Array): Uint8Array => {
  const { width, height, rgb } = pixelsOf(png)
  const counts = new Map<number, number>()
  for (let at = 0; at < rgb.length; at += 3) {
    const colour = colourAt(rgb, at)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const palette = paletteOf(counts)
  const places = new Map(palette.map((colour, place) => [colour, place]))
  const placeOf = (colour: number): number => {
    const known = places.get(colour)
    if (known !== undefined) return known
    const place = nearest(palette, colour)
    places.set(colour, place)
    return place
  }
  // Each line begins with its filter: none.
  const lines = new Uint8Array(height * (width + 1))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = placeOf(colourAt(rgb, (y * width + x) * 3))
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3], 8)
  return Buffer.concat([
    png.subarray(0, SIGNATURE),
    chunk('IHDR', head),
    chunk('PLTE', Uint8Array.from(palette.flatMap(colour => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', new Uint8Array()),
  ])
}

const colourAt = (rgb: Uint8Array, at: number): number => (rgb[at]! << 16) | (rgb[at + 1]! << 8) | rgb[at + 2]!

/** The commonest colour, then always the one that is worst served: by how far it is from those, and how often it is there. */
const paletteOf = (counts: ReadonlyMap<number, number>): number[] => {
  const left = [...counts].sort((a, b) => b[1] - a[1]).map(([colour, count]) => ({ colour, count, far: FARTHEST }))
  const palette: number[] = []
  while (palette.length < COLOURS) {
    const worst = left.reduce((one, other) => (badness(other) > badness(one) ? other : one))
    if (worst.far === 0) break
    palette.push(worst.colour)
    for (const each of left) each.far = Math.min(each.far, distance(each.colour, worst.colour))
  }
  return palette
}

const FARTHEST = 3 * 256 ** 2
const badness = ({ far, count }: { readonly far: number; readonly count: number }): number => far * Math.sqrt(count)

const distance = (one: number, other: number): number =>
  [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0)

const nearest = (palette: readonly number[], colour: number): number => {
  let [best, least] = [0, FARTHEST]
  for (const [place, other] of palette.entries()) {
    const far = distance(colour, other)
    if (far < least) [best, least] = [place, far]
  }
  return best
}

const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const whole = Buffer.alloc(data.length + 12)
  whole.writeUInt32BE(data.length, 0)
  whole.write(type, 4, 'latin1')
  whole.set(data, 8)
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length)
  return whole
}

/** Throws RangeError for anything but what Chromium writes: 8 bits, red, green, blue, not interlaced. */
const pixelsOf = (png: Uint8Array): Pixels => {
  const file = Buffer.from(png)
  const parts: Uint8Array[] = []
  let [width, height] = [0, 0]
  for (let at = SIGNATURE; at < file.length; ) {
    const [size, type] = [file.readUInt32BE(at), file.toString('latin1', at + 4, at + 8)]
    const data = file.subarray(at + 8, at + 8 + size)
    if (type === 'IHDR') {
      ;[width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)]
      if (data[8] !== 8 || data[9] !== 2 || data[12] !== 0) throw new RangeError('not a picture as Chromium writes it')
    }
    if (type === 'IDAT') parts.push(data)
    at += size + 12
  }
  return { width, height, rgb: unfiltered(inflateSync(Buffer.concat(parts)), width * 3, height) }
}

/** Section 9: each byte was written as its difference from those at its left, above, and above at the left. */
const unfiltered = (lines: Uint8Array, wide: number, height: number): Uint8Array => {
  const rgb = new Uint8Array(wide * height)
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (wide + 1)]!
    for (let x = 0; x < wide; x++) {
      const left = x < 3 ? 0 : rgb[y * wide + x - 3]!
      const above = y === 0 ? 0 : rgb[(y - 1) * wide + x]!
      const corner = x < 3 || y === 0 ? 0 : rgb[(y - 1) * wide + x - 3]!
      const guesses = [0, left, above, (left + above) >> 1, paeth(left, above, corner)]
      rgb[y * wide + x] = lines[y * (wide + 1) + 1 + x]! + guesses[filter]!
    }
  }
  return rgb
}

const paeth = (left: number, above: number, corner: number): number => {
  const guess = left + above - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? above : corner
}
