/**
 * Defects to plant: each replaces one exact piece of one source file, so that it can be shown that the simulator finds it.
 */

/** One change of one source file. */
export interface Patch {
  /** Below the project's folder. */
  readonly file: string
  /** Must occur in the file exactly once. */
  readonly find: string
  readonly replace: string
}

/** A defect by name. */
export interface Sabotage extends Patch {
  /** What is wrong then, in a few words. */
  readonly what: string
}

/** All defects, by the names that `--sabotage` takes. */
export const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'no-resend': {
    what: 'what was sent on a lost connection is not sent again on the next',
    file: 'src/transport/session/session.ts',
    find: 'if (!call.acked) this.resend(call)',
    replace: '',
  },
  'ack-is-content': {
    what: 'acknowledgements count as content',
    file: 'src/transport/session/outbox.ts',
    find: '/_ack|_info|_wait|pong/',
    replace: '/_info|_wait|pong/',
  },
}
