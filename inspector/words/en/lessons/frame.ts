/** What stands around the lessons. */
import type { ChapterId } from '../../../lessons/chapters.ts'

const chapters: Readonly<Record<ChapterId, string>> = {
  wire: 'Messages on a wire',
  finding: 'Finding the other',
  connection: 'The connection',
  clear: 'HTTP in the clear',
  secrets: 'Secrets',
  certificates: 'Certificates',
  tls12: 'TLS 1.2',
  tls13: 'TLS 1.3',
  cookies: 'Cookies and sessions',
  capture: 'Capture it yourself',
}

export const frame = {
  chapters: 'Chapters',
  chapter: chapters,
  back: 'Step back',
  next: 'Next step',
  start: 'From the start',
  step: (step: number, of: number) => `Step ${step} of ${of}`,
  steps: 'Steps',
  changes: 'The run',
  seed: (seed: number) => `Run ${seed}`,
  another: 'Another run',
  note: 'This is a run of the engines in this page. Another run has other numbers everywhere.',
  question: 'One question',
  check: 'Check by running it',
  yours: 'Your answer',
  checking: 'Running …',
  right: 'Yes.',
  wrong: 'No.',
  playing: 'The engines are playing it …',
  loading: 'The lessons are being fetched …',
  broken: 'This run could not be played',
  save: (name: string) => `Save ${name}`,
  nextLesson: 'Next:',
  bytes: 'Bytes',
  fields: 'Fields',
  more: (count: number) => `${count} bytes more`,
}
