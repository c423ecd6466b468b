/** How this command line was started, so that what is offered to be typed works as it stands. */
import type { Io } from './io.ts'

/** `barewire`, or `npm start --` in a clone where there is no such command. */
export const invocation = (env: Io['env']): string =>
  env.npm_lifecycle_event === 'start' ? 'npm start --' : 'barewire'

/** A command as the registry and the help know it (`barewire get …`), as it has to be typed here. */
export const typed = (text: string, env: Io['env']): string => {
  if (invocation(env) === 'barewire') return text
  // Inside $(…) npm must not say what it runs.
  return text.replaceAll('$(barewire ', '$(npm start -s -- ').replace(/^barewire /, 'npm start -- ')
}
