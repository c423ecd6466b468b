/** Exchanges of the engines in the page. The same plan gives the same run, to the last byte. */
export { type Plan, planText, readPlan } from './plan.ts'
export { play } from './play.ts'
