/**
 * Photos and documents that exist, by their ids: what `messages.uploadMedia` makes and `upload.getFile` reads.
 */
import { equal, view } from '../../bytes.ts'
import { type RandomSource, randomBytes } from '../../host.ts'
import type { DocumentAttribute, document, photo, photoSize } from '../../tl/generated/api-types.ts'
import type { FileContent } from './file-content.ts'
import { badRequest } from './rpc-failure.ts'

/** Bytes of a file reference, as long as the real ones. */
const REFERENCE_LENGTH = 25

interface Stored {
  readonly id: bigint
  readonly accessHash: bigint
  /** Changes when references expire. */
  fileReference: Uint8Array
  /** Server's second at which it was made. */
  readonly date: number
  /** DC that holds the bytes. */
  readonly dcId: number
  readonly content: FileContent
}

/** One photo, in the one size it was sent in. */
export interface StoredPhoto extends Stored {
  readonly kind: 'photo'
  readonly size: photoSize
  readonly hasStickers: boolean
}

/** A document as the server keeps it. */
export interface StoredDocument extends Stored {
  readonly kind: 'document'
  readonly mimeType: string
  readonly attributes: readonly DocumentAttribute[]
  readonly thumb: { readonly size: photoSize; readonly content: FileContent } | undefined
  /** A video's cover. */
  readonly cover: StoredPhoto | undefined
}

/** A photo or document as a client names it. */
export interface MediaReference {
  readonly id: bigint
  readonly accessHash: bigint
  readonly fileReference: Uint8Array
}

type New<T extends Stored> = Omit<T, 'id' | 'accessHash' | 'fileReference'>

export class MediaStore {
  readonly #random: RandomSource
  readonly #limit: number
  readonly #photos = new Map<bigint, StoredPhoto>()
  readonly #documents = new Map<bigint, StoredDocument>()

  /**
   * @param limit most photos, and most documents, that are kept; the oldest are forgotten with their bytes
   */
  constructor(random: RandomSource, limit: number = Number.POSITIVE_INFINITY) {
    this.#random = random
    this.#limit = limit
  }

  /** Number of photos and documents. */
  get size(): number {
    return this.#photos.size + this.#documents.size
  }

  addPhoto(photo: New<StoredPhoto>): StoredPhoto {
    const stored = { ...photo, ...this.#identity() }
    stored.content.kept = true
    this.#photos.set(stored.id, stored)
    forgetOldest(this.#photos, this.#limit)
    return stored
  }

  addDocument(document: New<StoredDocument>): StoredDocument {
    const stored = { ...document, ...this.#identity() }
    stored.content.kept = true
    if (stored.thumb) stored.thumb.content.kept = true
    this.#documents.set(stored.id, stored)
    forgetOldest(this.#documents, this.#limit)
    return stored
  }

  /** @throws RpcFailure `absent` when there is none; FILE_REFERENCE_… when its reference is not the present one */
  photo(reference: MediaReference, absent?: string): StoredPhoto {
    return checked(this.#photos.get(reference.id), reference, absent)
  }

  /** @throws RpcFailure `absent` when there is none; FILE_REFERENCE_… when its reference is not the present one */
  document(reference: MediaReference, absent?: string): StoredDocument {
    return checked(this.#documents.get(reference.id), reference, absent)
  }

  /** Gives every photo and document a new file reference: the old ones expire. A test's knob. */
  expireReferences(): void {
    for (const stored of [...this.#photos.values(), ...this.#documents.values()])
      stored.fileReference = this.#reference()
  }

  /** Everything that is kept, photos first, each kind in the order it came. */
  *all(): Generator<StoredPhoto | StoredDocument> {
    yield* this.#photos.values()
    yield* this.#documents.values()
  }

  /** A photo, a document or its thumbnail by id, without the checks: for tests that compare bytes. */
  find(id: bigint): StoredPhoto | StoredDocument | undefined {
    return this.#photos.get(id) ?? this.#documents.get(id)
  }

  #identity(): { id: bigint; accessHash: bigint; fileReference: Uint8Array } {
    const numbers = view(randomBytes(this.#random, 16))
    // Ids are positive; access hashes take any value.
    return { id: numbers.getBigUint64(0) >> 1n, accessHash: numbers.getBigInt64(8), fileReference: this.#reference() }
  }

  #reference(): Uint8Array {
    return randomBytes(this.#random, REFERENCE_LENGTH)
  }
}

/** Keeps a store within its limit. */
function forgetOldest(all: Map<bigint, StoredPhoto | StoredDocument>, limit: number): void {
  for (const [id, stored] of all) {
    if (all.size <= limit) return
    all.delete(id)
    stored.content.dispose()
    if (stored.kind === 'document') stored.thumb?.content.dispose()
  }
}

function checked<T extends Stored>(stored: T | undefined, reference: MediaReference, absent = 'MEDIA_INVALID'): T {
  if (stored === undefined || stored.accessHash !== reference.accessHash) throw badRequest(absent)
  if (reference.fileReference.length === 0) throw badRequest('FILE_REFERENCE_EMPTY')
  if (reference.fileReference.length !== REFERENCE_LENGTH) throw badRequest('FILE_REFERENCE_INVALID')
  if (!equal(stored.fileReference, reference.fileReference)) throw badRequest('FILE_REFERENCE_EXPIRED')
  return stored
}

/** A stored photo as the API shows it. */
export function toPhoto(stored: StoredPhoto): photo {
  const { id, accessHash, fileReference, date, dcId, size } = stored
  const shown: photo = { _: 'photo', id, accessHash, fileReference, date, sizes: [size], dcId }
  if (stored.hasStickers) shown.hasStickers = true
  return shown
}

/** A stored document as the API shows it. */
export function toDocument(stored: StoredDocument): document {
  const { id, accessHash, fileReference, date, dcId, mimeType, content, attributes, thumb } = stored
  const shown: document = {
    _: 'document',
    id,
    accessHash,
    fileReference,
    date,
    mimeType,
    size: BigInt(content.size),
    dcId,
    attributes: [...attributes],
  }
  if (thumb !== undefined) shown.thumbs = [thumb.size]
  return shown
}
