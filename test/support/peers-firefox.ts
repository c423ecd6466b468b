/**
 * Debian's Firefox without a window, by WebDriver BiDi over its own socket: playwright-core speaks BiDi too, but asks for
 * commands that this Firefox does not have (`emulation.setMediaFeaturesOverride`).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocket } from 'ws'

export const FIREFOX = process.env.BAREWIRE_FIREFOX ?? '/usr/bin/firefox-esr'

/** For test names. */
export const firefoxMissing: string = existsSync(FIREFOX) ? '' : ' (skipped: firefox-esr not installed)'

export interface Firefox {
  open(address: string): Promise<void>
  resize(width: number, height: number): Promise<void>
  /** What an expression comes to in the page, as JSON has it. Rejects with what it throws. */
  value(expression: string): Promise<unknown>
  /** Resolves as soon as an expression is true in the page. */
  until(expression: string): Promise<void>
  press(key: string): Promise<void>
  /** A picture of all of the page, PNG. */
  picture(): Promise<Uint8Array>
  /** What the page said on its console, and threw. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

/** `home` is a folder of its own. */
export const startFirefox = async (home: string): Promise<Firefox> => {
  const profile = join(home, 'profile')
  mkdirSync(profile, { recursive: true })
  const program = spawn(
    FIREFOX,
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: home, MOZ_CRASHREPORTER_DISABLE: '1' } },
  )
  const ended = new Promise<void>(done => program.once('exit', () => done()))
  const socket = new WebSocket(`${await listening(program)}/session`)
  socket.setMaxListeners(0)
  await new Promise((opened, failed) => socket.once('open', opened).once('error', failed))
  const complaints: string[] = []
  const send = commands(socket, complaints)
  await send('session.new', { capabilities: {} })
  await send('session.subscribe', { events: ['log.entryAdded'] })
  const { contexts } = (await send('browsingContext.getTree', {})) as { contexts: { context: string }[] }
  const context = contexts[0]!.context
  const value = async (expression: string): Promise<unknown> => {
    // What is not a string is told as JSON: values of BiDi have a form of their own.
    const asked = { expression: `(async () => JSON.stringify(await (${expression})))()`, target: { context } }
    const told = (await send('script.evaluate', { ...asked, awaitPromise: true })) as Told
    if (told.type === 'exception') throw new Error(told.exceptionDetails?.text)
    return told.result?.value === undefined ? undefined : JSON.parse(told.result.value)
  }
  return {
    complaints,
    value,
    open: async url => void (await send('browsingContext.navigate', { context, url, wait: 'complete' })),
    resize: async (width, height) =>
      void (await send('browsingContext.setViewport', { context, viewport: { width, height } })),
    until: async expression =>
      void (await value(
        `new Promise(done => { const look = () => (${expression}) ? done(true) : setTimeout(look, 10); look() })`,
      )),
    async press(key) {
      const actions = ['keyDown', 'keyUp'].map(type => ({ type, value: key }))
      await send('input.performActions', { context, actions: [{ type: 'key', id: 'keyboard', actions }] })
    },
    async picture() {
      const { data } = (await send('browsingContext.captureScreenshot', { context, origin: 'document' })) as {
        data: string
      }
      return Buffer.from(data, 'base64')
    },
    async close() {
      socket.close()
      program.kill()
      await ended
    },
  }
}

interface Told {
  readonly type: 'success' | 'exception'
  readonly result?: { readonly value?: string }
  readonly exceptionDetails?: { readonly text: string }
}

/** Where it listens: it says so as soon as it does. */
const listening = (program: ChildProcess): Promise<string> =>
  new Promise((found, failed) => {
    let said = ''
    program.once('exit', () => failed(new Error(`Firefox ended: ${said}`)))
    program.once('error', failed)
    program.stderr!.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said)?.[1]
      if (address !== undefined) found(address)
    })
  })

interface Message {
  readonly id?: number
  readonly type: 'success' | 'error' | 'event'
  readonly result?: unknown
  readonly error?: string
  readonly message?: string
  readonly params?: { readonly text?: string }
}

const commands = (socket: WebSocket, complaints: string[]) => {
  const waiting = new Map<number, (message: Message) => void>()
  socket.on('message', data => {
    const message = JSON.parse(String(data)) as Message
    if (message.type === 'event') complaints.push(message.params?.text ?? '')
    else waiting.get(message.id!)?.(message)
  })
  let last = 0
  return (method: string, params: object): Promise<unknown> =>
    new Promise((done, failed) => {
      const id = ++last
      waiting.set(id, ({ type, result, error, message }) => {
        waiting.delete(id)
        if (type === 'success') done(result)
        else failed(new Error(`${method}: ${error}, ${message}`))
      })
      socket.once('close', () => failed(new Error(`${method}: Firefox is gone`)))
      socket.send(JSON.stringify({ id, method, params }))
    })
}
