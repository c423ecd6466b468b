/** What both processes say to each other: one JSON object a line, bytes in base64. */
import type { Socket } from 'node:net'
import type { KeyElsewhere } from 'barewire'

export interface Asked {
  readonly id: number
  readonly algorithm: Parameters<KeyElsewhere['sign']>[1]
  /** Base64. */
  readonly message: string
}

export type Reply = { readonly id: number } & ({ readonly signature: string } | { readonly error: string })

/** What a server signs has some 200 bytes. */
const LONGEST_LINE = 4_096

/** Ends the conversation at a line that is too long or no object of JSON. */
export const readLines = <T extends object>(socket: Socket, each: (object: T) => void): void => {
  let begun = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    const lines = (begun + text).split('\n')
    begun = lines.pop() ?? ''
    for (const line of lines) {
      const object = line.length <= LONGEST_LINE ? parsed(line) : undefined
      if (object === undefined) {
        socket.destroy()
        return
      }
      each(object as T)
    }
    if (begun.length > LONGEST_LINE) socket.destroy()
  })
}

const parsed = (line: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
