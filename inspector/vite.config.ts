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
const policy = (script: string, style: string): Plugin => ({
  name: 'policy',
  enforce: 'post',
  transformIndexHtml: {
    order: 'post',
    handler: html => withPolicy(html, script, style),
  },
})

const withPolicy = (html: string, script: string, style: string): string =>
  html.replace(
    '<meta charset="utf-8" />',
    `$&\n    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${script}; style-src ${style}; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'" />`,
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
      const script = files.find(file => file.type === 'chunk')
      const style = files.find(file => file.fileName.endsWith('.css'))
      if (page?.type !== 'asset' || script === undefined || style?.type !== 'asset')
        throw new Error('nothing to put in')
      // Neither may end, in the eyes of a browser that looks for the end of an element.
      const code = script.code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
      const css = String(style.source)
      const html = String(page.source)
        .replace(/ *<script type="module"[^>]*><\/script>\n/, '')
        .replace(/ *<link rel="stylesheet"[^>]*>\n/, () => `    <style>${css}</style>\n`)
        .replace('</body>', () => `<script type="module">${code}</script>\n  </body>`)
      page.source = withPolicy(html, digest(code), digest(css)).replace("connect-src 'self'; ", '')
      page.fileName = 'one-file.html'
      for (const { fileName } of [script, style]) delete bundle[fileName]
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
  plugins: form === 'folder' ? [policy("'self'", "'self'")] : [inlined()],
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
