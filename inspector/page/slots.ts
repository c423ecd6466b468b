/** What is beside the exchange, where it is there. */
import type { FunctionComponent } from 'preact'
import type { Words } from '../words/index.ts'
import { Lessons } from './lessons/lessons.tsx'
import type { State } from './state.ts'

export interface PageProps {
  readonly state: State
  readonly words: Words
}

/** The lessons; without a component they are not named. */
export const lessons: FunctionComponent<PageProps> | undefined = Lessons
