import { defineConfig } from 'vitest/config'

// `source-node` resolves the `#platform` import to the TypeScript sources, so tests need no build.
export default defineConfig({
  resolve: { conditions: ['source-node'] },
  ssr: { resolve: { conditions: ['source-node'] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/interop/**', 'test/browser/**', 'node_modules/**'],
    testTimeout: 20_000,
    maxWorkers: 2,
  },
})
