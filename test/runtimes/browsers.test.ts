/**
 * The packed package in a page, bundled as a user's bundler would, in real browsers.
 */
import { existsSync } from 'node:fs'
import { after, before, describe } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Browser, browse, bundle } from './harness/browse.ts'
import { type Fact, FILE_SIZE } from './harness/facts.ts'
import { checkOutcome, jobFor, makeProject, type Project, startDc, stored } from './harness/setting.ts'

const BROWSERS: Readonly<Record<string, { readonly program: string; readonly start: Browser }>> = {
  Chromium: {
    program: '/usr/bin/chromium',
    start: (profile) => [
      '/usr/bin/chromium',
      '--headless=new',
      // As root, in a container, there is no sandbox to be had.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
      `--user-data-dir=${profile}`,
    ],
  },
  Firefox: {
    program: '/usr/bin/firefox-esr',
    start: (profile) => ['/usr/bin/firefox-esr', '--headless', '--no-remote', '--profile', profile],
  },
}

/** What every browser must say. */
const EXPECTED: readonly Fact[] = [
  { name: 'a file over WebSocket', size: FILE_SIZE },
  { name: 'a file over HTTP', size: FILE_SIZE },
  { name: 'a file off the thread', size: FILE_SIZE },
  { name: 'a file with temporary keys', size: FILE_SIZE },
  { name: 'bytes', size: 700_000 },
  { name: 'a stream', size: 700_000 },
  { name: 'a photo', made: 'messageMediaPhoto' },
  { name: 'a username', made: 'messageMediaDocument' },
  { name: 'many files', outcomes: Array<string>(5).fill('fulfilled') },
  { name: 'a session in a storage', user: '123' },
  { name: 'a session in IndexedDB', user: '123', meanwhile: 'SESSION_IN_USE' },
  { name: 'a look at a picture', mimeType: 'image/png', width: 20, height: 10 },
  { name: 'a count of parts', parts: Math.ceil(FILE_SIZE / 524_288) },
  { name: 'a login by phone and password', bot: false },
  { name: 'an empty file', code: 'FILE_EMPTY' },
]

let project: Project
before(() => {
  project = makeProject()
})
after(() => project.remove())

for (const [name, { program, start }] of Object.entries(BROWSERS)) {
  // Where checks must be whole, a browser that is missing is a failure.
  const skip =
    !existsSync(program) && !process.env.CI && `there is no ${program} here: apt-get install chromium firefox-esr`
  void describe(name, { skip }, () => {
    let facts: readonly Fact[] = []
    let files = new Set<string>()
    before(async () => {
      const server = await startDc()
      try {
        const path = fileURLToPath(new URL('programs/page.ts', import.meta.url))
        facts = await browse(start, await bundle(path, project.folder, jobFor(server, project.folder)))
        files = await stored(server)
      } finally {
        await server.close()
      }
    })
    checkOutcome(EXPECTED, () => ({ facts, files }))
  })
}
