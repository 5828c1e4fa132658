/**
 * Makes uploads resumable: notes in a journal what has arrived, and takes up what was left unfinished.
 *
 * A file is looked up by the account and by where it lies. If it is what it was, the parts that had arrived are not sent
 * again, and the others go under the same file id; in every other case it starts over under a new id, and an event says
 * why. A part is noted after its acknowledgement, so what is noted is on the server, and at most the parts that were under
 * way at the end are sent twice. What was noted is removed when its use has succeeded: the `MessageMedia` is there.
 *
 * Servers keep parts "between several minutes and several hours". Whether one still has them is only found out when the
 * file is used: a part that is missing is sent again, and if that does not help the file starts over.
 * Source: https://core.telegram.org/api/files#uploading-files
 */
import { RpcError, UsageError } from '../../errors.ts'
import { orAbort } from '../abort.ts'
import { drawFileId } from '../file-id.ts'
import type { UploadPlan } from '../plan.ts'
import type { NotedFile, RestartReason, Resume, ResumeAccount, ResumeOptions, ResumeRun } from '../resumption.ts'
import type { RandomAccessSource, Source } from '../source.ts'
import { Claims } from './claims.ts'
import { keyOf, printOf } from './identity.ts'
import { decodeJournal, encodeJournal, type Journal, type JournalEntry } from './journal.ts'
import { Notes } from './notes.ts'
import type { ResumeStore } from './store.ts'

/** Milliseconds after its last part beyond which a file is not gone on with: the server has surely forgotten it. */
export const JOURNAL_LIFETIME: number = 6 * 3_600_000
/** What has succeeded waits for its notes to be removed for this many milliseconds: a store that hangs must not keep it. */
const PATIENCE = 5000
/** One call starts over at most this often. */
const MAX_RESTARTS = 16
/** Answers that mean that the parts on the server do not make the file: they are lost, or come from another one. */
const LOST = /^(FILE_PART_X_MISSING|FILE_PARTS_INVALID|FILE_PART_\w*(INVALID|CHANGED)|MD5_CHECKSUM_INVALID)$/

/**
 * Makes uploads resumable by notes in `store`. Give what it returns as the option `resume`; one for all uploads is best.
 *
 * ```ts
 * const resume = resumable(store)
 * const media = await client.uploadMedia({ media: document(file), resume })
 * ```
 * @throws UsageError for what is no store
 */
export function resumable(store: ResumeStore): Resume {
  const missing = ['load', 'save', 'remove'].filter((name) => typeof (store as never)?.[name] !== 'function')
  if (missing.length)
    throw new UsageError(`resumable takes a store with load, save and remove; it has no ${missing.join(', no ')}`)
  const claims = new Claims(store)
  return async (account, work) => {
    for (let restarts = 0; ; restarts++) {
      const run = new Run(store, claims, account)
      try {
        const result = await work(run)
        await run.finish()
        return result
      } catch (error) {
        const lost = run.isLost(error)
        const ended = run.end(lost)
        // Whoever aborts does not wait for a store.
        if (!lost || restarts >= MAX_RESTARTS) throw error
        await ended
        run.tellLost(error)
      }
    }
  }
}

/** A file that a run uploads. */
interface Begun {
  readonly source: Source
  readonly plan: UploadPlan
  readonly name: string
  readonly options: ResumeOptions
}

/** One call, and the files it uploads. */
class Run implements ResumeRun {
  readonly #store: ResumeStore
  readonly #claims: Claims
  readonly #account: string
  readonly #files: Begun[] = []
  /** What is noted of them, by key. */
  readonly #notes = new Map<string, Notes>()
  #resumed = false
  #ended = false

  constructor(store: ResumeStore, claims: Claims, { dcId, user }: ResumeAccount) {
    this.#store = store
    this.#claims = claims
    this.#account = `${dcId}/${user?.id}`
  }

  async begin(source: Source, plan: UploadPlan, name: string, options: ResumeOptions): Promise<NotedFile | undefined> {
    const { onEvent, signal } = options
    const file = { source, plan, name, options }
    this.#files.push(file)
    const tell = (reason: RestartReason): void => onEvent?.({ type: 'restart', name, reason })
    if (source.kind === 'stream') {
      tell('stream')
      return undefined
    }
    // A file of one part has nothing to go on with.
    if (plan.parts === 1) return undefined
    let found: Found
    try {
      found = await orAbort(this.#find(file, source), signal)
    } catch (error) {
      signal?.throwIfAborted()
      onEvent?.({ type: 'unnoted', name, error })
      return undefined
    }
    const { notes, reason } = found
    if (reason) tell(reason)
    else if (notes?.size) {
      this.#resumed = true
      const { fileId, size: parts, bytes } = notes
      onEvent?.({ type: 'resume', fileId, name, parts, bytes, size: source.size })
    }
    return notes
  }

  /** Whether starting over may help against this error: the server has lost what was sent, or what was resumed is wrong. */
  isLost(error: unknown): boolean {
    const files = this.#files
    if (!(error instanceof RpcError && LOST.test(error.type)) || !files.length) return false
    if (files.some(({ source }) => source.kind === 'stream')) return false
    return error.type === 'FILE_PART_X_MISSING' || this.#resumed
  }

  /** Tells all files that they start over. */
  tellLost(error: unknown): void {
    for (const { name, options } of this.#files) options.onEvent?.({ type: 'restart', name, reason: 'lost', error })
  }

  /** Has what was noted removed, and waits for that for a while. */
  async finish(): Promise<void> {
    const ended = this.end(true)
    const host = this.#files[0]?.options.host
    if (!host) return ended
    await new Promise<void>((resolve) => {
      const timer = host.setTimer(PATIENCE, resolve)
      void ended.finally(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  /** Lets go of all files. With `forget`, what was noted of them is removed, and of old ones as well. */
  async end(forget: boolean): Promise<void> {
    this.#ended = true
    await Promise.all(Array.from(this.#notes.values(), (notes) => notes.end(forget)))
    const now = this.#files[0]?.options.host.wallClock()
    if (forget && now !== undefined) void this.#claims.prune(now, JOURNAL_LIFETIME)
  }

  /** Takes a file for this run, and compares it with what was noted of it. */
  async #find({ plan, name, options }: Begun, source: RandomAccessSource): Promise<Found> {
    const { crypto, kind, host } = options
    const store = this.#store
    const account = this.#account
    const key = keyOf(crypto, account, kind, source)
    // The same file again: the server has lost it, and it starts over.
    const earlier = this.#notes.get(key)
    await earlier?.end(true)
    const claim = await this.#claims.take(key)
    if (!claim) return { reason: 'busy' }
    try {
      const now = host.wallClock()
      const { size, version: state = '' } = source
      const { partSize, big } = plan
      const print = await printOf(crypto, source)
      const fresh = { account, name, kind, fileId: drawFileId(host), partSize, big, size, state, print }
      const text = await store.load(key)
      const journal = text === undefined ? undefined : decodeJournal(text)
      const reason = earlier ? 'lost' : journal && whyNot(journal, fresh, now)
      const { entry, done, touched } =
        typeof journal === 'object' && !reason ? journal : { entry: fresh, done: new Set<number>(), touched: now }
      const saved = encodeJournal({ entry, done, touched })
      await store.save(key, saved)
      // Whoever waited for it may have been aborted meanwhile.
      if (this.#ended) throw new Error('too late')
      const notes = new Notes({ store, key, claim, options, entry, done }, saved)
      this.#notes.set(key, notes)
      return { notes, reason }
    } catch (error) {
      void claim.leave(Promise.resolve())
      throw error
    }
  }
}

/** A file's notes, unless there are none; and why it starts over, if it does. */
interface Found {
  readonly notes?: Notes
  readonly reason?: RestartReason | undefined
}

/** Why a file cannot go on where a journal ends; `undefined` if it can. */
function whyNot(journal: Journal | 'damaged' | 'newer', now: JournalEntry, time: number): RestartReason | undefined {
  if (typeof journal === 'string') return journal
  const { entry, touched } = journal
  const same = (...names: readonly (keyof JournalEntry)[]): boolean => names.every((name) => entry[name] === now[name])
  if (!same('account', 'kind')) return 'damaged'
  if (!same('size', 'state', 'print')) return 'changed'
  if (!same('partSize', 'big')) return 'plan'
  // A clock that was set back far tells nothing of its age.
  return Math.abs(time - touched) > JOURNAL_LIFETIME ? 'old' : undefined
}
