/**
 * `kill -9` at any moment of an upload over real sockets: a process is started, killed, started again, until the file is
 * there. `RESUME_KILLS` says how often, `RESUME_SEED` at which moments.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeJournal } from '../../../src/files/resume/journal.ts'
import { UploadClient } from '../../../src/index.ts'
import { type RequestInfo, startServer } from '../../../src/lab/server/index.ts'
import { bundleScript } from '../../cli/program.ts'
import { pattern } from '../../support/pattern.ts'
import type { ChildJob } from '../../support/resume-child.ts'
import { seededRandom } from '../../support/virtual-host.ts'

const KILLS = Number(process.env.RESUME_KILLS ?? 100)
const SEED = Number(process.env.RESUME_SEED ?? 1)
const PART = 16 * 1024
/** More parts than all kills together allow to be sent. */
const MOST_PARTS_A_ROUND = 28
const SIZE = PART * Math.round(KILLS * (MOST_PARTS_A_ROUND / 2) + 60) - 5

let child: Awaited<ReturnType<typeof bundleScript>>
let folder: string

beforeAll(async () => {
  child = await bundleScript('resume-child')
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-kill-'))
})
afterAll(() => {
  child.remove()
  rmSync(folder, { recursive: true, force: true })
})

test(`killed ${KILLS} times, the file arrives, and only what was under way is sent twice`, async () => {
  const chance = seededRandom(SEED)
  const draw = (below: number): number => {
    const [a, b] = chance(new Uint8Array(2))
    return (a! * 256 + b!) % below
  }
  /** How often each part was received, over all runs, and when the next kill is due. */
  const received = new Map<number, number>()
  const ids = new Set<bigint>()
  let countdown = Number.POSITIVE_INFINITY
  let kill = (): void => {}
  const onRequest = ({ request }: RequestInfo): void => {
    if (request._ !== 'upload.saveBigFilePart' && request._ !== 'upload.saveFilePart') return
    ids.add(request.fileId)
    received.set(request.filePart, (received.get(request.filePart) ?? 0) + 1)
    if (--countdown === 0) kill()
  }
  const server = await startServer({ parts: 'memory', onRequest })
  try {
    const { dcId: id, host, port, publicKeyPem } = server
    const paths = Object.fromEntries(['session', 'file', 'journal', 'told'].map((name) => [name, join(folder, name)]))
    const { session, file, journal, told } = paths as Record<string, string>
    const data = pattern(SIZE, SEED)
    writeFileSync(file!, data)
    const dc = { id, host, port, serverKeys: [publicKeyPem] }
    // The login is there already, so that a run is mostly upload.
    await (await UploadClient.connect({ apiId: 1, apiHash: 'h', botToken: '42:token', dc, storage: session! })).close()
    const job: ChildJob = { dc, session: session!, file: file!, journal: journal!, partSize: PART, told: told! }

    const sum = createHash('sha256').update(data).digest('hex')
    const expectArrived = async (id: string): Promise<void> => {
      const stored = server.world.media.find(BigInt(id))!
      const hash = createHash('sha256')
      for (let at = 0; at < SIZE; at += 1 << 20) {
        hash.update(await stored.content.read(at, Math.min(1 << 20, SIZE - at)))
      }
      expect(hash.digest('hex')).toBe(sum)
      // All its runs sent parts of one file.
      expect(ids.size).toBe(1)
    }
    const run = { underWay: 0, resumed: 0, kills: 0, again: 0 }
    /** What the last process printed; it starts with nothing but the file after one that was done. */
    for (let output = ''; run.kills < KILLS || !output.includes('done'); ) {
      const process = spawn(globalThis.process.execPath, [child.path, JSON.stringify(job)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      output = ''
      process.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
      kill = () => process.kill('SIGKILL')
      // Most are killed at a part, a moment after it came; some at any time, so before they send anything as well.
      const atAnyTime = draw(8) === 0
      let timer: NodeJS.Timeout | undefined
      if (run.kills < KILLS && atAnyTime) timer = setTimeout(kill, draw(400))
      else if (run.kills < KILLS) {
        const late = draw(4)
        countdown = 1 + draw(MOST_PARTS_A_ROUND)
        if (late) kill = () => (timer = setTimeout(() => process.kill('SIGKILL'), late))
      }
      const [code, signal] = (await once(process, 'close')) as [number | null, string | null]
      clearTimeout(timer)
      countdown = Number.POSITIVE_INFINITY
      if (output.includes('resume')) run.resumed++
      expect(output).not.toMatch(/restart|unnoted/)
      if (output.includes('done')) {
        // A kill may have come after the end, which is a moment like any other.
        if (signal === null) expect(code).toBe(0)
        else run.kills++
        await expectArrived(/done (\d+)/.exec(output)![1]!)
        run.again += [...received.values()].reduce((sum, times) => sum + times - 1, 0)
        received.clear()
        ids.clear()
        rmSync(told!)
        continue
      }
      expect(signal).toBe('SIGKILL')
      run.kills++
      const known = existsSync(told!) ? readFileSync(told!, 'utf8').trim().split('\n').filter(Boolean).map(Number) : []
      const noted = notedIn(journal!)
      // Whatever a caller was told is noted, and whatever is noted the server has.
      expect(known.filter((part) => !noted.has(part))).toEqual([])
      expect([...noted].filter((part) => !received.has(part))).toEqual([])
      const ofCaller = new Set(known)
      run.underWay += [...received.keys()].filter((part) => !ofCaller.has(part)).length
    }
    expect(run.resumed).toBeGreaterThan(KILLS / 2)
    expect(run.again).toBeLessThanOrEqual(run.underWay)
    if (process.env.RESUME_SHOW) console.log(run)
    // Nothing is left of the notes, but perhaps what was on its way when the process died.
    expect(readdirSync(journal!).filter((name) => !name.endsWith('.tmp'))).toEqual([])
  } finally {
    await server.close()
  }
}, 300_000)

function notedIn(folder: string): Set<number> {
  const name = existsSync(folder) && readdirSync(folder).find((one) => one.endsWith('.upload'))
  if (!name) return new Set()
  const journal = decodeJournal(readFileSync(join(folder, name), 'utf8'))
  if (typeof journal === 'string') throw new Error(`the journal is ${journal}`)
  return new Set(journal.done)
}
