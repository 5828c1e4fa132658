/** The answer to a challenge of two-step verification against known answers. */
import { describe, expect, test } from 'vitest'
import { fromBigInt, fromHex, toBigInt, toHex } from '../../src/bytes.ts'
import { nativeCrypto, nativePbkdf2 } from '../../src/crypto/native.ts'
import { portablePbkdf2 } from '../../src/crypto/pbkdf2.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { answerSrp } from '../../src/crypto/srp.ts'
import type { RandomSource } from '../../src/host.ts'
import { vectorFile } from '../support/vector-file.ts'

interface Vector {
  password: string
  salt1: string
  salt2: string
  g: number
  p: string
  srp_B: string
  a: string
  A: string
  M1: string
}

const vectors = vectorFile<Vector[]>('srp')

describe.each([
  ['native', nativeCrypto, nativePbkdf2],
  ['portable', portableCrypto, portablePbkdf2],
])('%s', (_, crypto, pbkdf2) => {
  test.each(vectors.map((vector, i) => [i, vector] as const))('password %i', { timeout: 60_000 }, async (_, vector) => {
    const parameters = {
      salt1: fromHex(vector.salt1),
      salt2: fromHex(vector.salt2),
      g: vector.g,
      p: fromHex(vector.p),
      srpB: fromHex(vector.srp_B),
    }
    // Draws of another length are witnesses of a primality test, where the platform has none of its own.
    const a = fromBigInt(toBigInt(fromHex(vector.a)), 256)
    let draws = 1
    const random: RandomSource = (into) => {
      if (into.length === a.length) into.set(a)
      else into.fill(++draws)
      return into
    }
    const { A, M1 } = await answerSrp(crypto, random, pbkdf2, new TextEncoder().encode(vector.password), parameters)
    expect([toHex(A), toHex(M1)]).toEqual([vector.A, vector.M1])
  })
})
