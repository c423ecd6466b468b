/** Which packet, and which bit of it: for changes on the wire. */
import type { FunctionComponent } from 'preact'
import { useMemo } from 'preact/hooks'
import { type FrameSeen, framesOf } from '../../model/frames.ts'
import type { Run } from '../../model/run.ts'
import { type Change, isOnWire, type WireChange } from '../../runs/plan.ts'
import type { Words } from '../../words/index.ts'

interface WhereProps {
  readonly before: Run
  readonly change: Change
  readonly words: Words
  choose(change: Change): void
}

export const Place: FunctionComponent<WhereProps> = ({ before, change, words, choose }) => {
  const frames = useMemo(() => framesOf(before), [before])
  if (!isOnWire(change)) return null
  const { tryIt } = words
  const frame = frames[change.frame - 1]
  return (
    <div class="strikes">
      <label>
        <span>{tryIt.packet}</span>
        <select
          value={change.frame}
          onChange={event => choose(inFrame(change, frames[Number(event.currentTarget.value) - 1]!))}
        >
          {frames.map(each => (
            <option key={each.number} value={each.number}>
              {tryIt.packetOf(each.number, namesOf(each), each.message.direction === 'out')}
            </option>
          ))}
        </select>
      </label>
      {'bit' in change ? (
        <>
          <Amount
            label={tryIt.byte}
            value={change.byte}
            most={(frame?.message.bytes.length ?? 1) - 1}
            set={byte => choose({ ...change, byte })}
          />
          <Amount
            label={tryIt.bit}
            help={tryIt.bitHelp}
            value={change.bit}
            most={7}
            set={bit => choose({ ...change, bit })}
          />
        </>
      ) : null}
      {change.kind === 'delay' ? (
        <Amount label={tryIt.by} value={change.by} most={MOST_DELAY} set={by => choose({ ...change, by })} />
      ) : null}
    </div>
  )
}

/** As plans bound it. */
const MOST_DELAY = 60_000

const namesOf = ({ holds }: FrameSeen): string => holds.map(({ name }) => name).join(', ')

/** The same in another frame: of a shorter one the last byte. */
const inFrame = (change: WireChange, { number, message }: FrameSeen): Change =>
  'byte' in change
    ? { ...change, frame: number, byte: Math.min(change.byte, message.bytes.length - 1) }
    : { ...change, frame: number }

interface AmountProps {
  readonly label: string
  readonly help?: string | undefined
  readonly value: number
  readonly most: number
  set(value: number): void
}

const Amount: FunctionComponent<AmountProps> = ({ label, help, value, most, set }) => (
  <label title={help}>
    <span>{label}</span>
    <input
      class="entry"
      type="number"
      min={0}
      max={most}
      step={1}
      required
      value={value}
      onChange={event => {
        const { valueAsNumber } = event.currentTarget
        if (Number.isInteger(valueAsNumber) && valueAsNumber >= 0 && valueAsNumber <= most) set(valueAsNumber)
      }}
    />
  </label>
)
