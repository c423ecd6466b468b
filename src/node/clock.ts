/** The real clock: that of the web, and what only Node can, timers that no process lives on for. */
import type { Clock } from '../clock.ts'
import { laterBy, systemClock as webClock } from '../web/clock.ts'

/** Its timers keep no process alive: what they wait for does, or nobody does. */
export const unheldClock: Clock = { ...webClock, later: laterBy(timer => timer.unref()) }

export const systemClock: Clock = { ...webClock, unheld: unheldClock }
