/**
 * One transfer of parts to a sender: the driver between reader and gate, and the book of what was sent.
 *
 * Each part has a task of its own: it waits at the gate, is sent, and if it failed waits for a while and starts over; so
 * only what failed is sent again, over another lane where it was the lane's fault. Parts are read while fewer than two tasks
 * wait, so memory holds the parts under way, those that wait to be sent again, and a few read ahead. A transfer ends once:
 * with the last acknowledgement, with the first error that cannot be mended, or with an abort; then its tasks are stopped,
 * and nothing of it remains.
 */
import { hint } from '#explain'
import { FileError, type RpcError } from '../errors.ts'
import { backoff } from './backoff.ts'
import type { Gate, GateMember, Pass } from './gate.ts'
import { MAX_SPARED, READ_AHEAD } from './limits.ts'
import type { PartRequest, PartSender, TransferEvent, UploadOptions } from './options.ts'
import type { UploadPlan } from './plan.ts'
import { progressMeter } from './progress.ts'
import type { Piece } from './reader.ts'
import type { NotedFile } from './resumption.ts'

export interface TransferOptions extends UploadOptions {
  readonly sender: PartSender
  readonly gate: Gate
  readonly plan: UploadPlan
  /** Reads the parts to send, the last of them marked; stops when `over` says so. */
  readonly pieces: (over: () => boolean) => AsyncIterable<Piece>
  readonly fileId: bigint
  /** What to call the file in messages. */
  readonly label: string
  /** The book of the parts that have arrived; those in it already are no pieces, and count as sent. */
  readonly ledger?: NotedFile | undefined
}

/** Sends all pieces; resolves with the number of bytes and parts of the file. */
export function transfer(options: TransferOptions): Promise<{ readonly size: number; readonly parts: number }> {
  const { sender, gate, plan, pieces, fileId, label, host, signal, onEvent, onProgress } = options
  const { maxAttempts = 5, maxWait = 3600, isFinal, ledger } = options
  const report = onProgress && progressMeter(host, onProgress)
  const emit = (event: TransferEvent): void => onEvent?.({ ...event, fileId, name: label })
  /** One for each attempt: a single signal with many listeners makes Node warn of a leak. */
  const attempts = new Set<AbortController>()
  let over = false
  let { lanes } = gate
  /** Parts that wait at the gate, for the first time or again. */
  let waiting = 0
  /** Called when one of them waits no more. */
  let wake = (): void => {}
  /** Parts that were begun and are not done; whether the last is among those begun. */
  let open = 0
  let complete = false
  /** Parts and bytes done; bytes read, and under way; attempts that were repeated. */
  const done: Pick<NotedFile, 'add' | 'size'> = ledger ?? new Set()
  let sentBytes = ledger?.bytes ?? 0
  let readBytes = sentBytes
  let inFlight = 0
  let retries = 0

  return new Promise((resolve, reject) => {
    /** Ends the transfer: it fails with `error`, unless it has succeeded. */
    const end = (error?: unknown): void => {
      if (over) return
      over = true
      reject(error)
      signal?.removeEventListener('abort', onAbort)
      gate.leave(member)
      for (const attempt of attempts) attempt.abort(error)
      wake()
    }
    const onAbort = (): void => end(signal!.reason)
    const succeed = (): void => {
      resolve({ size: sentBytes, parts: done.size })
      end()
    }

    const wall = (at: number): number => Math.round(host.wallClock() + at - host.now())
    const progress = (force: boolean): void => {
      if (over) return
      const { pausedUntil } = gate
      const totalBytes = complete ? readBytes : plan.size
      const waitUntil = pausedUntil && wall(pausedUntil)
      report?.({ sentBytes, totalBytes, lanes, inFlight, retries, waitUntil }, force)
    }
    /** Whoever listens may throw. */
    const tell = (what: () => void): void => {
      try {
        what()
      } catch (error) {
        end(error)
      }
    }
    const member: GateMember = {
      paused(until) {
        tell(() => {
          emit({ type: 'pause', until: wall(until), seconds: (until - host.now()) / 1000 })
          progress(true)
        })
      },
      stalled(lane, error) {
        sender.replaceLane?.(lane, error)
        tell(() => emit({ type: 'stall', lane }))
      },
    }

    /**
     * The n-th attempt at a part failed; without an error, it was answered by `false`. Returns the ms to wait before the
     * next; 0 if the gate sees to that or gave the part up, or another lane takes over: then the attempt is spared, unless
     * too many were, and does not count. Throws what is final.
     */
    const failed = (pass: Pass, part: number, n: number, error: unknown, givenUp: boolean, spared: number): number => {
      const { waitSeconds, retryable } = (error ?? { retryable: true }) as Partial<RpcError>
      if (!retryable || waitSeconds! > maxWait) throw error as Error
      if (waitSeconds !== undefined) {
        // A wait of 0 s repeated would be a busy loop.
        gate.pause(pass, 1000 * (waitSeconds || 1))
        return 0
      }
      // What the gate gave up itself says nothing against the connection, which knows best when it is lost.
      const lost = !givenUp && isFinal?.(error) === true
      const elsewhere = gate.failed(pass, lost)
      if (lost && !elsewhere) throw error as Error
      const delay = (givenUp || (elsewhere && pass.lane)) && spared < MAX_SPARED ? 0 : backoff(n, host.random)
      if (delay && n >= maxAttempts) {
        throw (error ??
          new FileError(
            'FILE_NOT_ACCEPTED',
            `the server did not accept part ${part} of ${label} (attempts: ${n})${hint('; try again later') ?? ''}`,
          )) as Error
      }
      retries++
      emit({ type: 'retry', part, failures: n, delay, error })
      return delay
    }

    /** The task of one part: attempts until it has arrived. */
    const deliver = async ({ part, bytes, total, release }: Piece): Promise<void> => {
      const { length } = bytes
      const request = {
        _: plan.big ? 'upload.saveBigFilePart' : 'upload.saveFilePart',
        fileId,
        filePart: part,
        ...(plan.big && { fileTotalParts: total }),
        bytes,
      } as PartRequest
      try {
        for (let failures = 0, spared = 0, delay = 0; !over; ) {
          waiting++
          const pass = await gate.enter(member, length, delay)
          waiting--
          wake()
          if (!pass) return
          const { lane, at } = pass
          const attempt = new AbortController()
          attempts.add(attempt)
          pass.overdue = (error) => attempt.abort(error)
          let accepted = false
          let error: unknown
          inFlight += length
          try {
            accepted = !over && (await sender.sendPart(request, { lane, signal: attempt.signal }))
          } catch (thrown) {
            error = thrown
          }
          attempts.delete(attempt)
          inFlight -= length
          try {
            if (over) return
            if (accepted) {
              sentBytes += length
              done.add(part)
              const isLast = !--open && complete
              emit({ type: 'part', part, bytes: length, lane, roundTrip: host.now() - at })
              progress(isLast)
              if (isLast) succeed()
              return
            }
            delay = failed(pass, part, failures + 1, error, attempt.signal.aborted, spared)
            if (delay) failures++
            else spared++
          } finally {
            gate.settled(pass, accepted)
            if (!over && lanes !== gate.lanes) {
              lanes = gate.lanes
              emit({ type: 'lanes', lanes })
            }
          }
        }
      } catch (error) {
        end(error)
      } finally {
        release?.()
      }
    }

    const run = async (): Promise<void> => {
      progress(true)
      for await (const piece of pieces(() => over)) {
        open++
        readBytes += piece.bytes.length
        complete = piece.last
        void deliver(piece)
        while (waiting >= READ_AHEAD && !over) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
        // Leaving the loop ends the reader too.
        if (over || complete) return
      }
      // There was nothing to send, or it is over.
      succeed()
    }

    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort)
    gate.join(member)
    run().catch(end)
  })
}
