/** The checks of the key exchange, each taken out or bent: what the row's test in SECURITY.md must notice. */
import type { Mutations } from './mutation.ts'

/** By the rule, as it stands in the table. */
export const EXCHANGE: Mutations = {
  'nonce is ours in resPQ': [{ find: '  checkNonces(answer, { nonce, serverNonce })\n', replace: '' }],
  'the server proves that it holds a key we know; else the error lists those offered': [
    { find: 'if (key) return key', replace: 'return key ?? known[0]!' },
  ],
  'pq has at most 8 bytes': [
    { find: '  if (pq.length > MAX_PQ_BYTES) refuse', replace: '  if (pq.length > 1000) refuse' },
  ],
  'pq is no prime, no square, not even: it is the product of two odd numbers': [
    { find: '|| pq % 2n === 0n', replace: '' },
    { find: 'if (p === q) break', replace: '' },
  ],
  'p is below q, both in as few bytes as possible': [
    { find: 'return p < q ? [p, q] : [q, p]', replace: 'return p < q ? [q, p] : [p, q]' },
  ],
  'the inner data names the DC, and how long a temporary key is to live': [
    { find: 'newNonce, dc }', replace: 'newNonce, dc: Math.abs(dc) }' },
  ],
  'the inner data is sent by RSA_PAD, never by the old SHA-1 padding': [
    { find: 'const reversed = padded.slice().reverse()', replace: 'const reversed = padded.slice()' },
    { find: 'if (number >= key.n) continue', replace: '' },
  ],
  'nonce and server_nonce are the same in server_DH_params': [{ find: '  checkNonces(answer, proven)\n', replace: '' }],
  'and inside of what is encrypted': [{ find: '  checkNonces(inner, proven)\n', replace: '' }],
  'and in dh_gen': [{ find: '  checkNonces(answer, agreed)\n', replace: '' }],
  'the encrypted answer is of whole blocks': [
    { find: 'data.length < 32 || data.length % 16 !== 0', replace: 'data.length < 32' },
    { find: 'data.length < 32 || data.length % 16 !== 0', replace: 'data.length % 16 !== 0' },
  ],
  'SHA-1 of the answer fits': [
    { find: 'if (equal(crypto.sha1(answer), hash)) return answer', replace: 'if (hash.length === 20) return answer' },
  ],
  'padded by at most 15 bytes': [{ find: 'padding < 16 && padding', replace: 'padding < 64 && padding' }],
  'and by anything from 0 to 15': [{ find: 'padding < 16 && padding', replace: 'padding < 12 && padding' }],
  'nothing follows the inner data under its SHA-1': [
    { find: "if (reader.remaining > 0) refuse(hint(': something follows server_DH_inner_data'))", replace: '' },
  ],
  'server_DH_params_fail ends the exchange, its hash checked': [
    {
      find: 'equal(answer.newNonceHash, crypto.sha1(proven.newNonce).subarray(4))\n          ?',
      replace: 'true\n          ?',
    },
  ],
  'dh_prime has exactly 2048 bits': [
    { find: 'if (prime >> 2047n !== 1n) refuse', replace: 'if (prime >> 2047n > 1n) refuse' },
    { find: 'if (prime >> 2047n !== 1n) refuse', replace: 'if (prime >> 2047n < 1n) refuse' },
  ],
  'dh_prime and (dh_prime - 1) / 2 are prime': [
    { find: 'of [prime, prime >> 1n]', replace: 'of [prime]' },
    { find: 'if (!crypto.isProbablePrime(number, PRIME_ROUNDS, random)) refuse', replace: 'if (number === 0n) refuse' },
  ],
  'by 30 rounds of Miller-Rabin at least, once for each prime': [
    { find: 'export const PRIME_ROUNDS = 30', replace: 'export const PRIME_ROUNDS = 3', file: 'src/crypto/limits.ts' },
    { find: 'if (known.has(prime)) return', replace: '' },
  ],
  'g is 2 to 7': [{ find: 'RESIDUES[g] ?? refuse(', replace: 'RESIDUES[g] ?? RESIDUES[4] ?? refuse(' }],
  'g generates the subgroup of prime order': [
    {
      find: 'if (!residues.includes(prime % modulus)) refuse',
      replace: 'if (modulus === 0n && residues.length) refuse',
    },
  ],
  'each g by its own residue of the prime': [
    { find: '2: [8n, 7n]', replace: '2: [8n, 7n, 3n]' },
    { find: '3: [3n, 2n]', replace: '3: [3n, 1n]' },
    { find: '4: [1n, 0n]', replace: '4: [2n, 0n]' },
    { find: '5: [5n, 1n, 4n]', replace: '5: [5n, 1n, 4n, 2n]' },
    { find: '6: [24n, 19n, 23n]', replace: '6: [24n, 19n, 23n, 11n]' },
    { find: '7: [7n, 3n, 5n, 6n]', replace: '7: [7n, 3n, 5n]' },
  ],
  '1 < g_a < p - 1 and 2^1984 < g_a < p - 2^1984': [
    { find: "  if (!isSafeDhValue(prime, gA)) refuse(hint(': g_a is out of range'))\n", replace: '' },
    {
      find: 'value > DISTANCE && value < prime - DISTANCE',
      replace: 'value > DISTANCE && value < prime',
      file: 'src/crypto/dh.ts',
    },
    {
      find: 'value > DISTANCE && value < prime - DISTANCE',
      replace: 'value >= DISTANCE && value < prime - DISTANCE',
      file: 'src/crypto/dh.ts',
    },
  ],
  'the same for g_b, before it is sent': [{ find: '    if (!isSafeDhValue(prime, gB)) continue\n', replace: '' }],
  'b has 2048 random bits': [
    { find: 'const secret = randomBytes(random, 256)', replace: 'const secret = randomBytes(random, 128)' },
  ],
  'retry_id is 0 at first': [
    {
      find: 'acceptParams(options, state.proven, answer), 0n, 0)',
      replace: 'acceptParams(options, state.proven, answer), 1n, 0)',
    },
  ],
  'new_nonce_hash1, 2 or 3 fits the answer that came': [
    {
      find: '  if (!equal(hash, newNonceHash(crypto, agreed.newNonce, n, auxHash)))\n    refuse',
      replace: '  if (hash.length !== 16) refuse',
    },
  ],
  'and not that of another answer': [{ find: 'Uint8Array.of(n), auxHash', replace: 'Uint8Array.of(1), auxHash' }],
  'dh_gen_retry: another b, auth_key_aux_hash as retry_id': [
    { find: 'if (n === 2) return view(auxHash).getBigInt64(0, true)', replace: 'if (n === 2) return 0n' },
  ],
  'a bounded number of retries': [
    { find: 'if (retries === MAX_RETRIES) refuse', replace: 'if (retries === 50) refuse' },
  ],
  'dh_gen_fail ends the exchange': [
    { find: "if (n === 3) return refuse(hint(': the server could not make a key (dh_gen_fail)'))", replace: '' },
  ],
  'answers come in their order, nothing comes afterwards': [
    { find: "state.waitsFor === 'resPQ' && answer._ === 'resPQ'", replace: "answer._ === 'resPQ'" },
    {
      find: "    this.#state = { waitsFor: 'nothing' }\n    if (state.waitsFor === 'server_DH_params')",
      replace: "    if (state.waitsFor === 'server_DH_params')",
    },
  ],
  'answers of another exchange are refused': [
    { find: 'if (!equal(message.nonce, nonce)) refuse', replace: 'if (message.nonce.length !== 16) refuse' },
  ],
  'the key is padded to 256 bytes': [
    { find: 'fromBigInt(crypto.modPow(gA, b, prime), 256)', replace: 'fromBigInt(crypto.modPow(gA, b, prime))' },
  ],
  'the first salt is new_nonce XOR server_nonce; the clock is set by server_time': [
    { find: 'serverNonce.subarray(0, 8)))', replace: 'serverNonce.subarray(8, 16)))' },
    { find: 'serverTime: inner.serverTime >>> 0', replace: 'serverTime: 0', file: 'src/transport/exchange/steps.ts' },
  ],
  'server_time has no sign: it goes on after 2038': [{ find: 'inner.serverTime >>> 0', replace: 'inner.serverTime' }],
  'bytes behind the body of a plain message are legal': [
    { find: 'length > reader.remaining', replace: 'length !== reader.remaining' },
  ],
  'a plain message has auth_key_id 0 and is as long as it says, at least': [
    { find: 'if (reader.long() !== 0n) reader', replace: 'if (reader.long() === 1n) reader' },
    { find: 'length < 0 || length > reader.remaining', replace: 'length > reader.remaining' },
    { find: 'length < 0 || length > reader.remaining', replace: 'length < 0' },
  ],
  'no byte of any message of the server can be changed, but for those listed in the test': [
    {
      find: 'if (!equal(message.serverNonce, serverNonce)) refuse',
      replace: 'if (!equal(message.serverNonce.subarray(0, 15), serverNonce.subarray(0, 15))) refuse',
    },
  ],
  'no field can be set to a value out of its bounds by a server that holds the keys': [
    { find: '  checkDhGroup(crypto, random, prime, inner.g)\n', replace: '' },
  ],
  'after a mismatch everything begins anew, a bounded number of times': [
    { find: 'const FEWEST_ATTEMPTS = 3', replace: 'const FEWEST_ATTEMPTS = 30', file: 'src/transport/limits.ts' },
  ],
  'secrets are wiped when they are no longer needed': [
    { find: '      agreed.newNonce.fill(0)\n      return { done', replace: '      return { done' },
    { find: '      state.agreed.newNonce.fill(0)\n      state.proposed', replace: '      state.proposed' },
    { find: '    secret.fill(0)\n', replace: '', file: 'src/transport/exchange/steps.ts' },
  ],
  'and when the link is lost in the middle': [{ find: '    this.#exchange?.end()\n', replace: '' }],
}
