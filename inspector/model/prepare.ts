/** What the first drawing of a run needs, found a piece at a time, so that a page answers in between. */
import type { Pieces } from '../../src/inspect/pieces.ts'
import { barOf } from './bar.ts'
import { countsOf } from './checks/counts.ts'
import { liesIn } from './rows.ts'
import type { Run } from './run.ts'
import { sceneInPieces } from './scene.ts'
import { chosenAtFirst, type Look, ladderInPieces } from './shown.ts'
import { troubleOf } from './trouble.ts'

/** What is found stays found: `look` is the ladder that is drawn first. */
export function* preparing(run: Run, look: Look): Pieces<void> {
  const scene = yield* sceneInPieces(run)
  yield
  troubleOf(scene)
  yield
  void scene.exchanges
  yield
  void scene.threads
  yield
  barOf(scene)
  yield
  countsOf(run)
  yield
  yield* ladderInPieces(scene, look)
  yield
  const first = scene.own[0]
  // Who asks of one has the index of all.
  if (first !== undefined) liesIn(scene).around(first)
  yield
  chosenAtFirst(scene)
}
