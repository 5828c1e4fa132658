/**
 * `mtproto-upload/transport`: framings and carriers on their own, for research and for other protocols' work.
 *
 * All of it runs in browsers too; so TCP, which they do not have, is not here but in `carrier/tcp.ts`.
 */
export * from './carrier/index.ts'
export * from './framing/index.ts'
