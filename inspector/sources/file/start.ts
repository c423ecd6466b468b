/** Starts the worker that reads captures: a file beside the page, or the script of the page itself where it is one file. */

export const startWorker = (): Worker => {
  if (!__ONE_FILE__) return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  // A page from a disk may start no module; what only modules have is of use where chunks are loaded, and here are none.
  const script = document.getElementById('script')?.textContent?.replaceAll('import.meta', '({})') ?? ''
  return new Worker(URL.createObjectURL(new Blob(['"use strict";', script], { type: 'text/javascript' })))
}
