/**
 * Debian's Firefox without a window, by WebDriver BiDi over its own socket: playwright-core speaks BiDi too, but asks for
 * commands that this Firefox does not have (`emulation.setMediaFeaturesOverride`).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import type { Hand } from './hand.ts'

export const FIREFOX = process.env.BAREWIRE_FIREFOX ?? '/usr/bin/firefox-esr'

/** For test names. */
export const firefoxMissing: string = existsSync(FIREFOX) ? '' : ' (skipped: firefox-esr not installed)'

export interface Firefox extends Hand {
  open(address: string): Promise<void>
  resize(width: number, height: number): Promise<void>
  press(key: string): Promise<void>
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
  return {
    complaints,
    ...handIn(context, send),
    open: async url => void (await send('browsingContext.navigate', { context, url, wait: 'complete' })),
    resize: async (width, height) =>
      void (await send('browsingContext.setViewport', { context, viewport: { width, height } })),
    async press(key) {
      const actions = ['keyDown', 'keyUp'].map(type => ({ type, value: key }))
      await send('input.performActions', { context, actions: [{ type: 'key', id: 'keyboard', actions }] })
    },
    async close() {
      socket.close()
      program.kill()
      await ended
    },
  }
}

type Send = (method: string, params: object) => Promise<unknown>

interface Told {
  readonly type: 'success' | 'exception'
  readonly result?: { readonly value?: string }
  readonly exceptionDetails?: { readonly text: string }
}

const handIn = (context: string, send: Send): Hand => {
  // Told as JSON: values of BiDi have a form of their own.
  const told = async (expression: string): Promise<unknown> => {
    const asked = { expression: `(async () => JSON.stringify(await ${expression}))()`, target: { context } }
    const { type, result, exceptionDetails } = (await send('script.evaluate', { ...asked, awaitPromise: true })) as Told
    if (type === 'exception') throw new Error(exceptionDetails?.text)
    return result?.value === undefined ? undefined : JSON.parse(result.value)
  }
  const call = (work: unknown, argument: unknown): string => `(${work})(${JSON.stringify(argument) ?? ''})`
  const until = (expression: string): Promise<unknown> =>
    told(`new Promise((done, failed) => {
      const look = () => { try { ${expression} ? done() : setTimeout(look, 10) } catch (error) { failed(error) } }
      look()
    })`)
  /** Waits until it is there; `element` is what the expression calls it. */
  const having = async (selector: string, expression: string): Promise<unknown> => {
    const element = `document.querySelector(${JSON.stringify(selector)})`
    await until(`${element} !== null`)
    return told(`(element => ${expression})(${element})`)
  }
  const reference = async (selector: string): Promise<object> => {
    const locator = { type: 'css', value: selector }
    const { nodes } = (await send('browsingContext.locateNodes', { context, locator, maxNodeCount: 1 })) as {
      nodes: { sharedId: string }[]
    }
    return { sharedId: nodes[0]!.sharedId }
  }
  const click = async (selector: string): Promise<void> => {
    await having(selector, `void element.scrollIntoView({ block: 'center', behavior: 'instant' })`)
    const origin = { type: 'element', element: await reference(selector) }
    const button = { button: 0 }
    const actions = [
      { type: 'pointerMove', x: 0, y: 0, origin },
      { type: 'pointerDown', ...button },
      { type: 'pointerUp', ...button },
    ]
    await send('input.performActions', { context, actions: [{ type: 'pointer', id: 'mouse', actions }] })
  }
  return {
    evaluate: (work: unknown, argument?: unknown) => told(call(work, argument)) as Promise<never>,
    waitForFunction: (holds, argument) => until(call(holds, argument)),
    waitForSelector: selector => having(selector, 'undefined'),
    innerText: async selector => String(await having(selector, 'element.innerText')),
    getAttribute: async (selector, name) =>
      (await having(selector, `element.getAttribute('${name}')`)) as string | null,
    click,
    check: async selector => void (await having(selector, 'element.checked || element.click()')),
    fill: async (selector, text) =>
      void (await having(
        selector,
        `(element.value = ${JSON.stringify(text)}, element.dispatchEvent(new Event('input', { bubbles: true })))`,
      )),
    async setInputFiles(selector, path) {
      await having(selector, 'undefined')
      await send('input.setFiles', { context, element: await reference(selector), files: [path] })
    },
  }
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
