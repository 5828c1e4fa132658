/**
 * In browsers: a Blob is looked at, and nothing of Node is needed.
 */
import { build } from 'esbuild'
import { expect, test, vi } from 'vitest'
import { probe } from '../../src/probe/index.ts'
import { film } from '../support/film-samples.ts'
import { jpeg, wav } from '../support/media-samples.ts'

vi.mock('#probe-tools', () => import('../../src/probe/tools/web.ts'))

const blobOf = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>])

test('a Blob tells the same, but for what ffmpeg makes', async () => {
  const found = await probe(new File([(await film('mp4-fast')) as Uint8Array<ArrayBuffer>], 'clip.mp4'))
  expect(found).toMatchObject({ mimeType: 'video/mp4', width: 640, height: 360, duration: 2, supportsStreaming: true })
  expect(await probe(blobOf(jpeg({ width: 64, height: 48 }, { orientation: 6 })))).toMatchObject({
    width: 48,
    height: 64,
  })
  const spoken = await probe(blobOf(wav(8000, () => 0.5)), { kind: 'voice' })
  expect(spoken.waveform).toHaveLength(100)
  for (const { thumb, problems } of [found, spoken])
    expect({ thumb, problems }).toEqual({ thumb: undefined, problems: [] })
})

test('a path is refused: there are none', async () => {
  await expect(probe('clip.mp4')).rejects.toMatchObject({ code: 'FILE_SOURCE_INVALID' })
})

test('the entry bundles for browsers without a module of Node, and without the libraries', async () => {
  const { outputFiles, warnings, metafile } = await build({
    stdin: { contents: "export * from './src/probe/index.ts'", resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['mediabunny', 'image-dimensions'],
    plugins: [
      {
        name: 'default-condition',
        setup({ onResolve }) {
          // What the package's imports map gives to everybody but Node, as sources.
          const files: Record<string, string> = {
            '#explain': 'src/explain/brief.ts',
            '#open-place': 'src/files/open-nowhere.ts',
            '#probe-tools': 'src/probe/tools/web.ts',
          }
          onResolve({ filter: /^#/ }, ({ path }) => ({ path: `${process.cwd()}/${files[path]}` }))
        },
      },
    ],
  })
  expect(warnings).toEqual([])
  expect(outputFiles[0]!.text).not.toMatch(/["']node:|\brequire\(/)
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  expect(imported.sort()).toEqual(['image-dimensions', 'mediabunny'])
})
