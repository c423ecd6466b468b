/** How much of an answer had arrived when it was cut: the end of a sentence, or nothing where nothing is known. */
import type { Told } from '../steps.ts'

export const arrived = ({ context }: Told): string => {
  const { status, received, announced } = context ?? {}
  if (status === undefined) return ''
  const body =
    announced === undefined
      ? `${received ?? 0} bytes of its body`
      : `${received ?? 0} of ${announced} bytes of its body`
  return ` The answer ${status} and ${body} had come.`
}
