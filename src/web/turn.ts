/**
 * One turn of the event loop, by a message to ourselves: timers in a page wait at least 4 ms, and a second in a tab that
 * nobody looks at.
 */
export const nextTurn = (): Promise<void> =>
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
