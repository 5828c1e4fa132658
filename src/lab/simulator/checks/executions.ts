/**
 * The rule for what servers carry out: media are made of a file once, as counted by the servers.
 *
 * A client may make the call anew when the one before was not answered as it should be or was given up, or when its
 * connection had ended by then. Which call came first is told by when the client wrote them, since the network delays some.
 * What somebody on the way put on a connection, where the client never wrote it, is not the client's doing; and whether one
 * and the same call may be sent again, as after a word of the server's, is for the check of resends to say.
 */

import type { CallRequest } from '../../../transport/session/call.ts'

/** Where a message was met, and under which name. */
export interface Meeting {
  readonly link: number
  readonly sessionId: bigint
  readonly msgId: bigint
}

/** A call of a client, which may be sent several times. */
interface Calling {
  /** When it was sent first. */
  readonly order: number
  /** It was met by a server that did not answer it as it should, or was given up. */
  failed: boolean
  /** The link that it was met on last. */
  link: number
}

interface Writing {
  readonly link: number
  readonly call: Calling
  met: boolean
}

export class ExecutionCheck {
  readonly #violate: (detail: string) => void
  readonly #calls = new WeakMap<object, Calling>()
  readonly #writings = new Map<string, Writing>()
  /** When the client left a link. */
  readonly #left = new Map<number, number>()
  /** The calls by which servers were asked to make media of a file. */
  readonly #asked = new Map<bigint, Set<Calling>>()
  #order = 0

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /** A call is made: returns what to make it with. One that was given up may be made anew: its answer got lost. */
  watched(session: { readonly id: bigint }, request: CallRequest): CallRequest {
    const names: string[] = []
    return {
      ...request,
      encode: (writer, msgId) => {
        names.push(nameOf(session.id, msgId))
        request.encode(writer, msgId)
      },
      onFailure: (error) => {
        for (const name of names) {
          const writing = this.#writings.get(name)
          if (writing) writing.call.failed = true
        }
        request.onFailure(error)
      },
    }
  }

  /** A client wrote a call that makes media. */
  wrote({ link, sessionId, msgId }: Meeting, call: object): void {
    const calling = this.#calls.get(call) ?? { order: this.#order++, failed: false, link }
    this.#calls.set(call, calling)
    this.#writings.set(nameOf(sessionId, msgId), { link, call: calling, met: false })
  }

  /** A client's end of a link is closed. */
  left(link: number): void {
    this.#left.set(link, this.#order++)
  }

  /**
   * A server was asked to make media of a file.
   * @returns to be called if it made them, and answers
   */
  asked(file: bigint, { link, sessionId, msgId }: Meeting): () => void {
    const writing = this.#writings.get(nameOf(sessionId, msgId))
    if (writing?.link !== link) return () => {}
    const { call } = writing
    if (writing.met) this.#violate(`media were made of file ${file} twice by one message, over link ${link}`)
    writing.met = true
    const failedBefore = call.failed
    call.failed = true
    call.link = link
    const calls = this.#asked.get(file) ?? new Set()
    this.#asked.set(file, calls)
    if (!calls.has(call)) this.#compare(file, calls, call)
    calls.add(call)
    return () => {
      call.failed = failedBefore
    }
  }

  /** Each call but the first needs a reason in the one before it. */
  #compare(file: bigint, calls: ReadonlySet<Calling>, fresh: Calling): void {
    const sorted = [...calls, fresh].sort((a, b) => a.order - b.order)
    const unfounded = sorted.some((call, i) => {
      const before = sorted[i - 1]
      return before && !before.failed && (this.#left.get(before.link) ?? call.order) >= call.order
    })
    if (unfounded) this.#violate(`media were made of file ${file} again without a reason, over link ${fresh.link}`)
  }
}

function nameOf(sessionId: bigint, msgId: bigint): string {
  return `${sessionId} ${msgId}`
}
