import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { computeId } from '../../../scripts/generator/crc.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { parseDefinition } from '../../../src/lab/server/dialect/definition.ts'
import { historicType, lower } from '../../../src/lab/server/dialect/dialect.ts'
import { DialectReader } from '../../../src/lab/server/dialect/dialect-reader.ts'
import { DialectWriter } from '../../../src/lab/server/dialect/dialect-writer.ts'
import { FURTHER_METHODS, FURTHER_TYPES } from '../../../src/lab/server/dialect/further.ts'
import { HISTORIC_METHODS, HISTORIC_TYPES, MIN_LAYER } from '../../../src/lab/server/dialect/historic.ts'
import { FURTHER_HANDLERS } from '../../../src/lab/server/methods/further.ts'
import { encodeResult } from '../../../src/lab/server/rpc.ts'
import type { Poll, User } from '../../../src/tl/generated/api-types.ts'
import { readMessageMedia, readUser } from '../../../src/tl/generated/client/readers.ts'
import { TlReader } from '../../../src/tl/reader.ts'
import { TlWriter } from '../../../src/tl/writer.ts'
import { initialised, type RawClient } from '../../support/raw-client.ts'
import { login, type Setup, setUp } from './setup.ts'

const LINES = [...HISTORIC_TYPES, ...HISTORIC_METHODS].map(([, line]) => line).concat(FURTHER_TYPES, FURTHER_METHODS)

test('every line has the id that its text asks for', () => {
  for (const line of LINES) expect([line, parseDefinition(line).id]).toEqual([line, computeId(line)])
})

test('every line understands its own fields: known types alone', () => {
  for (const line of LINES) {
    for (const { flag, name } of parseDefinition(line).fields) {
      expect([line, name, flag === undefined || /^flags2?$/.test(flag.field)]).toEqual([line, name, true])
    }
  }
  expect(() => parseDefinition('nothing')).toThrow(SyntaxError)
  expect(() => parseDefinition('a#1 field = A')).toThrow(SyntaxError)
})

test('the layer decides which line holds, and ours needs none', () => {
  const userId = (layer: number): string | undefined => historicType('user', layer)?.id.toString(16)
  expect([133, 144, 145, 148, 167, 198, 217, 218, 223].map(userId)).toEqual([
    '3ff6ecb0',
    '3ff6ecb0',
    '5d99adee',
    '8f97c628',
    '215c4438',
    '4b46c37e',
    '20b1422',
    undefined,
    undefined,
  ])
})

test('every further method but the wrappers is carried out', () => {
  const names = FURTHER_METHODS.map(parseDefinition).filter(({ fields }) => !fields.some(({ type }) => type === '!X'))
  expect(names.map(({ name }) => name).sort()).toEqual(Object.keys(FURTHER_HANDLERS).sort())
})

const shared: User = { _: 'user', bot: true, botInfoVersion: 1, id: 5n, accessHash: 6n, firstName: 'Ä', username: 'u' }

/** A result in the words of a layer. */
function written(method: string, value: unknown, layer: number): TlReader {
  const writer = new TlWriter()
  encodeResult(writer, method, value, layer)
  return new TlReader(writer.finish())
}

describe('results for older layers', () => {
  test('a user: the fields of that layer, and nothing else', () => {
    const reader = written('users.getUsers', [shared], 144)
    expect([reader.uint(), reader.int(), reader.uint()]).toEqual([0x1cb5c415, 1, 0x3ff6ecb0])
    expect(reader.uint()).toBe(1 | 2 | 8 | (1 << 14))
    expect([reader.long(), reader.long(), reader.string(), reader.string(), reader.int()]).toEqual([
      5n,
      6n,
      'Ä',
      'u',
      1,
    ])
    expect(reader.remaining).toBe(0)
    const later = written('users.getUsers', [shared], 148)
    expect([later.uint(), later.int(), later.uint(), later.uint(), later.uint()]).toEqual([
      0x1cb5c415, 1, 0x8f97c628, 16395, 0,
    ])
  })

  test('the layer that is ours: exactly as the generated code writes it', () => {
    const reader = written('users.getUsers', [shared], 223)
    reader.pos = 8
    expect(readUser(reader)).toEqual(shared)
  })

  test('nothing changes the value itself', () => {
    const value = { _: 'auth.authorization', user: shared }
    const before = structuredClone(value)
    written('auth.importBotAuthorization', value, 144)
    expect(value).toEqual(before)
    expect(lower(value, 144)).toEqual({ _: 'auth.authorization@151', user: { ...shared, _: 'user@144' } })
  })

  const document = {
    _: 'document',
    id: 1n,
    accessHash: 2n,
    fileReference: new Uint8Array(3),
    date: 4,
    mimeType: 'a/b',
    size: 5n,
    dcId: 2,
    attributes: [{ _: 'documentAttributeVideo', duration: 1.6, w: 2, h: 3 }],
  }

  test('a document: whole seconds, short sizes, and no flags that came later', () => {
    const media = { _: 'messageMediaDocument', video: true, spoiler: true, document, videoTimestamp: 9 }
    const reader = written('messages.uploadMedia', media, 140)
    expect([reader.uint(), reader.uint(), reader.uint(), reader.uint()]).toEqual([0x9cb070d7, 1 | 16, 0x1e87342b, 0])
    reader.pos += 16 + 4
    expect([reader.int(), reader.string(), reader.int(), reader.int()]).toEqual([4, 'a/b', 5, 2])
    expect([reader.uint(), reader.int(), reader.uint(), reader.uint()]).toEqual([0x1cb5c415, 1, 0x0ef02ce6, 0])
    expect([reader.int(), reader.int(), reader.int(), reader.remaining]).toEqual([2, 2, 3, 0])
  })

  test('media that a layer does not know are unsupported; channels are seen from outside', () => {
    expect(readMessageMedia(written('messages.uploadMedia', { _: 'messageMediaToDo' }, 180))).toEqual({
      _: 'messageMediaUnsupported',
    })
    const channel = {
      _: 'channel',
      broadcast: true,
      id: 1n,
      accessHash: 2n,
      title: 't',
      photo: { _: 'chatPhotoEmpty' },
      date: 0,
    }
    const peer = { _: 'peerChannel', channelId: 1n }
    const reader = written(
      'contacts.resolveUsername',
      { _: 'contacts.resolvedPeer', peer, chats: [channel], users: [] },
      150,
    )
    reader.pos = 4 + 12 + 8
    expect([reader.uint(), reader.uint(), reader.long(), reader.long(), reader.string()]).toEqual([
      0x17d493d5,
      32,
      1n,
      2n,
      't',
    ])
  })

  test('polls with plain text', () => {
    const text = (value: string) => ({ _: 'textWithEntities', text: value, entities: [] })
    const poll = {
      _: 'poll',
      id: 1n,
      quiz: true,
      question: text('q'),
      answers: [{ _: 'pollAnswer', text: text('a'), option: Uint8Array.of(7) }],
    }
    const reader = written(
      'messages.uploadMedia',
      { _: 'messageMediaPoll', poll, results: { _: 'pollResults', totalVoters: 3 } },
      150,
    )
    expect([reader.uint(), reader.uint(), reader.long(), reader.uint(), reader.string()]).toEqual([
      0x4bd6e798,
      0x86e18161,
      1n,
      8,
      'q',
    ])
    expect([reader.uint(), reader.int(), reader.uint(), reader.string(), reader.bytes()]).toEqual([
      0x1cb5c415,
      1,
      0x6ca9c2e9,
      'a',
      Uint8Array.of(7),
    ])
    expect([reader.uint(), reader.uint(), reader.int(), reader.remaining]).toEqual([0xdcb82ea3, 4, 3, 0])
  })

  test('a value that no layer has is an error, not garbage', () => {
    expect(() => written('messages.uploadMedia', { _: 'nonsense' }, 150)).toThrow('MessageMedia')
    expect(() => new DialectWriter().boxed('Nonsense', { _: 'nonsense' })).toThrow('Nonsense')
  })
})

describe('requests of older layers', () => {
  const read = (write: (w: TlWriter) => void, layer: number): unknown => {
    const writer = new TlWriter()
    write(writer)
    const reader = new DialectReader(nativeCrypto, new TlReader(writer.finish()), { layer })
    const request = reader.request()
    expect(reader.remaining).toBe(0)
    return request
  }

  test('messages.uploadMedia with a document of layer 144', () => {
    const request = read((w) => {
      w.uint(0x519bc2b1)
      w.uint(0x7da07ec9) // inputPeerSelf
      w.uint(0x5b38c6c1) // inputMediaUploadedDocument
      w.uint(0)
      w.uint(0xf52ff27f) // inputFile
      w.long(1n)
      w.int(2)
      w.string('n')
      w.string('')
      w.string('a/b')
      w.uint(0x1cb5c415)
      w.int(1)
      w.uint(0x0ef02ce6) // documentAttributeVideo
      w.uint(2)
      w.int(9)
      w.int(4)
      w.int(3)
    }, 144)
    expect(request).toEqual({
      _: 'messages.uploadMedia',
      peer: { _: 'inputPeerSelf' },
      media: {
        _: 'inputMediaUploadedDocument',
        file: { _: 'inputFile', id: 1n, parts: 2, name: 'n', md5Checksum: '' },
        mimeType: 'a/b',
        attributes: [{ _: 'documentAttributeVideo', supportsStreaming: true, duration: 9, w: 4, h: 3 }],
      },
    })
  })

  test('a poll, whose constructor around it never changed', () => {
    const write = (w: TlWriter): void => {
      w.uint(0x14967978)
      w.uint(0)
      w.uint(0x7da07ec9)
      w.uint(0x0f94e5f1)
      w.uint(0)
      w.uint(0x86e18161)
      w.long(0n)
      w.uint(0)
      w.string('q')
      w.uint(0x1cb5c415)
      w.int(1)
      w.uint(0x6ca9c2e9)
      w.string('a')
      w.bytes(Uint8Array.of(1))
    }
    const text = (value: string) => ({ _: 'textWithEntities', text: value, entities: [] })
    const poll = {
      _: 'poll',
      id: 0n,
      question: text('q'),
      answers: [{ _: 'pollAnswer', text: text('a'), option: Uint8Array.of(1) }],
    } as Poll
    expect(read(write, 178)).toMatchObject({ media: { _: 'inputMediaPoll', poll } })
    expect(() => read(write, 179)).toThrow('unknown constructor')
  })

  test('the layer named in the request itself counts', () => {
    const write = (w: TlWriter): void => {
      w.uint(0xda9b0d0d)
      w.int(140)
      w.uint(0xb15a9afc) // upload.getFile with a 32-bit offset
      w.uint(1)
      w.uint(0x29be5899)
      w.int(4096)
      w.int(8192)
    }
    expect(read(write, 0)).toEqual({
      _: 'invokeWithLayer',
      layer: 140,
      query: {
        _: 'upload.getFile',
        precise: true,
        location: { _: 'inputTakeoutFileLocation' },
        offset: 4096n,
        limit: 8192,
      },
    })
  })

  test('a method that nobody knows takes the rest with it', () => {
    expect(
      read((w) => {
        w.uint(0x12345678)
        w.long(1n)
      }, 223),
    ).toEqual({ _: '?', id: 0x12345678 })
  })

  test('an unknown constructor inside a known method is an error', () => {
    expect(() =>
      read((w) => {
        w.uint(0x14967978)
        w.uint(0)
        w.uint(0x12345678)
      }, 223),
    ).toThrow('InputPeer')
  })
})

describe('clients of older layers, from login on', () => {
  const raw = (setup: Setup, client: RawClient, write: (w: TlWriter) => void): Promise<TlReader> => {
    const writer = new TlWriter()
    write(writer)
    return setup.run(client.result(client.send(writer.finish())))
  }

  for (const layer of [MIN_LAYER, 144, 160, 167, 185, 198, 204, 218, 223]) {
    test(`layer ${layer}: configuration, login, itself, upload, media, bytes back, logout`, async () => {
      const setup = setUp()
      const client = await setup.keyed()
      const config = await raw(
        setup,
        client,
        initialised((w) => w.uint(0xc4f9186b), layer),
      )
      expect(config.peekId()).toBe(layer < 149 ? 0x330b4067 : layer < 155 ? 0x232566ac : 0xcc1a241e)
      if (layer === 223) await setup.run(login(client))
      else {
        const authorization = await raw(setup, client, (w) => {
          w.uint(0x67a3ff2c)
          w.int(0)
          w.int(1)
          w.string('h')
          w.string('5:x')
        })
        expect(authorization.peekId()).toBe(layer < 144 ? 0xcd050916 : layer < 152 ? 0x33fb7bb8 : 0x2ea2c0d4)
      }
      const bytes = new Uint8Array(700).fill(9)
      await raw(setup, client, (w) => {
        w.uint(0xb304a621)
        w.long(1n)
        w.int(0)
        w.bytes(bytes)
      })
      const media = await raw(setup, client, (w) => {
        w.uint(layer < 179 ? 0x519bc2b1 : 0x14967978)
        if (layer >= 179) w.uint(0)
        w.uint(0x7da07ec9)
        w.uint(layer < 198 ? 0x5b38c6c1 : 0x037c9330)
        w.uint(0)
        w.uint(0xf52ff27f)
        w.long(1n)
        w.int(1)
        w.string('n')
        w.string(createHash('md5').update(bytes).digest('hex'))
        w.string('a/b')
        w.uint(0x1cb5c415)
        w.int(0)
      })
      const ids = [0x9cb070d7, 0x4cf4d72d, 0xdd570bd5, 0x52d8ccd9]
      expect(media.uint()).toBe(ids[layer < 160 ? 0 : layer < 189 ? 1 : layer < 198 ? 2 : 3])
      media.uint()
      expect(media.uint()).toBe(layer < 144 ? 0x1e87342b : 0x8fd4c4d8)
      media.uint()
      const [id, hash, reference] = [media.long(), media.long(), media.bytes()]
      const file = await raw(setup, client, (w) => {
        w.uint(layer < 144 ? 0xb15a9afc : 0xbe5335be)
        w.uint(0)
        w.uint(0xbad07584)
        w.long(id)
        w.long(hash)
        w.bytes(reference)
        w.string('')
        if (layer < 144) w.int(0)
        else w.long(0n)
        w.int(4096)
      })
      expect([file.uint(), file.uint(), file.int() > 0, file.bytes()]).toEqual([0x096a18d5, 0xaa963b05, true, bytes])
      const out = await raw(setup, client, (w) => w.uint(layer < 144 ? 0x5717da40 : 0x3e72ba19))
      expect(out.peekId()).toBe(layer < 144 ? 0x997275b5 : 0xc3a2835f)
    })
  }

  test('what clients ask at the start is answered', async () => {
    const setup = setUp()
    const client = await setup.bot()
    const now = Math.floor(setup.host.wallClock() / 1000)
    const state = await raw(setup, client, (w) => w.uint(0xedd4882a))
    expect([state.uint(), state.int(), state.int(), state.int(), state.int(), state.int()]).toEqual([
      0xa56c2a3e,
      1,
      0,
      now,
      1,
      0,
    ])
    const nearest = await raw(setup, client, (w) => w.uint(0x1fb33026))
    expect([nearest.uint(), nearest.string(), nearest.int(), nearest.int()]).toEqual([0x8e1a1775, 'US', 2, 2])
    const appConfig = (hash: number) =>
      raw(setup, client, (w) => {
        w.uint(0x61e3f854)
        w.int(hash)
      })
    const first = await appConfig(0)
    expect([first.uint(), first.int(), first.uint(), first.uint(), first.int()]).toEqual([
      0xdd18782e, 1, 0x99c1d49d, 0x1cb5c415, 8,
    ])
    expect([first.uint(), first.string(), first.uint(), first.double()]).toEqual([
      0xc0de1bd9,
      'emojies_animated_zoom',
      0x2be0dfa4,
      0.625,
    ])
    expect((await appConfig(1)).uint()).toBe(0x7cde641d)
    const difference = await raw(setup, client, (w) => {
      w.uint(0x19c2f763)
      w.uint(0)
      for (let i = 0; i < 3; i++) w.int(1)
    })
    expect(difference.uint()).toBe(0x5d75a138)
    const status = await raw(setup, client, (w) => {
      w.uint(0x6628562c)
      w.bool(true)
    })
    expect(status.bool()).toBe(true)
    expect((await raw(setup, client, (w) => w.uint(0x52029342))).uint()).toBe(0x5725e40a)
  })

  test('wrappers without generated code are taken off', async () => {
    const setup = setUp()
    const client = await setup.bot()
    const inner = (w: TlWriter): void => w.uint(0xc4f9186b)
    const wrappers: ((w: TlWriter) => void)[] = [
      (w) => {
        w.uint(0x365275f2)
        w.uint(0xae30253)
        w.int(1)
        w.int(2)
      },
      (w) => {
        w.uint(0xaca9fd2e)
        w.long(5n)
      },
    ]
    for (const wrap of wrappers) {
      const config = await raw(setup, client, (w) => {
        wrap(w)
        inner(w)
      })
      expect(config.peekId()).toBe(0xcc1a241e)
    }
  })
})
