/**
 * One turn of the event loop, by messages to ourselves: timers in a page wait at least 4 ms, and a second in a tab that
 * nobody looks at.
 */

/** Chromium takes up to four tasks, which nobody can wait for, to give the body of a `Request` or `Response` as text. */
const TASKS = 8
/**
 * Firefox reads bodies on other threads, for as long as that takes: what was asked for before a body of our own has come
 * once that has come. Twice, because several threads read.
 */
const BODIES = 2

/** Whatever promises were waiting have settled when it is over, those of bodies that are being read too. */
export const nextTurn = async (): Promise<void> => {
  for (let i = 0; i < TASKS; i++) await nextTask()
  for (let i = 0; i < BODIES; i++) await new Response('-').text()
}

const nextTask = (): Promise<void> =>
  new Promise(resolve => {
    const { port1, port2 } = new MessageChannel()
    // Node's types leave out what its ports share with those of the web.
    Object.assign(port1, {
      onmessage: () => {
        port1.close()
        resolve()
      },
    })
    port2.postMessage(undefined)
  })
