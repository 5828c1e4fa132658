/**
 * Ids under which files are sent. The client chooses them: https://core.telegram.org/api/files#uploading-files
 */
import { toBigInt } from '../bytes.ts'
import type { Host } from '../host.ts'
import { randomBytes } from '../host.ts'

/** A random file id: 63 bits, never 0. */
export function drawFileId(host: Host): bigint {
  let id = 0n
  while (!id) id = BigInt.asUintN(63, toBigInt(randomBytes(host.random, 8)))
  return id
}
