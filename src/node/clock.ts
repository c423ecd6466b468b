/** The real clock: Node has the one of the web. */
export { systemClock } from '../web/clock.ts'
