/**
 * `mtproto-upload/resume`: uploads that go on where an earlier process was killed, with notes in a store of one's own.
 *
 * On Node, Bun and Deno the path of a folder as the option `resume` is enough.
 */
export type {
  NotedFile,
  RestartReason,
  Resume,
  ResumeAccount,
  ResumeEvent,
  ResumeOptions,
  ResumeRun,
} from '../resumption.ts'
export { JOURNAL_LIFETIME, resumable } from './resumable.ts'
export { memoryResumeStore, type ResumeStore } from './store.ts'
