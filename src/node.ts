/**
 * What exists on Node, Bun and Deno alone: a session kept in a file, a journal of uploads kept in a folder.
 */
export { type FileStorage, fileStorage } from './client/storage-file.ts'
export { folderStore, journalFolder } from './files/resume/folder.ts'
export type { ResumeStore } from './files/resume/store.ts'
export type { Resume } from './files/resumption.ts'
