/**
 * Defects of the transfer of files: parts, waits, what is read and what is counted.
 */
import type { Defects } from '../defect.ts'

const TRANSFER = 'src/files/transfer.ts'
const GATE = 'src/files/gate.ts'
const READER = 'src/files/reader.ts'

export const FILE_DEFECTS: Defects = {
  'part-counted-early': {
    what: 'a part counts as sent when it was handed on, whatever becomes of it',
    file: TRANSFER,
    find: 'error = thrown\n',
    replace: 'accepted = true\n',
    within: 10,
  },
  'false-is-success': {
    what: '`false` for a part is taken for success',
    file: TRANSFER,
    find: '!over && (await sender.sendPart',
    replace: '!over && undefined !== (await sender.sendPart',
    within: 300,
  },
  'gate-stays-shut': {
    what: 'after a flood wait no part is sent any more',
    file: GATE,
    find: 'if (soonest < NEVER) timer = host.setTimer(soonest, run)',
    replace: '',
    within: 60,
  },
  'flood-not-shared': {
    what: 'other parts are sent while the server has asked to wait',
    file: GATE,
    find: 'opens = until\n',
    replace: '',
    within: 60,
  },
  'flood-is-final': {
    what: 'a flood wait ends the upload',
    file: TRANSFER,
    find: 'waitSeconds! > maxWait',
    replace: 'waitSeconds! > 2',
    within: 60,
  },
  'wrong-total': {
    what: 'the last part of a stream carries a wrong number of parts',
    file: READER,
    find: '(isLast ? parts! : -1)',
    replace: '(isLast ? parts! + 1 : -1)',
    within: 10,
  },
  'empty-part': {
    what: 'a file that ends at the border of a part is followed by an empty part',
    file: READER,
    find: 'if (!length || skip) held',
    replace: 'if (skip) held',
    within: 10,
  },
  'buffer-shared': {
    what: 'the buffer of a part is given back before the part has arrived',
    file: TRANSFER,
    find: 'const { length } = bytes\n',
    replace: 'const { length } = bytes\n      if (release) queueMicrotask(release)\n',
    within: 120,
  },
  'no-checksum': {
    what: 'the checksum of a file is that of nothing',
    file: READER,
    find: 'md5?.update(piece.bytes)',
    replace: '',
    within: 10,
  },
  'abort-goes-on': {
    what: 'an upload that was aborted goes on',
    file: TRANSFER,
    find: "signal?.addEventListener('abort', onAbort)\n    gate.join",
    replace: 'gate.join',
    within: 60,
  },
}
