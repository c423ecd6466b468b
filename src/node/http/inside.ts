/** What of Node's classes is relied on here that its manual has not: a Node without it is refused by name, not served wrongly. */
import { IncomingMessage as NodeMessage, ServerResponse as NodeResponse } from 'node:http'
import { Socket } from 'node:net'
import { notHere } from './errors.ts'

/** Throws for a Node that has them no more. */
export const checkInside = (): void => {
  const request = new NodeMessage(new Socket())
  const response = new NodeResponse(request)
  for (const [owner, name, object] of [
    ['IncomingMessage', '_addHeaderLines', request],
    ['ServerResponse', '_storeHeader', response],
    ['ServerResponse', '_header', response],
    ['ServerResponse', '_closed', response],
    ['ServerResponse', 'getRawHeaderNames', response],
  ] as const)
    if (!(name in object)) throw changed(`${owner}.${name}`, 'is not there')
}

/** For a name that is there and does something else. */
export const changed = (where: string, what: string): Error =>
  notHere(`Node ${process.versions.node}`, `${where} ${what}`)

const marks = Object.getOwnPropertySymbols(new NodeResponse(new NodeMessage(new Socket())))
const markOf = (description: string): symbol | undefined => marks.find(each => each.description === description)

/** What getters of Node's own answer from, in those Nodes that have no other way to tell. */
export const NEEDS_DRAIN = markOf('kNeedDrain')
export const WRITABLE_FINISHED = markOf('kWritableFinished')
