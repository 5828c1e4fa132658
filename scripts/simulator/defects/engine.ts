/**
 * Defects of the engine of uploads: what is under way, lanes, notes for the next process, many files at a time.
 */
import type { Defects } from '../defect.ts'

const TRANSFER = 'src/files/transfer.ts'
const GATE = 'src/files/gate.ts'

export const ENGINE_DEFECTS: Defects = {
  'window-overrun': {
    what: 'parts pass as long as less is under way than allowed, however much more they make it',
    file: GATE,
    find: 'window.inFlight + bytes <= window.allowed) {',
    replace: 'window.inFlight < window.allowed) {',
    within: 20,
  },
  'window-leaks': {
    what: 'what failed counts as under way for ever',
    file: GATE,
    find: 'window.settled(pass, now, ok)',
    replace: 'if (ok) window.settled(pass, now, ok)',
    within: 20,
  },
  'stall-ignored': {
    what: 'parts are left to a lane that brings no answer',
    file: GATE,
    find: 'if (!overtaken || at >= late) continue',
    replace: 'if (overtaken || !overtaken) continue',
    within: 300,
  },
  'lane-is-final': {
    what: 'a lane that cannot be opened ends the upload, although the main connection stands',
    file: TRANSFER,
    find: 'if (lost && !elsewhere) throw',
    replace: 'if (lost) throw',
    within: 120,
  },
  'part-again': {
    what: 'parts are sent again although they have arrived',
    file: TRANSFER,
    find: 'done.add(part)\n',
    replace: `done.add(part)
              if (part % 3 === 2) await sender.sendPart(request, { lane, signal: attempt.signal }).catch(() => {})
`,
    within: 10,
  },
  'noted-early': {
    what: 'a part is noted for the next process before it has arrived',
    file: TRANSFER,
    find: 'let accepted = false\n',
    replace: 'let accepted = false\n          done.add(part)\n',
    within: 120,
  },
  'notes-unread': {
    what: 'what a killed process had sent is sent again',
    file: 'src/files/resume/resumable.ts',
    find: "typeof journal === 'object' && !reason",
    replace: "typeof journal === 'object' && reason === 'old'",
    within: 60,
  },
  'notes-kept': {
    what: 'what was noted of a file stays when the file is done with',
    file: 'src/files/resume/resumable.ts',
    find: 'const ended = this.end(true)',
    replace: 'const ended = this.end(false)',
    within: 60,
  },
  'one-sinks-all': {
    what: 'of many files the first that cannot be read ends the rest',
    file: 'src/files/many.ts',
    find: "if (typeof stopOnError === 'function' ? stopOnError(error) : stopOnError) end(true)",
    replace: 'end(true)',
    within: 60,
  },
}
