/** The check that no part goes out again once it was acknowledged, fed histories that keep the rule and break it. */
import { beforeEach, describe, expect, test } from 'vitest'
import { PartCheck } from '../../../src/lab/simulator/checks/parts.ts'
import { TlReader } from '../../../src/tl/reader.ts'
import { TlWriter } from '../../../src/tl/writer.ts'
import type { CallRequest } from '../../../src/transport/session/call.ts'

let found: string[]
let check: PartCheck
beforeEach(() => {
  found = []
  check = new PartCheck((detail) => void found.push(detail))
})

const session = { id: 7n }
const bool = (id: number): TlReader => new TlReader(new Uint8Array(new Uint32Array([id]).buffer))
const TRUE = 0x997275b5
const FALSE = 0xbc799737
const call = (method = 'upload.saveFilePart'): CallRequest =>
  check.watched(session, { method, encode() {}, onResult() {}, onRpcError() {}, onFailure() {} })

/** A call that is sent under an id, and reaches the server as a part. */
function sent(msgId: bigint, part = 0, one: CallRequest = call()): CallRequest {
  one.encode(new TlWriter(), msgId)
  check.asked(5n, part, { sessionId: 7n, msgId })
  return one
}

describe('a part', () => {
  test('is not sent again once it was acknowledged', () => {
    sent(4n).onResult(bool(TRUE))
    sent(8n, 1)
    expect(found).toEqual([])
    sent(12n)
    expect(found).toEqual([expect.stringContaining('part 0 of file 5 was sent again')])
  })

  test('may be sent again when it was refused, or failed', () => {
    sent(4n).onResult(bool(FALSE))
    sent(8n).onRpcError(500, 'INTERNAL')
    sent(12n).onFailure(new Error('lost'))
    sent(16n)
    expect(found).toEqual([])
  })

  test('may be sent again when the server has lost it', () => {
    sent(4n).onResult(bool(TRUE))
    check.lost(5n, 0)
    sent(8n)
    expect(found).toEqual([])
  })

  test('may be under way twice, and the call of it may be sent again', () => {
    const late = call()
    late.encode(new TlWriter(), 4n)
    sent(8n).onResult(bool(TRUE))
    check.asked(5n, 0, { sessionId: 7n, msgId: 4n })
    sent(12n, 0, late)
    expect(found).toEqual([])
  })

  test('of somebody else says nothing, nor does another call', () => {
    sent(4n).onResult(bool(TRUE))
    check.asked(5n, 0, { sessionId: 8n, msgId: 4n })
    sent(8n, 0, call('messages.uploadMedia'))
    expect(found).toEqual([])
  })
})
