/**
 * The platform of Node, Bun and Deno: native crypto, TCP, files.
 */
import { nativeCrypto } from '../../crypto/native.ts'
import { parsePublicKey } from '../../crypto/pem.ts'
import { StorageError } from '../../errors.ts'
import { fillMedia } from '../../files/media-fields.ts'
import { oneTotal } from '../../files/media-total.ts'
import { openFew } from '../../files/open-few.ts'
import { sharedBuffers } from '../../files/shared-buffers.ts'
import { openFile } from '../../files/source-file.ts'
import { forwardSecrecy } from '../../transport/forward-secrecy.ts'
import { observed } from '../../transport/observed.ts'
import { ALL_METHODS } from '../all-methods.ts'
import { checkOptions } from '../check-options.ts'
import { otherDatacenters } from '../other-datacenters.ts'
import { askMaxParts } from '../part-limit.ts'
import { findPeer } from '../peers/find.ts'
import { prepareUpload } from '../prepare-upload.ts'
import { PRODUCTION_KEY, TEST_KEY } from '../server-keys.ts'
import { decodeSession } from '../session-data.ts'
import type { SessionStorage } from '../storage.ts'
import { fileStorage } from '../storage-file.ts'
import { uploadMany } from '../upload-many.ts'
import { nodeWay } from './node-way.ts'
import type { Platform } from './platform.ts'
import { inStock } from './random-stock.ts'
import { systemHost } from './system-host.ts'

/** Most bytes of buffers for parts that are kept when nothing is uploaded. */
const KEPT = 8 * 1024 * 1024

/** Most files that uploads have open at a time: far more than travel, and far fewer than a process may have. */
const OPEN_FILES = 128

/** A session in a file, that is named where what is in it cannot be read. */
function sessionFile(path: string): SessionStorage {
  const storage = fileStorage(path)
  return {
    ...storage,
    async load() {
      const stored = await storage.load()
      try {
        if (stored) decodeSession(stored)
      } catch (error) {
        if (error instanceof StorageError) throw new StorageError(error.code, `${path}: ${error.message}`)
        throw error
      }
      return stored
    },
  }
}

export const platform: Platform = {
  checkOptions,
  host: { ...systemHost, random: inStock(systemHost.random) },
  crypto: nativeCrypto,
  methods: ALL_METHODS,
  way: nodeWay,
  keys: (test) => [test ? TEST_KEY : PRODUCTION_KEY],
  observe: observed,
  datacenters: otherDatacenters,
  peers: findPeer,
  parseKey: (pem) => parsePublicKey(nativeCrypto, pem),
  forwardSecrecy,
  askMaxParts,
  uploadMany: (client, items, options) => uploadMany(client, items, options && prepareUpload(options)),
  fillMedia,
  oneTotal,
  buffers: sharedBuffers(KEPT),
  openFile: openFew(openFile, OPEN_FILES),
  fileStorage: sessionFile,
  prepareUpload,
}
