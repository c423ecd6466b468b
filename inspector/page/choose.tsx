/** One of a few words: radio buttons on a line, a select where there is little room. */
import type { FunctionComponent } from 'preact'

export interface ChooseProps {
  /** Of the group in the document. */
  readonly name: string
  readonly legend: string
  readonly options: readonly (readonly [value: string, text: string])[]
  readonly value: string
  readonly onChoose: (value: string) => void
}

export const Choose: FunctionComponent<ChooseProps> = ({ name, legend, options, value, onChoose }) => (
  <>
    <fieldset class="choose">
      <legend>{legend}</legend>
      {options.map(([each, text]) => (
        <label key={each} class="option">
          <input type="radio" name={name} value={each} checked={each === value} onChange={() => onChoose(each)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
    <label class="choose-narrow">
      {legend}
      <select value={value} onChange={event => onChoose(event.currentTarget.value)}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  </>
)
