/**
 * PBKDF2-HMAC-SHA-512 in plain JavaScript, for the check of a password. A file of its own: who logs in without a password
 * does not pay for it. Source: RFC 8018, section 5.2.
 */
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js'
import { sha512 } from '@noble/hashes/sha2.js'
import type { Pbkdf2 } from './srp.ts'

/** PBKDF2-HMAC-SHA-512, 64 bytes. Takes a second or so for 100000 iterations, and lets other work run in between. */
export const portablePbkdf2: Pbkdf2 = (password, salt, iterations) =>
  pbkdf2Async(sha512, password, salt, { c: iterations, dkLen: 64 })
