/**
 * Two forms of the page from one source: a folder of files for any server, and one file that needs none. `npx vite
 * inspector` serves it while it is worked on.
 */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { defineConfig, type InlineConfig, type Plugin } from 'vite'

const root = fileURLToPath(new URL('.', import.meta.url))

/** `index.html` and what it loads, all by relative paths; `one-file.html`, whose scripts and style are inside. */
export type Form = 'folder' | 'one file'

/** Nothing from elsewhere, no inline script or style besides those whose digests are here. */
const policy = (): Plugin => ({
  name: 'policy',
  enforce: 'post',
  transformIndexHtml: {
    order: 'post',
    handler: html => withPolicy(html, { script: "'self'", style: "'self'", worker: "'self'" }),
  },
})

interface Allowed {
  readonly script: string
  readonly style: string
  readonly worker: string
}

const withPolicy = (html: string, { script, style, worker }: Allowed): string =>
  html.replace(
    '<meta charset="utf-8" />',
    `$&\n    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${script}; style-src ${style}; img-src data:; connect-src 'self'; worker-src ${worker}; base-uri 'none'; form-action 'none'" />`,
  )

/** Puts the script and the style of the build into its page. */
const inlined = (): Plugin => ({
  name: 'inlined',
  enforce: 'post',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const files = Object.values(bundle)
      const page = files.find(file => file.fileName === 'index.html')
      const script = files.filter(file => file.type === 'chunk').find(file => file.isEntry)
      const style = files.find(file => file.fileName.endsWith('.css'))
      if (page?.type !== 'asset' || script === undefined || style?.type !== 'asset')
        throw new Error('nothing to put in')
      // Neither may end, in the eyes of a browser that looks for the end of an element.
      const code = script.code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
      const css = String(style.source)
      const html = String(page.source)
        .replace(/ *<script type="module"[^>]*><\/script>\n/, '')
        .replace(/ *<link rel="stylesheet"[^>]*>\n/, () => `    <style>${css}</style>\n`)
        .replace('</body>', () => `<script type="module" id="script">${code}</script>\n  </body>`)
      page.source = withPolicy(html, { script: digest(code), style: digest(css), worker: 'blob:' }).replace(
        "connect-src 'self'; ",
        '',
      )
      page.fileName = 'one-file.html'
      // The worker is the same script (`sources/file/start.ts`).
      for (const { fileName } of files) if (fileName !== 'one-file.html') delete bundle[fileName]
    },
  },
})

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

export const configOf = (form: Form): InlineConfig => ({
  root,
  base: './',
  configFile: false,
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: form === 'folder' ? [policy()] : [inlined()],
  define: { __ONE_FILE__: String(form === 'one file') },
  worker: { format: 'es' },
  build: {
    outDir: '../dist/inspector',
    emptyOutDir: form === 'folder',
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    ...(form === 'one file' ? { cssCodeSplit: false, rolldownOptions: { output: { codeSplitting: false } } } : {}),
  },
})

export default defineConfig(configOf('folder'))
