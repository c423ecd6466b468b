/** Whether frames can be captured where the tests run. */
import { FailureError } from '../../src/failures/index.ts'
import { openPacketSocket } from '../../src/node/packets.ts'

/** For test names: why frames cannot be captured here; undefined where they can. */
export const cannotCapture = async (): Promise<string | undefined> => {
  try {
    const socket = await openPacketSocket('lo')
    socket.close()
    return undefined
  } catch (error) {
    const code = error instanceof FailureError ? error.failure.code : undefined
    if (code === 'capture/not-allowed') return 'needs the right to capture'
    if (code === 'capture/not-supported') return 'Linux with koffi not installed'
    throw error
  }
}
