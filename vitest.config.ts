import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const generated = (path: string): string => fileURLToPath(new URL(`src/tl/generated/${path}.ts`, import.meta.url))

// What bundles get for `#methods` and `#messages`: `--mode compact` runs the tests with it.
const compact = { '#methods': generated('compact/methods'), '#messages': generated('mtproto/compact') }

// `source-node` resolves the imports with `#` to the TypeScript sources, so tests need no build.
export default defineConfig(({ mode }) => ({
  resolve: { conditions: ['source-node'], alias: mode === 'compact' ? compact : {} },
  ssr: { resolve: { conditions: ['source-node'] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/interop/**', 'test/runtimes/**', 'test/browser/**', 'node_modules/**'],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
}))
