/** What a trace means to people and programs: timeline, ladder, failure card, JSON. */
export { type FailureOptions, renderFailure } from './failure.ts'
export {
  type Detail,
  type Json,
  type JsonObject,
  jsonOf,
  jsonOfFailure,
  jsonOfField,
  jsonOfTimeline,
  SCHEMA,
} from './json.ts'
export { type Grain, type Ladder, type LadderLine, type LadderOptions, ladder, renderLadder } from './ladder.ts'
export { legible, plain, type Style, type Tint, WIDEST, wrap } from './style.ts'
export { type RowKey, type Timeline, type TimelineFacts, type TimelineRow, timeline } from './timeline.ts'
export { renderTimeline } from './timeline-text.ts'
