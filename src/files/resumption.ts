/**
 * What an upload and a client need of something that makes uploads go on where an earlier process was killed.
 *
 * These are its types alone, so that nobody who does not use it carries it; `resume/` is what there is of it.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { Host } from '../host.ts'
import type { Ledger } from './ledger.ts'
import type { UploadKind, UploadPlan } from './plan.ts'
import type { Source } from './source.ts'

/**
 * Makes uploads resumable: what `journalFolder()` of `mtproto-upload/node` and `resumable()` of `mtproto-upload/resume`
 * return. Calls `work`, again if the server has lost what was sent, and notes what it does.
 */
export type Resume = <T>(account: ResumeAccount, work: (run: ResumeRun) => Promise<T>) => Promise<T>

/** On which server something is sent, and as whom: what another account has sent is of no use. */
export interface ResumeAccount {
  readonly dcId: number
  readonly user: { readonly id: bigint } | undefined
}

/** One call that uploads and uses files: what is noted of them is removed when it succeeds. */
export interface ResumeRun {
  /**
   * Takes up a file that is about to be sent; `undefined` when nothing is to be noted of it. What was sent by the same run
   * before is taken for lost. @throws the reason of the file's signal, and what its watcher throws
   */
  begin(source: Source, plan: UploadPlan, name: string, options: ResumeOptions): Promise<NotedFile | undefined>
}

/** What a run takes of the options of an upload. */
export interface ResumeOptions {
  readonly kind: UploadKind
  readonly host: Host
  readonly crypto: Pick<Crypto, 'md5' | 'sha256'>
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: ResumeEvent) => void) | undefined
}

/** The ledger of a file of which notes are kept: the parts that are on the server. */
export interface NotedFile extends Pick<Ledger, 'has' | 'size'> {
  readonly fileId: bigint
  /** Bytes in the parts that earlier uploads have sent. */
  readonly bytes: number
  /** To be called for each part that has arrived, at once. */
  add(part: number): unknown
}

/** Why a file is sent from its beginning although there is a journal. */
export type RestartReason =
  /** The file is not what it was: its size, its time of change, its inode, or its first or last bytes. */
  | 'changed'
  /** Its parts are to have another size than before. */
  | 'plan'
  /** It was begun so long ago that the server has forgotten its parts. */
  | 'old'
  /** What was noted is damaged, or cannot be read. */
  | 'damaged'
  /** What was noted is of a newer version of this package. */
  | 'newer'
  /** It is being uploaded by someone else right now; both are sent, each by itself. */
  | 'busy'
  /** It is a stream, which can be read only once: nothing is noted of it. */
  | 'stream'
  /** The server refused the file, or has lost parts of it. */
  | 'lost'

/** What is told about the resumption of a file. */
export type ResumeEvent =
  /** Parts that an earlier upload sent need not be sent again. */
  | {
      readonly type: 'resume'
      readonly fileId: bigint
      readonly name: string
      readonly parts: number
      /** Bytes in these parts, and in the file. */
      readonly bytes: number
      readonly size: number
    }
  /** The file is sent from its beginning. */
  | { readonly type: 'restart'; readonly name: string; readonly reason: RestartReason; readonly error?: unknown }
  /** Nothing can be noted (any more): the upload goes on, and cannot be resumed beyond what was noted before. */
  | { readonly type: 'unnoted'; readonly name: string; readonly error: unknown }
  /** What was noted is of no more use and cannot be removed: it stays in the store. */
  | { readonly type: 'unremoved'; readonly name: string; readonly error: unknown }
