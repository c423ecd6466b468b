/** What the first drawing of a run needs, found a piece at a time, so that a page answers in between. */
import type { Run } from './run.ts'
import { sceneOf } from './scene.ts'
import { troubleOf } from './trouble.ts'

/** Each step is one piece; what is found stays found (`sceneOf`, `troubleOf`). */
export function* preparing(run: Run): Generator<void> {
  const scene = sceneOf(run)
  yield
  troubleOf(scene)
  yield
  void scene.exchanges
  yield
  void scene.threads
}
