/** The checks of framings and carriers, each taken out or bent: what the row's test in SECURITY.md must notice. */
import type { Mutations } from './mutation.ts'

/** By the rule, as it stands in the table. */
export const FRAMING: Mutations = {
  'abridged: `ef` opens; the length in words is one byte, or `7f` and three more from 127 on': [
    { find: 'words < 0x7f ?', replace: 'words < 0x80 ?' },
  ],
  'intermediate: `eeeeeeee` opens; the length is four bytes': [
    {
      find: 'encode: (packet) => [int32(checkLength(packet.length)), packet],',
      replace: 'encode: (packet) => [int32(checkLength(packet.length) + 1), packet],',
    },
  ],
  'padded: what exceeds whole blocks behind the head of a message is dropped': [
    { find: 'return length < body.length ? body.subarray(0, length) : body', replace: 'return body' },
  ],
  'padded: 0 to 15 bytes are sent, random in number and in content': [
    { find: '% (maxPadding + 1)', replace: '% (maxPadding - 3)' },
    {
      find: 'const padding = randomBytes(random, randomBytes(random, 1)[0]! % (maxPadding + 1))',
      replace: 'const padding = new Uint8Array(randomBytes(random, 1)[0]! % (maxPadding + 1))',
    },
  ],
  'full: a wrong CRC-32 ends the connection': [
    {
      find: 'numbers.getUint32(end, true) !== crc32(body.subarray(0, end), crc32(head))',
      replace: 'numbers.getUint32(end, true) === 0x100000000',
    },
  ],
  'full: a wrong number ends the connection': [
    { find: 'if (number !== received) throw', replace: 'if (number < 0) throw' },
  ],
  'obfuscated: the 64 bytes in front look like no other protocol': [
    { find: '!RESERVED_FIRST_INTS.includes(first) && ', replace: '' },
    { find: 'header[0] !== ABRIDGED_TAG && ', replace: '' },
    { find: ' && numbers.getUint32(4, true) !== 0', replace: '' },
  ],
  "obfuscated: both streams are keyed from the header, with the proxy's secret where there is one": [
    { find: 'secret ? crypto.sha256(key, secret) : key', replace: 'key' },
    {
      find: 'header.slice().reverse(), secret)\n  const encrypted',
      replace: 'header.slice(), secret)\n  const encrypted',
    },
  ],
  'obfuscated: the header names the framing and the DC, negative for media, 10000 more for test': [
    { find: 'setInt16(TAIL + 4, dc, true)', replace: 'setInt16(TAIL + 4, Math.abs(dc), true)' },
  ],
  'a packet of four bytes with a negative number is a transport error, no other is': [
    { find: 'status < 0 ? status : undefined', replace: 'status' },
    { find: 'if (packet.length !== 4) return undefined', replace: 'if (packet.length < 4) return undefined' },
  ],
  '-404 is authenticated by nobody: said once, it costs the connection, not the key': [
    { find: 'const KEY_UNKNOWN_TIMES = 2', replace: 'const KEY_UNKNOWN_TIMES = 1', file: 'src/transport/limits.ts' },
  ],
  'a client that never asks for quick acknowledgements takes none': [
    { find: "if (!onQuickAck) throw framingError('a quick acknowledgement came that nobody asked for')", replace: '' },
  ],
  'bytes may arrive in any split: the packets are the same': [
    { find: 'bodyFilled += end - at', replace: 'bodyFilled = end' },
  ],
  'a length that cannot be is an error at once, before memory is taken for it': [
    { find: 'length < MIN_PACKET || length > MAX_PACKET', replace: 'length < MIN_PACKET' },
    { find: 'length < MIN_PACKET || length > MAX_PACKET', replace: 'length > MAX_PACKET' },
  ],
  'whatever arrives, packets or a framing error come of it, in bounded memory': [
    {
      find: 'bodyLength: (head) => checkLength(lengthOf(head)),',
      replace: 'bodyLength: (head) => lengthOf(head),',
      file: 'src/transport/framing/intermediate.ts',
    },
  ],
  'WebSocket: binary messages, subprotocol `binary`': [
    {
      find: "new Socket(urlOf(address), 'binary', options)",
      replace: "new Socket(urlOf(address), 'mtproto', options)",
    },
  ],
  'WebSocket: always obfuscated; the borders of messages mean nothing': [
    { find: "transport === 'obfuscated' || transport === 'ws'", replace: "transport === 'obfuscated'" },
  ],
  'HTTP: a request is one packet, an answer at most one': [
    {
      find: 'return readBody(response, MAX_PACKET, name)',
      replace: 'return (await readBody(response, MAX_PACKET, name)).subarray(0, 8)',
      file: 'src/transport/carrier/http-answer.ts',
    },
  ],
  'HTTP: a request is held only where something is awaited': [
    { find: 'maxWait: hold ? HOLD : 0', replace: 'maxWait: HOLD' },
  ],
  'HTTP: a page of somebody on the way ends the connection, never the login': [
    { find: ' && new TextDecoder().decode(body).includes(OWN_PAGE)', replace: '' },
  ],
  'HTTP: an answer is read no further than a packet is long': [
    { find: 'readBody(response, MAX_PACKET, name)', replace: 'readBody(response, 2 * MAX_PACKET, name)' },
  ],
}
