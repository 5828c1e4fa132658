/**
 * Compression of what we send: a request that shrinks by it travels as `gzip_packed`.
 *
 * The request alone is packed, inside of `initConnection` and the like, which is what servers are used to. File parts never
 * are: what cameras and encoders make does not shrink, and time spent on trying is time not spent on sending. In bundles
 * `pack-nothing.ts` stands for this, since web platforms compress in their own time only.
 *
 * Source: https://core.telegram.org/mtproto/service_messages#packed-object
 */
import { view } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import type { Call } from './call.ts'
import { GZIP_PACKED } from './limits.ts'

/** Requests below this many bytes are not worth the attempt. */
const PACK_FROM = 1024

/** Makes a call's request travel packed, whenever it is sent, if it has about a kilobyte at least and shrinks. */
export function pack(call: Call, session: { readonly options: { readonly crypto: Crypto } }): void {
  const { crypto } = session.options
  const { request } = call
  // A call that states its size is a file part.
  if (!crypto.gzip || request.size) return
  call.encode = (writer, msgId) => {
    const start = writer.pos
    request.encode(writer, msgId)
    const body = writer.buffer.subarray(start, writer.pos)
    if (body.length < PACK_FROM || view(body).getUint32(0, true) === GZIP_PACKED) return
    const packed = crypto.gzip!(body)
    if (packed.length + 8 >= body.length) return
    writer.pos = start
    writer.uint(GZIP_PACKED)
    writer.bytes(packed)
  }
}
