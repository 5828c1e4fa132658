/**
 * Opens a page in a browser without a window, and hears what its script says.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Fact, Job } from './facts.ts'

/** Most milliseconds that a page may take. */
const LIMIT = 120_000
/** Milliseconds in which a browser that was asked to end should have done so. */
const GRACE = 5000

/** How often the folder of a browser that has ended is tried to be removed, and milliseconds between. */
const REMOVALS = 50
const REMOVAL_PAUSE = 200

/** Tells what is thrown where nobody catches it, or the page would be waited for in vain. */
const PAGE = `<!doctype html><script>
const broken = (error) => fetch('/facts', { method: 'POST', body: JSON.stringify({ name: 'broken', error: String(error) }) })
addEventListener('error', ({ message }) => broken(message))
addEventListener('unhandledrejection', ({ reason }) => broken(reason))
</script><script type="module" src="/page.js"></script>`

/** How a browser is started: its program, and what stands before the page's address. */
export type Browser = (profile: string) => readonly [program: string, ...args: string[]]

/**
 * Bundles a program as a user's bundler would for browsers: by what the unpacked package exports for them.
 * @param folder of the project that has the package
 */
export async function bundle(program: string, folder: string, job: Job): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [program],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    nodePaths: [join(folder, 'node_modules')],
    // What looks at files takes these two if they are there.
    external: ['mediabunny', 'image-dimensions'],
    define: { JOB: JSON.stringify(job) },
    write: false,
    logLevel: 'warning',
  })
  return outputFiles[0]!.text
}

/** Runs a script in a page until it says `done`; rejects if it does not in time. */
export async function browse(browser: Browser, script: string): Promise<Fact[]> {
  const facts: Fact[] = []
  const profile = mkdtempSync(join(tmpdir(), 'mtproto-upload-browser-'))
  let finish = (): void => {}
  let fail = (_error: Error): void => {}
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve
    fail = reject
  })
  const server = createServer((request, response) => {
    const say = (type: string, text: string): void => {
      response.writeHead(200, { 'content-type': type }).end(text)
    }
    if (request.url === '/') return say('text/html', PAGE)
    if (request.url === '/page.js') return say('text/javascript', script)
    if (request.url !== '/facts') return void response.writeHead(404).end()
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      say('text/plain', '')
      const fact = JSON.parse(body) as Fact
      if (fact.name === 'done') finish()
      else if (fact.name === 'broken') fail(new Error(`the page broke: ${String(fact.error)}`))
      else facts.push(fact)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const [program, ...args] = browser(profile)
  const page = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const child = spawn(program, [...args, page], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: profile },
    // A browser is many processes; as a group of their own they can be ended together.
    detached: true,
  })
  let complaints = ''
  child.stderr.on('data', (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-3000)
  })
  let timer: NodeJS.Timeout | undefined
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code} before the page was done: ${complaints}`)
  })
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new Error(`the page was not done within ${LIMIT / 1000} s, after ${JSON.stringify(facts)}: ${complaints}`),
        ),
      LIMIT,
    )
  })
  try {
    await Promise.race([done, gone, late])
    return facts
  } finally {
    clearTimeout(timer)
    gone.catch(() => {})
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), GRACE)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      clearTimeout(force)
    }
    endGroup(child.pid!)
    server.closeAllConnections()
    server.close()
    await removeFolder(profile)
  }
}

/** Removes a folder into which processes of the browser may still write for a moment after it has ended. */
async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      rmSync(folder, { recursive: true, force: true })
      return
    } catch (error) {
      if (attempt === REMOVALS) throw error
      await new Promise((resolve) => setTimeout(resolve, REMOVAL_PAUSE))
    }
  }
}

/** Ends what is left of a browser whose first process has ended. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (error) {
    // Nothing is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
