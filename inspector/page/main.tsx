/** Where the page begins. */
import { render } from 'preact'
import { App } from './app.tsx'
import './style/tokens.css'
import './style/frame.css'
import './style/verdict.css'
import './style/ladder.css'
import './style/message.css'
import './style/try.css'

render(<App />, document.getElementById('app')!)
