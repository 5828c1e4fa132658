/**
 * What the program ffmpeg adds, and how it is kept in bounds.
 *
 * Programs of a few lines stand for it where it is to misbehave. Where the real one is needed and not installed, a test is left
 * out; .ci/run installs it, so there none is.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { probe } from '../../src/probe/index.ts'
import { isForFfmpeg } from '../../src/probe/with-ffmpeg.ts'
import { jpeg, png, wav } from '../support/media-samples.ts'

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'probe-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A file in the folder. */
function put(name: string, data: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, data)
  return path
}

/** A program that stands for ffmpeg: the body of a shell script. */
function program(name: string, body: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

const picture = jpeg({ width: 640, height: 480 })

test('where there is none, nothing is said of it', async () => {
  for (const ffmpeg of [join(folder, 'none'), put('not-executable', picture), false] as const) {
    const found = await probe(picture, { ffmpeg })
    expect(found).toMatchObject({ width: 640, problems: [] })
    expect(found).not.toHaveProperty('thumb')
  }
})

test('its complaints are told, cut short, and cost nothing else', async () => {
  const ffmpeg = program('complains', 'echo "no such codec: $(head -c 1000 /dev/zero | tr "\\0" x)" >&2; exit 3')
  const found = await probe(picture, { ffmpeg })
  expect(found).toMatchObject({ mimeType: 'image/jpeg', width: 640 })
  expect(found).not.toHaveProperty('thumb')
  expect(found.problems).toHaveLength(1)
  expect(found.problems[0]?.message).toMatch(/ended with exit code 3: no such codec: x+$/)
  expect(found.problems[0]?.message.length).toBeLessThan(500)
})

test.each([
  ['nothing', 'cat >/dev/null', /made no thumbnail/],
  ['something else', 'cat >/dev/null; echo hello', /made no thumbnail/],
  ['too much', 'head -c 1000000 /dev/zero', /more than 204800 bytes/],
])('that gives %s gives no thumbnail', async (_, body, message) => {
  const found = await probe(picture, { ffmpeg: program('odd', body) })
  expect(found).not.toHaveProperty('thumb')
  expect(found.problems.map((one) => one.message)).toEqual([expect.stringMatching(message)])
})

test('that takes too long is ended', async () => {
  const pid = join(folder, 'pid-slow')
  const ffmpeg = program('slow', `echo $$ >${pid}; exec sleep 100`)
  const found = await probe(picture, { ffmpeg, ffmpegTime: 300 })
  expect(found.problems.map((one) => one.message)).toEqual([expect.stringMatching(/was ended after 300 ms at most/)])
  expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH')
})

test('is ended by an abort', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const pid = join(folder, 'pid-aborted')
  const ffmpeg = program('aborted', `echo $$ >${pid}.new; mv ${pid}.new ${pid}; exec sleep 100`)
  const waiting = probe(picture, { ffmpeg, signal: controller.signal })
  waiting.catch(() => {})
  while (!existsSync(pid)) await new Promise((resolve) => setImmediate(resolve))
  controller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH')
})

test('knows nothing of the environment but where programs are', async () => {
  process.env.MTPROTO_API_HASH = 'secret'
  try {
    const seen = join(folder, 'environment')
    await probe(picture, { ffmpeg: program('curious', `env >${seen}`) })
    const names = readFileSync(seen, 'utf8')
      .split('\n')
      .map((line) => line.split('=')[0]!)
    expect(names.filter((name) => name !== '' && !/^(?:PATH|LD_LIBRARY_PATH|PWD|OLDPWD|SHLVL|_)$/.test(name))).toEqual(
      [],
    )
  } finally {
    delete process.env.MTPROTO_API_HASH
  }
})

test('is told the format, and to open nothing but the one file; a name is no option and no command', async () => {
  const seen = join(folder, 'arguments')
  const ffmpeg = program('listens', `for one in "$@"; do echo "$one" >>${seen}; done`)
  const path = put('-y; touch hacked %03d.jpg', picture)
  await probe(path, { ffmpeg })
  const given = readFileSync(seen, 'utf8').trim().split('\n')
  const behind = (option: string): string | undefined => given[given.indexOf(option) + 1]
  expect(behind('-i')).toBe(`file:${path}`)
  expect(behind('-f')).toBe('jpeg_pipe')
  expect(behind('-protocol_whitelist')).toBe('file')
  expect(given.indexOf('-f')).toBeLessThan(given.indexOf('-i'))
  expect(readdirSync(folder)).not.toContain('hacked')
})

test('is not asked of files that it might take for a list of others', async () => {
  const seen = join(folder, 'asked')
  const ffmpeg = program('asks', `echo $@ >>${seen}`)
  await probe(new TextEncoder().encode('#EXTM3U\nhttp://localhost/'), { ffmpeg, thumb: true, waveform: true })
  await probe(new TextEncoder().encode('<?xml version="1.0"?><MPD>'), { ffmpeg, thumb: true, waveform: true })
  expect(existsSync(seen)).toBe(false)
  for (const type of ['image/svg+xml', 'text/xml', 'application/ogg', 'toString']) expect(isForFfmpeg(type)).toBe(false)
})

test.each(['photo', 'voice', 'sticker'] as const)(
  'is not asked for a thumbnail of what is sent as %s',
  async (kind) => {
    const seen = join(folder, `asked-${kind}`)
    const ffmpeg = program(`asks-${kind}`, `echo $@ >>${seen}`)
    await probe(picture, { ffmpeg, kind })
    expect(existsSync(seen)).toBe(false)
    await probe(picture, { ffmpeg, kind, thumb: true })
    expect(existsSync(seen)).toBe(true)
  },
)

// Not installed here: what it does with real files is seen where .ci/run has installed it.
describe.skipIf(!hasFfmpeg && process.env.CI === undefined)('the real one', () => {
  /** Has it make a sample. */
  const make = (name: string, ...how: string[]): string => {
    const path = join(folder, name)
    const { status, stderr } = spawnSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...how, path], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    return path
  }
  const bars = (size: string): string[] => ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=10:duration=1`]

  test.each([
    ['film.mp4', '640x360', [], 320, 180],
    ['tall.mkv', '360x640', [], 180, 320],
    ['small.mp4', '64x48', [], 64, 48],
    ['wide.mp4', '320x240', ['-aspect', '8:3'], 320, 120],
    ['moving.gif', '400x100', [], 320, 80],
    ['picture.png', '1000x500', ['-frames:v', '1'], 320, 160],
    ['picture.bmp', '500x1000', ['-frames:v', '1'], 160, 320],
  ] as const)('makes a thumbnail of %s (%s)', async (name, size, options, width, height) => {
    const path = make(name, ...bars(size), ...options)
    const found = await probe(path)
    expect(found.problems).toEqual([])
    expect(await probe(found.thumb!, { ffmpeg: false })).toMatchObject({ mimeType: 'image/jpeg', width, height })
    const read = await probe(readFileSync(path))
    // It is given bytes where there is no path, and of a film whose index is at the end that is not enough.
    if (found.supportsStreaming !== false) expect(read.thumb).toEqual(found.thumb)
  })

  test('makes a thumbnail of the beginning of a stream', async () => {
    const path = make('stream.mkv', ...bars('640x360'))
    const { thumb } = await probe([readFileSync(path)])
    expect(await probe(thumb!, { ffmpeg: false })).toMatchObject({ width: 320, height: 180 })
  })

  test('agrees with the facts that are read without it', async () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=1']
    const tags = ['-metadata', 'title=One', '-metadata', 'artist=Two']
    for (const name of ['song.mp3', 'song.flac', 'song.m4a', 'song.ogg', 'song.opus']) {
      const found = await probe(make(name, ...sound, ...tags))
      expect(found, name).toMatchObject({ title: 'One', performer: 'Two', hasSound: true, problems: [] })
      expect(found.duration, name).toBeCloseTo(1, 0)
    }
    // Of a broadcast the clock does not begin at 0.
    const broadcast = await probe(make('film.ts', ...bars('640x360'), '-c:v', 'libx264'))
    expect(broadcast).toMatchObject({ mimeType: 'video/mp2t', width: 640, height: 360, hasSound: false })
    expect(broadcast.duration).toBeCloseTo(1, 0)
    const turned = make(
      'turned.mp4',
      '-i',
      make('straight.mp4', ...bars('640x360')),
      '-c',
      'copy',
      '-metadata:s:v',
      'rotate=90',
    )
    expect(await probe(turned)).toMatchObject({ width: 360, height: 640, hasSound: false, duration: 1 })
    expect(await probe(make('picture.avif', ...bars('64x48'), '-frames:v', '1'))).toMatchObject({
      width: 64,
      height: 48,
    })
  })

  test('makes a thumbnail of the picture in a song, where there is one', async () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=1']
    const cover = ['-i', make('cover.jpg', ...bars('400x400'), '-frames:v', '1')]
    const song = ['-map', '0', '-map', '1', '-disposition:v', 'attached_pic', '-c:v', 'copy']
    for (const name of ['covered.mp3', 'covered.m4a']) {
      const { hasCover, thumb, problems, width } = await probe(make(name, ...sound, ...cover, ...song), {
        kind: 'audio',
      })
      expect({ hasCover, problems, width }, name).toEqual({ hasCover: true, problems: [], width: undefined })
      expect(await probe(thumb!, { ffmpeg: false })).toMatchObject({ width: 320, height: 320 })
    }
    const plain = await probe(make('plain.mp3', ...sound), { kind: 'audio' })
    expect(plain).not.toHaveProperty('hasCover')
    expect(plain).not.toHaveProperty('thumb')
  })

  test('hears a recording as it is heard without it', async () => {
    const recorded = put(
      'recorded.wav',
      wav(48_000, (frame) => Math.sin(frame / 5) * (frame / 48_000), { hertz: 48_000 }),
    )
    const { waveform: expected } = await probe(recorded, { kind: 'voice', ffmpeg: false })
    const opus = make('recorded.ogg', '-i', recorded, '-c:a', 'libopus', '-b:a', '128k')
    for (const file of [opus, readFileSync(opus), [readFileSync(opus)]]) {
      const { waveform, duration } = await probe(file, { kind: 'voice' })
      expect(duration).toBeCloseTo(1, 1)
      expect(waveform).toHaveLength(100)
      const far = (waveform as number[]).filter((value, i) => Math.abs(value - (expected as number[])[i]!) > 4)
      expect(far.length).toBeLessThan(5)
    }
  })

  test('is no help with a recording that has none in it', async () => {
    const found = await probe(make('silent.mkv', ...bars('64x48')), { kind: 'voice' })
    expect(found).not.toHaveProperty('waveform')
    expect(found.problems).toHaveLength(1)
  })

  test('refuses a picture of more pixels than there is memory for', async () => {
    const found = await probe(png({ width: 60_000, height: 60_000 }))
    expect(found).toMatchObject({ width: 60_000 })
    expect(found).not.toHaveProperty('thumb')
    expect(found.problems).toHaveLength(1)
  })
})
