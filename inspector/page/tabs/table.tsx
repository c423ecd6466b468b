/** A table that scrolls by itself where the page is too narrow for it. */
import type { ComponentChildren, FunctionComponent } from 'preact'
import './table.css'

export interface TableProps {
  readonly label: string
  readonly class?: string
  /** How many rows it has with its head, where not all of them are there. */
  readonly rows?: number | undefined
  readonly children: ComponentChildren
}

export const Table: FunctionComponent<TableProps> = ({ label, class: name, rows, children }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with keys
  <section class="table-box" tabIndex={0} aria-label={label}>
    <table class={name} aria-rowcount={rows}>
      {children}
    </table>
  </section>
)
