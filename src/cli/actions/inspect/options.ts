/** What `barewire inspect` was asked for. */
import type { Grain } from '../../../inspect/index.ts'
import type { CommonOptions, WebOptions } from '../../command.ts'

export const GRAINS = [
  'frames',
  'packets',
  'segments',
  'records',
  'messages',
  'requests',
] as const satisfies readonly Grain[]

export interface InspectOptions extends CommonOptions, WebOptions {
  readonly layer?: Grain | undefined
  readonly filter?: string | undefined
  readonly message?: number | undefined
  readonly fields?: true | undefined
  readonly follow?: true | undefined
  readonly keys?: readonly string[] | undefined
  readonly privateKey?: readonly string[] | undefined
  readonly exportObjects?: string | undefined
  readonly asTest?: 'client' | 'server' | undefined
  readonly html?: string | undefined
  readonly output?: string | undefined
}
