/** The few signs of the page. Each stands beside words that say the same. */
import type { FunctionComponent } from 'preact'

/** Encrypted: shut where nobody here can read it, open where the keys are at hand. */
export const Lock: FunctionComponent<{ readonly open: boolean }> = ({ open }) => (
  <svg class="lock" viewBox="0 0 11 12" aria-hidden="true">
    <path
      d={open ? 'M2.5 5V3.2a2.6 2.6 0 0 1 5-1' : 'M3 5V3a2.5 2.5 0 0 1 5 0v2'}
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
    />
    <rect
      x="1"
      y="5"
      width="9"
      height="6.5"
      rx="1"
      fill={open ? 'none' : 'currentColor'}
      stroke="currentColor"
      stroke-width="1.2"
    />
  </svg>
)

/** Bytes that cannot be read, as wide as they are many. */
export const Grey: FunctionComponent<{ readonly bytes: number }> = ({ bytes }) => (
  <span
    class="grey-block"
    style={{ '--n': `${Math.round(Math.min(bytes, MOST_DRAWN) * 0.42)}px` }}
    aria-hidden="true"
  />
)
/** Octets behind which a block grows no more. */
const MOST_DRAWN = 1200
