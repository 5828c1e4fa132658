/**
 * `mtproto-upload/probe`: what a file is, found out by looking at it. Given to a builder of media (`video('clip.mp4', { probe })`),
 * it fills in what the caller did not say.
 */
export { probe } from './probe.ts'
export type { FileDescription, ProbeOptions } from './types.ts'
