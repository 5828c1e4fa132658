/** The check of a password: what a lying server may not give, and that an honest one is convinced. */
import { createHash, pbkdf2Sync } from 'node:crypto'
import { expect, test } from 'vitest'
import { concat, fromBigInt, toBigInt, xor } from '../../src/bytes.ts'
import { nativeCrypto as crypto, nativePbkdf2 } from '../../src/crypto/native.ts'
import { PRODUCTION_PRIME } from '../../src/crypto/production-prime.ts'
import { answerSrp, type SrpParameters } from '../../src/crypto/srp.ts'
import { SecurityError } from '../../src/errors.ts'
import { seededRandom } from '../support/virtual-host.ts'

const p = PRODUCTION_PRIME
const password = new TextEncoder().encode('correct horse')
const [salt1, salt2] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5)]
const H = (...parts: Uint8Array[]): Uint8Array =>
  new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  )
const N = (value: bigint): Uint8Array => fromBigInt(value, 256)

/** The server's half, straight from the definition: it keeps only the verifier v = g^x. */
function serverOf(g: bigint): { srpB: Uint8Array; M1: (A: Uint8Array) => Uint8Array } {
  const ph1 = H(salt2, H(salt1, password, salt1), salt2)
  const x = toBigInt(H(salt2, new Uint8Array(pbkdf2Sync(ph1, salt1, 100_000, 64, 'sha512')), salt2))
  const v = crypto.modPow(g, x, p)
  const b = toBigInt(seededRandom(8)(new Uint8Array(256)))
  const B = (toBigInt(H(N(p), N(g))) * v + crypto.modPow(g, b, p)) % p
  return {
    srpB: fromBigInt(B),
    M1(A) {
      const u = toBigInt(H(A, N(B)))
      const S = crypto.modPow(toBigInt(A) * crypto.modPow(v, u, p), b, p)
      return H(xor(H(N(p)), H(N(g))), H(salt1), H(salt2), A, N(B), H(N(S)))
    },
  }
}

const answer = (change: Partial<SrpParameters>): ReturnType<typeof answerSrp> => {
  const parameters = { salt1, salt2, g: 3, p: N(p), srpB: N(p >> 1n), ...change }
  return answerSrp(crypto, seededRandom(7), nativePbkdf2, password, parameters)
}

test('a server that knows the verifier computes the same M1', async () => {
  const server = serverOf(3n)
  const { A, M1 } = await answer({ srpB: server.srpB })
  expect(M1).toEqual(server.M1(A))
  expect(A).toHaveLength(256)
})

test('a group or an srp_B that is not safe is refused', async () => {
  await expect(answer({ g: 2 })).rejects.toThrow(SecurityError)
  await expect(answer({ p: N(p - 2n) })).rejects.toThrow(SecurityError)
  await expect(answer({ p: fromBigInt(p >> 1n) })).rejects.toThrow('not exactly 2048 bits')
  for (const srpB of [0n, 1n, 1n << 1984n, p - 1n, p, p + 5n]) {
    await expect(answer({ srpB: fromBigInt(srpB, 257) })).rejects.toThrow('srp_B is out of range')
  }
})

test('an a that gives no usable A is drawn again, a bounded number of times', async () => {
  const parameters = { salt1, salt2, g: 3, p: N(p), srpB: serverOf(3n).srpB }
  let draws = 0
  const stuck = (into: Uint8Array): Uint8Array => {
    draws++
    return into.fill(0)
  }
  await expect(answerSrp(crypto, stuck, nativePbkdf2, password, parameters)).rejects.toThrow('no A in range')
  expect(draws).toBe(8)
})
