/**
 * The rule for file parts: what the server has acknowledged is not sent again, unless the server has lost it.
 *
 * A part is known by the request that servers get, a call by the ids that it is sent under: so nothing is read from what
 * the client writes. A call that was sent before the acknowledgement, on whatever lane, may well arrive after it.
 *
 * Source: https://core.telegram.org/api/files#uploading-files
 */
import type { CallRequest } from '../../../transport/session/call.ts'

/** Names of the methods that carry one. */
export const PART: RegExp = /^upload\.save(Big)?FilePart$/
const BOOL_TRUE = 0x997275b5

/** A call that carries a part. */
interface Carrying {
  /** When it was sent first. */
  readonly order: number
  /** The part, once a server has it before itself. */
  part: string | undefined
}

export class PartCheck {
  readonly #violate: (detail: string) => void
  /** By session and id. */
  readonly #calls = new Map<string, Carrying>()
  /** When a part was acknowledged. */
  readonly #done = new Map<string, number>()
  #order = 0

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /** A call is made: returns what to make it with. */
  watched(session: { readonly id: bigint }, request: CallRequest): CallRequest {
    if (!PART.test(request.method)) return request
    const names: string[] = []
    let carrying: Carrying | undefined
    const over = (): void => {
      for (const name of names) this.#calls.delete(name)
    }
    return {
      ...request,
      encode: (writer, msgId) => {
        carrying ??= { order: this.#order++, part: undefined }
        const name = nameOf(session.id, msgId)
        names.push(name)
        this.#calls.set(name, carrying)
        request.encode(writer, msgId)
      },
      onResult: (reader) => {
        if (carrying?.part !== undefined && reader.peekId() === BOOL_TRUE) this.#done.set(carrying.part, this.#order++)
        over()
        request.onResult(reader)
      },
      onRpcError: (code, text) => {
        over()
        request.onRpcError(code, text)
      },
    }
  }

  /** A server has a part before itself. */
  asked(
    file: bigint,
    part: number,
    { sessionId, msgId }: { readonly sessionId: bigint; readonly msgId: bigint },
  ): void {
    const carrying = this.#calls.get(nameOf(sessionId, msgId))
    if (carrying === undefined) return
    carrying.part = `${file} ${part}`
    const done = this.#done.get(carrying.part)
    if (done !== undefined && done < carrying.order)
      this.#violate(`part ${part} of file ${file} was sent again after it had been acknowledged`)
  }

  /** A server has lost a part. */
  lost(file: bigint, part: number): void {
    this.#done.delete(`${file} ${part}`)
  }
}

function nameOf(sessionId: bigint, msgId: bigint): string {
  return `${sessionId} ${msgId}`
}
