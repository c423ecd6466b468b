/** How much of an answer had arrived when it was cut, in Chinese. */
import type { Told } from '../steps.ts'
import { text } from './text.ts'

export const arrived = ({ context }: Told): string => {
  const { status, received, announced } = context ?? {}
  if (status === undefined) return ''
  const body = announced === undefined ? text`${received ?? 0}字节` : text`${announced}字节中的${received ?? 0}字节`
  return text`此前已收到状态为${status}的响应头，以及正文的${body}。`
}
