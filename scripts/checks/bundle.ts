/** The minimal client as a browser bundle: how big it is, by part, and what is in it that should not be. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build, type Metafile, type Plugin } from 'esbuild'

/** What a bundle is made of. */
export interface BundleReport {
  /** Sizes in bytes. */
  readonly minified: number
  readonly gzip: number
  readonly brotli: number
  /** Minified bytes by folder, largest first. */
  readonly folders: readonly { readonly folder: string; readonly bytes: number }[]
  /** Every file that left a byte in the bundle. */
  readonly inputs: readonly string[]
  /** What the bundle still imports when it runs. */
  readonly imports: readonly string[]
}

/** What bundlers find in package.json for everyone but Node, taken from the sources, so that no dist/ is needed. */
const webImports: Plugin = {
  name: 'web-imports',
  setup(bundler) {
    const { imports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      imports: Record<string, { default: string }>
    }
    bundler.onResolve({ filter: /^#/ }, ({ path }) => ({
      path: resolve(imports[path]!.default.replace('/dist/', '/src/').replace(/\.js$/, '.ts')),
    }))
  },
}

/** The part of the house, or the package, that a file belongs to. */
export function folderOf(path: string): string {
  const [, dependency] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []
  if (dependency) return dependency
  const folders = path.split('/').slice(0, -1)
  return folders.slice(0, folders[1] === 'tl' || folders[1] === 'transport' ? 3 : 2).join('/') || '.'
}

/**
 * What has no place in a browser: Node's modules, the large form of the TL code, the native primitives, the program,
 * the laboratory, and open imports.
 */
export function intruders(inputs: readonly string[], imports: readonly string[]): string[] {
  const misplaced =
    /^src\/(?:lab\/|cli\/|node\.ts)|^src\/tl\/generated\/(?:mtproto\/)?(?:client|server)|native|platform\/node|-file\.ts$|\/tcp\.ts$/
  return [
    ...inputs.filter((path) => misplaced.test(path)).map((path) => `${path} is in the bundle`),
    ...imports.map((specifier) => `the bundle imports ${specifier}`),
  ]
}

/** Bundles `entry` as a user's bundler would for browsers. Throws when it does not bundle. */
export async function bundleForBrowsers(entry: string): Promise<{ code: Uint8Array; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    // Node's modules would stop the build; kept as imports, they are reported by name instead.
    external: ['node:*'],
    plugins: [webImports],
  })
  return { code: outputFiles[0]!.contents, metafile }
}

/** Bundles `entry` and measures the result. Throws when it does not bundle. */
export async function measureBundle(entry: string): Promise<BundleReport> {
  const { code, metafile } = await bundleForBrowsers(entry)
  const [output] = Object.values(metafile.outputs)
  const contributions = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  const folders = new Map<string, number>()
  for (const [path, { bytesInOutput }] of contributions) {
    folders.set(folderOf(path), (folders.get(folderOf(path)) ?? 0) + bytesInOutput)
  }
  return {
    minified: code.length,
    gzip: gzipSync(code, { level: 9 }).length,
    brotli: brotliCompressSync(code).length,
    folders: [...folders].map(([folder, bytes]) => ({ folder, bytes })).sort((a, b) => b.bytes - a.bytes),
    inputs: contributions.map(([path]) => path),
    imports: output!.imports.filter(({ external }) => external).map(({ path }) => path),
  }
}
