/** One turn of the event loop: whatever promises were waiting have settled when it is over. */
export const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
