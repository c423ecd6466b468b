/** Which lessons there are, in their order: names alone, so that a page can list them before it has any of them. */
export const CHAPTERS = [
  { id: 'wire', lessons: ['wrapping', 'pieces', 'switching', 'damage'] },
  { id: 'finding', lessons: ['arp', 'dns', 'routes'] },
  { id: 'connection', lessons: ['old-syn', 'closing', 'loss'] },
  { id: 'clear', lessons: ['eavesdropper', 'altered', 'stripped'] },
  { id: 'secrets', lessons: ['caesar', 'xor', 'blocks', 'paint', 'agreement', 'rsa', 'swapped'] },
  { id: 'certificates', lessons: ['digest', 'signature', 'certificate', 'chain'] },
  { id: 'tls12', lessons: ['rsa-exchange', 'ecdhe', 'finished', 'false-start', 'resumption'] },
  { id: 'tls13', lessons: ['one-trip', 'unseen', 'retry', 'schedule', 'early'] },
  { id: 'cookies', lessons: ['session', 'stolen', 'scope', 'fixation', 'leaving'] },
  { id: 'capture', lessons: ['file', 'reading'] },
] as const satisfies readonly Chapter[]

export interface Chapter {
  readonly id: string
  readonly lessons: readonly string[]
}

export type ChapterId = (typeof CHAPTERS)[number]['id']
export type LessonId = (typeof CHAPTERS)[number]['lessons'][number]
