/** What a trace means to people and programs: timeline, ladder, failure card, JSON. */
export { renderBeside } from './beside.ts'
export { type Digests, fingerprintsOf, type TlsChoice } from './choice.ts'
export { type FailureOptions, renderFailure } from './failure.ts'
export {
  type Detail,
  type Json,
  type JsonObject,
  jsonOf,
  jsonOfFailure,
  jsonOfField,
  jsonOfLeg,
  jsonOfTimeline,
  SCHEMA,
} from './json.ts'
export {
  type Grain,
  innerWidth,
  type Ladder,
  type LadderLine,
  type LadderOptions,
  ladder,
  ladderHead,
  ladderLine,
  ladderRow,
  renderLadder,
} from './ladder.ts'
export { type Leg, type LegsOptions, legs, renderLegs } from './legs.ts'
export { columnsOf, cut, lines, named, ours, type Shown, UNSAFE } from './shown.ts'
export { clip, legible, line, mark, type Piece, plain, type Style, type Tint, WIDEST, widthOf, wrap } from './style.ts'
export { type RowKey, type Timeline, type TimelineFacts, type TimelineRow, timeline } from './timeline.ts'
export { renderTimeline } from './timeline-text.ts'
export { whoIs } from './who.ts'
