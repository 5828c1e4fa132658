/**
 * The forged ClientHello of an MTProxy connection: what a browser on Chromium's TLS stack sends.
 *
 * Cipher suites, groups and signature algorithms in its order; GREASE values at the places where it has them; the
 * extensions between the first and the last shuffled anew for each connection; padded to 517 bytes. The random is left
 * zero, for `fake-tls-digest.ts` to fill. There is no post-quantum key share: with one, the hello has some 1700 bytes,
 * which proxies that expect exactly 517 refuse.
 * Source: RFC 8446 (TLS 1.3), RFC 8701 (GREASE), RFC 7685 (padding), and the extensions' own
 */
import { concat, view } from '../../bytes.ts'
import { UsageError } from '../../errors.ts'
import { type RandomSource, randomBytes } from '../../host.ts'
import { RANDOM_LENGTH } from './fake-tls-digest.ts'
import { freshKeyShare } from './key-share.ts'

/** Bytes of the hello with the record around it: padded so that it has none of the lengths that old servers choke on. */
export const HELLO_LENGTH = 517
/** Longest domain: the limit of Telegram's own apps, and with all other extensions there is room for 33 more. */
const MAX_DOMAIN = 182
/** Bytes of the session id, which means nothing in TLS 1.3. */
const SESSION_ID_LENGTH = 32

const CIPHER_SUITES: readonly number[] = [
  0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f,
  0x0035,
]
/** X25519, then the curves P-256 and P-384. */
const GROUPS: readonly number[] = [0x001d, 0x0017, 0x0018]
const SIGNATURES: readonly number[] = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]
/** TLS 1.3 and 1.2. */
const VERSIONS: readonly number[] = [0x0304, 0x0303]
const BROTLI = 0x0002

/** Numbers of extensions. https://www.iana.org/assignments/tls-extensiontype-values */
const EXTENSION = {
  serverName: 0,
  statusRequest: 5,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  applicationProtocols: 16,
  certificateTimestamp: 18,
  padding: 21,
  extendedMasterSecret: 23,
  compressCertificate: 27,
  sessionTicket: 35,
  supportedVersions: 43,
  pskModes: 45,
  keyShare: 51,
  /** Chromium's own, for HTTP/2. */
  applicationSettings: 0x4469,
  renegotiationInfo: 0xff01,
} as const

/** @throws UsageError for what is no domain, or one too long */
export function checkDomain(domain: string): void {
  if (domain.length > MAX_DOMAIN || !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(domain)) {
    throw new UsageError(
      `the MTProxy secret ends in no domain: letters, digits, "-" and ".", at most ${MAX_DOMAIN} characters`,
    )
  }
}

/**
 * A hello of 517 bytes, record and all, with zeros for the random.
 * @param domain as {@link checkDomain} lets it pass
 */
export function clientHello(domain: string, random: RandomSource): Uint8Array {
  const grease = greaseValues(random)
  const [groupGrease, firstGrease] = grease
  const opening = concat(
    Uint8Array.of(3, 3),
    new Uint8Array(RANDOM_LENGTH),
    prefixed(1, randomBytes(random, SESSION_ID_LENGTH)),
    prefixed(2, words(grease[3], ...CIPHER_SUITES)),
    Uint8Array.of(1, 0),
  )
  const extensions = concat(
    extension(firstGrease),
    ...shuffled(middle(domain, groupGrease, grease[4], random), random),
    extension(grease[2], Uint8Array.of(0)),
  )
  // Heads: of the record 5, of the handshake 4, of the extensions 2, of the padding 4.
  const padding = HELLO_LENGTH - opening.length - extensions.length - 15
  const padded = concat(extensions, extension(EXTENSION.padding, new Uint8Array(padding)))
  const body = concat(opening, prefixed(2, padded))
  return concat(Uint8Array.of(0x16, 3, 1), prefixed(2, concat(Uint8Array.of(1), prefixed(3, body))))
}

/** The extensions between the two of GREASE. */
function middle(domain: string, groupGrease: number, versionGrease: number, random: RandomSource): Uint8Array[] {
  const name = concat(Uint8Array.of(0), prefixed(2, ascii(domain)))
  const shares = concat(
    words(groupGrease),
    prefixed(2, Uint8Array.of(0)),
    words(GROUPS[0]!),
    prefixed(2, freshKeyShare(random)),
  )
  const protocols = concat(prefixed(1, ascii('h2')), prefixed(1, ascii('http/1.1')))
  return [
    extension(EXTENSION.serverName, prefixed(2, name)),
    extension(EXTENSION.extendedMasterSecret),
    extension(EXTENSION.renegotiationInfo, Uint8Array.of(0)),
    extension(EXTENSION.supportedGroups, prefixed(2, words(groupGrease, ...GROUPS))),
    extension(EXTENSION.pointFormats, prefixed(1, Uint8Array.of(0))),
    extension(EXTENSION.sessionTicket),
    extension(EXTENSION.applicationProtocols, prefixed(2, protocols)),
    extension(EXTENSION.statusRequest, Uint8Array.of(1, 0, 0, 0, 0)),
    extension(EXTENSION.signatureAlgorithms, prefixed(2, words(...SIGNATURES))),
    extension(EXTENSION.certificateTimestamp),
    extension(EXTENSION.keyShare, prefixed(2, shares)),
    extension(EXTENSION.pskModes, prefixed(1, Uint8Array.of(1))),
    extension(EXTENSION.supportedVersions, prefixed(1, words(versionGrease, ...VERSIONS))),
    extension(EXTENSION.compressCertificate, prefixed(1, words(BROTLI))),
    extension(EXTENSION.applicationSettings, prefixed(2, prefixed(1, ascii('h2')))),
  ]
}

/**
 * Values that mean nothing, so that servers get used to ignoring what they do not know: 0x?a?a. Those of the two
 * extensions (1 and 2) must differ. RFC 8701, section 2
 */
function greaseValues(random: RandomSource): [number, number, number, number, number] {
  const value = (byte: number): number => ((byte & 0xf0) | 0x0a) * 0x0101
  const [group, first, second, cipher, version] = Array.from(randomBytes(random, 5), value) as [
    number,
    number,
    number,
    number,
    number,
  ]
  return [group, first, second === first ? second ^ 0x1010 : second, cipher, version]
}

/** Fisher and Yates. */
function shuffled(list: Uint8Array[], random: RandomSource): Uint8Array[] {
  const draws = view(randomBytes(random, 4 * list.length))
  for (let i = list.length - 1; i > 0; i--) {
    const j = draws.getUint32(4 * i) % (i + 1)
    const moved = list[i]!
    list[i] = list[j]!
    list[j] = moved
  }
  return list
}

function extension(type: number, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  return concat(words(type), prefixed(2, body))
}

/** `body` behind its length in 1 to 3 bytes, big-endian. */
function prefixed(bytes: 1 | 2 | 3, body: Uint8Array): Uint8Array {
  const { length } = body
  return concat(Uint8Array.of(length >> 16, length >> 8, length).subarray(3 - bytes), body)
}

/** Numbers of two bytes, big-endian. */
function words(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 8, value & 0xff]))
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}
