/** A tab that is loaded when it is first opened. */
import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Region, RegionProps } from '../state.ts'

export const later = (load: () => Promise<Region>): Region => {
  let loaded: Region | undefined
  const Later: FunctionComponent<RegionProps> = props => {
    const [Component, setComponent] = useState<Region | undefined>(() => loaded)
    useEffect(() => {
      if (Component !== undefined) return
      void load().then(region => {
        loaded = region
        setComponent(() => region)
      })
    }, [Component])
    return Component === undefined ? (
      <p class="note" role="status">
        {props.words.tabs.working}
      </p>
    ) : (
      <Component {...props} />
    )
  }
  return Later
}
