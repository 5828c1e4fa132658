/**
 * What exists on Node, Bun and Deno alone: a session kept in a file.
 */
export { type FileStorage, fileStorage } from './client/storage-file.ts'
