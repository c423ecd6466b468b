/** Where the page begins; as one file it is the worker's script too (`sources/file/start.ts`). */
import { render } from 'preact'
import { App } from './app.tsx'
import './style/tokens.css'
import './style/frame.css'
import './style/verdict.css'
import './style/ladder.css'
import './style/message.css'
import './style/try.css'
import './captures/captures.css'

if (__ONE_FILE__ && typeof document === 'undefined')
  void import('../sources/file/work.ts').then(({ beginWork }) => beginWork())
else render(<App />, document.getElementById('app')!)
