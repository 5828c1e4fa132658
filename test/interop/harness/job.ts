/**
 * What a client is told to do, and what it says it saw.
 *
 * A client runs in a process of its own. It gets its job as JSON in the last argument and writes facts, one JSON object a
 * line, to file descriptor 3. It judges nothing: that the facts are right is checked in one place for all clients
 * (`checks.ts`). Long numbers are decimal strings, bytes are hex strings.
 */

/** A file to upload, and how. */
export interface Sample {
  /** What it is called in facts. */
  readonly name: 'photo' | 'document' | 'video'
  readonly path: string
  readonly fileName: string
  readonly mimeType: string
  readonly size: number
  readonly sha256: string
  /** What `messages.uploadMedia` is given as its peer. */
  readonly peer: 'self' | 'empty'
  /** Pixels, of pictures and videos. */
  readonly width?: number
  readonly height?: number
  /** Seconds, of videos. */
  readonly duration?: number
}

export interface Job {
  readonly host: string
  readonly port: number
  readonly dcId: number
  /** Public key of the DC, PEM (PKCS#1). */
  readonly key: string
  /** The MTProxy to go through, where the client is to; its secret in hex. */
  readonly proxy?: { readonly type: 'mtproxy'; readonly host: string; readonly port: number; readonly secret: string }
  /** One of those that the client's program lists. */
  readonly transport: string
  readonly apiId: number
  readonly apiHash: string
  readonly botToken: string
  readonly samples: readonly Sample[]
}

/** A TL value as a client decoded it, in the words of JSON; the names of fields are still the client's own. */
export type Decoded = null | boolean | number | string | readonly Decoded[] | { readonly [field: string]: Decoded }

/** What a client tells on its way, in this order; `uploaded`, `media` and `downloaded` once for each sample. */
export type Fact =
  /** The key exchange is done. */
  | { readonly fact: 'key'; readonly authKey: string }
  | { readonly fact: 'login'; readonly user: Decoded }
  | { readonly fact: 'uploaded'; readonly sample: string; readonly file: Decoded }
  | { readonly fact: 'media'; readonly sample: string; readonly media: Decoded }
  | { readonly fact: 'downloaded'; readonly sample: string; readonly size: number; readonly sha256: string }
  /** It asked for something that does not exist, and this is the error it got. */
  | { readonly fact: 'refused'; readonly code: number; readonly error: string }
  /** It connected anew with the key it had. */
  | { readonly fact: 'returned'; readonly authKey: string; readonly user: Decoded }
  /** It ended in good order. */
  | { readonly fact: 'end' }
