/** How an answer is checked: by running the lesson again and looking. */
import type { Choice, Lesson, Names, Scene, Stage } from './lesson.ts'

export interface Checked<N extends Names = Names> {
  readonly right: boolean
  /** The answer as the words name it. */
  readonly choice: N['choice']
  /** The run that shows it, the change that was made in it, and the step to go to. */
  readonly scene: Scene<N>
  readonly change: N['change']
  readonly see: N['step']
}

/** The run whose facts the question names. */
export const askedAbout = <N extends Names>({ question, changes }: Lesson<N>): N['change'] =>
  question.kind === 'writing' ? question.change : (question.about ?? changes[0])

/** All runs of a lesson: those to choose, and those that only answers lead to. */
export const runsOf = <N extends Names>(lesson: Lesson<N>): readonly N['change'][] => {
  const { changes, question } = lesson
  const led = question.kind === 'writing' ? [question.change] : question.choices.map(({ change }) => change)
  return [...new Set([...changes, askedAbout(lesson), ...led])]
}

/** `given`: the name of a choice, or what the reader wrote. Undefined where it is neither. */
export const check = async <N extends Names>(
  lesson: Lesson<N>,
  stage: Stage,
  seed: number,
  given: string,
): Promise<Checked<N> | undefined> => {
  const { question } = lesson
  if (question.kind === 'choosing') {
    const choice = question.choices.find(each => each.name === given)
    return choice && checkChoice(lesson, stage, seed, choice)
  }
  const { change, see } = question
  const scene = await lesson.play(stage, { seed, change })
  const right = readAnswer(given) === readAnswer(question.answer(scene))
  return { right, choice: right ? 'right' : 'wrong', scene, change, see }
}

const checkChoice = async <N extends Names>(
  lesson: Lesson<N>,
  stage: Stage,
  seed: number,
  { name, change, see, holds }: Choice<N>,
): Promise<Checked<N>> => {
  const scene = await lesson.play(stage, { seed, change })
  return { right: holds(scene), choice: name, scene, change, see }
}

/** Small and capital letters, spaces and leading zeros do not matter. */
const readAnswer = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[\s,]+/g, '')
    .replace(/^0+(?=\d)/, '')
