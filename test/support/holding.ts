import type { World } from '../../src/net/stream/types.ts'

/** A world whose clients keep all but their first flight back, until it is let go. */
export const holding = (world: World) => {
  let flights = 0
  const held: (() => void)[] = []
  const { transport } = world
  const connecting: World['transport']['connect'] = async to => {
    const stream = await transport.connect(to)
    const write = stream.write.bind(stream)
    stream.write = pieces => {
      if (++flights === 1) return write(pieces)
      const copies = pieces.map(piece => piece.slice())
      held.push(() => void write(copies))
      return true
    }
    return stream
  }
  const lookUp = async () => ['127.0.0.1']
  const far: World = {
    ...world,
    transport: { lookUp, connect: connecting, listen: (...on) => transport.listen(...on) },
  }
  return { world: far, held }
}
