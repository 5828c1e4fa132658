/** Factorization against known answers. */
import { expect, test } from 'vitest'
import { factorize } from '../../src/crypto/pq.ts'
import { vectorFile } from '../support/vector-file.ts'

const vectors = vectorFile<{ pq: string; p: string; q: string }[]>('pq')

test.each(vectors)('$pq', ({ pq, p, q }) => {
  expect(factorize(BigInt(pq))).toEqual([BigInt(p), BigInt(q)])
})
