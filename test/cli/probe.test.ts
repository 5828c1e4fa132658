/** `upload` as a process: what it finds out about files, and what becomes of them by it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/lab/server/start.ts'
import { film } from '../support/film-samples.ts'
import { gif, latin1, mp3, png, wav } from '../support/media-samples.ts'
import { bundleProgram, type Outcome, type Program, start } from './program.ts'

const LOGIN = {
  MTPROTO_API_ID: '12345',
  MTPROTO_API_HASH: 'c0ffee'.repeat(5),
  MTPROTO_BOT_TOKEN: `42:${'s'.repeat(35)}`,
}

let program: Program
let folder: string
let server: RunningServer

beforeAll(async () => {
  program = await bundleProgram()
})
afterAll(() => program.remove())
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-test-'))
  server = await startServer({ parts: 'memory' })
  writeFileSync(join(folder, 'key.pem'), server.publicKeyPem)
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Sent {
  readonly _: string
  readonly mimeType: string
  readonly attributes: readonly { readonly _: string; readonly [name: string]: unknown }[]
}

/** Uploads a file; ffmpeg is out of its reach. */
async function upload(name: string, data: Uint8Array, ...args: string[]): Promise<Outcome & { readonly sent: Sent }> {
  writeFileSync(join(folder, name), data)
  const dc = ['--dc', `127.0.0.1:${server.port}`, '--server-key', 'key.pem', '--json', '--no-resume']
  const outcome = await start(program.main, ['upload', name, ...args, ...dc], {
    env: { ...LOGIN, PATH: folder },
    cwd: folder,
  }).ended
  const media = outcome.code === 0 ? (JSON.parse(outcome.stdout) as { document?: Sent; photo?: Sent }) : {}
  return { ...outcome, sent: (media.document ?? media.photo)! }
}

const kindsOf = ({ attributes }: Sent): string[] => attributes.map(({ _ }) => _.replace('documentAttribute', '')).sort()

describe('without a word, a file becomes what a look at it suggests', () => {
  test.each<[string, () => Uint8Array | Promise<Uint8Array>, string, string[]]>([
    ['clip.bin', () => film('mp4-fast'), 'video/mp4', ['Filename', 'Video']],
    ['song.bin', () => mp3(77, { title: 'One', artist: 'Two' }), 'audio/mpeg', ['Audio', 'Filename']],
    ['paper', () => latin1('%PDF-1.7 and so on'), 'application/pdf', ['Filename']],
    ['notes.txt', () => latin1('hello'), 'text/plain', ['Filename']],
    ['clip.mkv', () => film('mkv'), 'video/x-matroska', ['Filename']],
  ])('%s', async (name, make, type, kinds) => {
    const { sent, stderr, code } = await upload(name, await make())
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(sent.mimeType).toBe(type)
    expect(kindsOf(sent)).toEqual(kinds)
  })

  test('a film has its size, a song its title', async () => {
    const { sent: clip } = await upload('clip', await film('mp4-fast', { width: 320, height: 180, rotation: 90 }))
    expect(clip.attributes).toContainEqual(
      expect.objectContaining({ _: 'documentAttributeVideo', w: 180, h: 320, duration: 2, supportsStreaming: true }),
    )
    const { sent: song } = await upload('song', mp3(77, { title: 'One', artist: 'Two' }))
    expect(song.attributes).toContainEqual(
      expect.objectContaining({ _: 'documentAttributeAudio', title: 'One', performer: 'Two', duration: 2 }),
    )
  })

  test('a GIF becomes an animation', async () => {
    const { sent } = await upload('cat', gif({ width: 64, height: 48 }, { frames: 3 }))
    expect(kindsOf(sent)).toContain('Animated')
  })
})

describe('--as', () => {
  test('voice sends its waveform', async () => {
    const { sent } = await upload(
      'hello.wav',
      wav(16_000, () => 0.5),
      '--as',
      'voice',
    )
    expect(sent.attributes).toContainEqual(
      expect.objectContaining({ voice: true, duration: 2, waveform: expect.any(String) }),
    )
  })

  test('document keeps a film a file', async () => {
    const { sent } = await upload('clip.mp4', await film('mp4'), '--as', 'document')
    expect(sent.attributes.map(({ _ }) => _)).not.toContain('documentAttributeAudio')
    expect(sent.mimeType).toBe('video/mp4')
  })

  test.each(['video', 'animation'])(
    '%s of what does not know its size is refused before anything is sent',
    async (kind) => {
      const { code, stderr, stdout } = await upload('text.mp4', latin1('this is no film'), '--as', kind)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(`text.mp4: --as ${kind} needs to know its width, height, duration, and it does not say`)
    },
  )

  test('animation of a GIF needs no duration', async () => {
    const { sent } = await upload('cat.gif', gif({ width: 64, height: 48 }, { frames: 1 }), '--as', 'animation')
    expect(kindsOf(sent)).toContain('Animated')
  })
})

test('--no-probe goes by the name alone', async () => {
  const { sent } = await upload('picture.mp4', png({ width: 64, height: 48 }), '--no-probe')
  expect(sent.mimeType).toBe('video/mp4')
})

test('--verbose tells what was found', async () => {
  const { stderr } = await upload('clip', await film('mp4-fast', { sound: false }), '--verbose')
  expect(stderr).toContain(
    'mtproto-upload: looked at clip: video/mp4, 640×360, 2 s, no sound, can be shown while it comes\n',
  )
})

test('what comes from a pipe is looked at and sent whole', async () => {
  const data = await film('mp4-fast')
  const dc = ['--dc', `127.0.0.1:${server.port}`, '--server-key', 'key.pem', '--json']
  const args = ['upload', '-', '--name', 'clip.mp4', ...dc]
  const { code, stdout } = await start(program.main, args, {
    env: { ...LOGIN, PATH: folder },
    cwd: folder,
    stdin: data,
  }).ended
  expect(code).toBe(0)
  const { document } = JSON.parse(stdout) as { document: Sent & { size: string } }
  expect(Number(document.size)).toBe(data.length)
  expect(kindsOf(document)).toEqual(['Filename', 'Video'])
})
