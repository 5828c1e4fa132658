/** The options of `upload`: their meaning, their defaults, what cannot go together, and that the help tells them all. */
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../src/cli/connection-options.ts'
import { command } from '../../src/cli/upload-command.ts'
import { OPTIONS, readUploadJob } from '../../src/cli/upload-options.ts'
import { UsageError } from '../../src/errors.ts'

const LOGIN = { MTPROTO_API_ID: '12345', MTPROTO_API_HASH: 'hash', MTPROTO_BOT_TOKEN: '1:token' }
const read = (...argv: string[]) => readUploadJob(argv, LOGIN)
const mistake = (argv: readonly string[], environment: Record<string, string> = LOGIN): string => {
  try {
    readUploadJob(argv, environment)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as UsageError).message
  }
  throw new Error('it was taken')
}

describe('the proxy', () => {
  const SECRET = '00112233445566778899aabbccddeeff'

  test('may stand in the environment; an option wins over it', () => {
    const environment = { ...LOGIN, MTPROTO_PROXY: 'http://env:3128' }
    expect(readUploadJob(['a'], environment).proxy).toBe('http://env:3128')
    expect(readUploadJob(['a', '--proxy', 'socks5://option:1'], environment).proxy).toBe('socks5://option:1')
    expect(readUploadJob(['a'], { ...LOGIN, MTPROTO_PROXY: '' }).proxy).toBeUndefined()
  })

  test('that cannot be is wrong usage, and nothing of it is shown', () => {
    for (const proxy of [`tg://proxy?server=h&port=1&secret=${SECRET}00`, `ftp://me:${SECRET}@h:1`, `${SECRET}`]) {
      expect(mistake(['a', '--proxy', proxy])).toMatch(/MTProxy|no kind of proxy|no URL/)
      expect(mistake(['a', '--proxy', proxy])).not.toContain(SECRET)
      expect(mistake(['a'], { ...LOGIN, MTPROTO_PROXY: proxy })).not.toContain(SECRET)
    }
  })

  test('of the kind MTProxy decides how packets travel; by HTTP they go through none', () => {
    const mtproxy = `tg://proxy?server=h&port=1&secret=${SECRET}`
    expect(read('a', '--proxy', mtproxy).proxy).toBe(mtproxy)
    expect(mistake(['a', '--proxy', mtproxy, '--transport', 'padded'])).toMatch(/leave --transport out/)
    expect(mistake(['a', '--proxy', 'socks5://h:1', '--transport', 'http'])).toMatch(/goes through no proxy/)
  })
})

describe('defaults', () => {
  test('one file and a login are enough', () => {
    expect(read('cat.jpg')).toEqual({
      files: ['cat.jpg'],
      apiId: 12345,
      apiHash: 'hash',
      botToken: '1:token',
      session: undefined,
      journal: undefined,
      probe: true,
      resume: true,
      as: undefined,
      peer: 'me',
      name: undefined,
      mime: undefined,
      spoiler: false,
      ttl: undefined,
      dc: undefined,
      serverKeys: [],
      dcId: 2,
      test: false,
      transport: undefined,
      pfs: false,
      proxy: undefined,
      ipv6: false,
      lanes: undefined,
      concurrency: undefined,
      maxWait: undefined,
      timeout: 60,
      json: false,
      quiet: false,
      verbose: false,
      logJson: false,
    })
  })

  test('every option has its place', () => {
    const line =
      'a b --api-id 7 --api-hash h --bot-token 2:t --session s --as document --peer @alice --mime text/plain --spoiler ' +
      '--ttl 9 --dc h:1 --server-key k1 --server-key k2 --dc-id 4 --test --transport ws --pfs --proxy socks5://p:1 --ipv6 --lanes 16 --concurrency 64 --max-wait 0 ' +
      '--timeout 5 --json --verbose --log-json --journal notes'
    expect(read(...line.split(' '))).toEqual({
      files: ['a', 'b'],
      apiId: 7,
      apiHash: 'h',
      botToken: '2:t',
      session: 's',
      journal: 'notes',
      probe: true,
      resume: true,
      as: 'document',
      peer: '@alice',
      name: undefined,
      mime: 'text/plain',
      spoiler: true,
      ttl: 9,
      dc: { host: 'h', port: 1 },
      serverKeys: ['k1', 'k2'],
      dcId: 4,
      test: true,
      transport: 'ws',
      pfs: true,
      proxy: 'socks5://p:1',
      ipv6: true,
      lanes: 16,
      concurrency: 64,
      maxWait: 0,
      timeout: 5,
      json: true,
      quiet: false,
      verbose: true,
      logJson: true,
    })
    expect(read('a', '--name', 'n.bin', '-q')).toMatchObject({ name: 'n.bin', quiet: true })
  })
})

describe('secrets', () => {
  test('an option wins over the environment', () => {
    expect(read('a', '--api-hash', 'other').apiHash).toBe('other')
    expect(read('a', '--bot-token', '9:x').botToken).toBe('9:x')
    expect(read('a', '--api-id', '9').apiId).toBe(9)
  })

  test('the token may be missing, for a session may hold the login; an empty variable is none', () => {
    expect(readUploadJob(['a'], { ...LOGIN, MTPROTO_BOT_TOKEN: '' }).botToken).toBeUndefined()
  })

  test('what is missing is named, by option and variable', () => {
    expect(mistake(['a'], { MTPROTO_API_ID: '1' })).toContain('--api-hash or the environment variable MTPROTO_API_HASH')
    expect(mistake(['a'], { MTPROTO_API_HASH: 'h' })).toContain('--api-id or the environment variable MTPROTO_API_ID')
    expect(mistake(['a'], { ...LOGIN, MTPROTO_API_HASH: '' })).toContain('MTPROTO_API_HASH')
  })

  test('a wrong token is not repeated in the message', () => {
    const message = mistake(['a', '--bot-token', 'AAHsecretsecret'])
    expect(message).toContain('bot token')
    expect(message).not.toContain('secret')
  })

  test('an api id is a positive number', () => {
    for (const id of ['0', '-1', 'abc', '2147483648']) expect(mistake(['a', '--api-id', id])).toContain('the api id')
  })
})

describe('what cannot be', () => {
  const CASES: readonly (readonly [why: string, argv: readonly string[], message: string])[] = [
    ['no file', [], 'no file is named'],
    ['standard input twice', ['-', '-'], 'only once'],
    ['a name for several files', ['a', 'b', '--name', 'n'], '--name is for one file'],
    ['a MIME type for a photo', ['a', '--as', 'photo', '--mime', 'image/png'], '--mime is for documents'],
    ['a MIME type that is none', ['a', '--mime', 'png'], '--mime is like image/png'],
    ['quiet and verbose', ['a', '-q', '-v'], 'exclude each other'],
    ['a server without its key', ['a', '--dc', 'h:1'], '--dc needs --server-key: without the public key'],
    ["a key for Telegram's servers", ['a', '--server-key', 'k'], '--server-key goes with --dc'],
    ["a number for Telegram's servers", ['a', '--dc-id', '4'], '--dc-id goes with --dc'],
    ['a peer that is none', ['a', '--peer', 'n o'], '--peer: "n o" is no peer; give'],
    ['an unknown kind', ['a', '--as', 'film'], '--as is one of photo, video, animation, audio, voice, video-note, doc'],
    ['a film that is not looked at', ['a', '--as', 'video', '--no-probe'], 'leave --no-probe out'],
    ['a spoiler that is heard', ['a', '--as', 'voice', '--spoiler'], '--spoiler does not go with --as voice'],
    ['a song that goes', ['a', '--as', 'audio', '--ttl', '9'], '--ttl does not go with --as audio'],
    ['a name that nobody sees', ['a', '--as', 'video-note', '--name', 'b'], '--name does not go with --as video-note'],
    ['an unknown transport', ['a', '--transport', 'udp'], 'abridged, intermediate, padded, full, obfuscated, ws'],
    ['no seconds to live', ['a', '--ttl', '0'], '--ttl'],
    ['no lanes', ['a', '--lanes', '0'], '--lanes'],
    ['too many files at a time', ['a', '--concurrency', '65'], '--concurrency'],
    ['too many lanes', ['a', '--lanes', '17'], '--lanes'],
    ['a wait before now', ['a', '--max-wait', '-1'], '--max-wait'],
    ['no time', ['a', '--timeout', '0'], '--timeout'],
  ]
  for (const [why, argv, message] of CASES) {
    test(why, () => {
      expect(mistake(argv)).toContain(message)
    })
  }
})

describe('addresses', () => {
  test('names, IPv4, and IPv6 in brackets', () => {
    expect(parseAddress('localhost:4430')).toEqual({ host: 'localhost', port: 4430 })
    expect(parseAddress('127.0.0.1:1')).toEqual({ host: '127.0.0.1', port: 1 })
    expect(parseAddress('[::1]:65535')).toEqual({ host: '::1', port: 65535 })
    expect(parseAddress('[2001:67c:4e8:f002::a]:443')).toEqual({ host: '2001:67c:4e8:f002::a', port: 443 })
  })

  test('all else is refused, in one sentence that shows it', () => {
    const wrong = [
      '',
      'host',
      ':1',
      'host:',
      'host:0',
      'host:65536',
      'host:99999',
      'a b:1',
      'http://h:1',
      'h:1/x',
      '[]:1',
    ]
    for (const text of [...wrong, '[::1]', '[1.2.3.4]:1', '[x]:1', 'h:1:2', '[::1]:x', 'h:-1', 'h:1e3']) {
      expect(() => parseAddress(text), text).toThrow(UsageError)
      expect(() => parseAddress(text), text).toThrow(/--dc/)
    }
    expect(() => parseAddress('::1')).toThrow('in brackets')
    expect(() => parseAddress('2001:67c:4e8:f002::a:443')).toThrow('brackets')
  })
})

describe('help', () => {
  test('it tells every option, and no other', () => {
    const told = new Set([...command.help.matchAll(/(?<![\w-])--([a-z][a-z\d-]*)/g)].map(([, name]) => name))
    expect([...told].sort()).toEqual([...Object.keys(OPTIONS), 'help'].sort())
    for (const [name, { short }] of Object.entries(OPTIONS)) {
      if (short !== undefined) expect(command.help).toContain(`-${short}, --${name}`)
    }
  })

  test('it fits on a terminal of 80 columns, and its example is understood', () => {
    for (const line of command.help.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    const example = /^ {2}mtproto-upload upload (.*)$/m.exec(command.help)![1]!
    expect(read(...example.split(' '))).toMatchObject({ files: ['cat.jpg', 'report.pdf'], json: true })
  })
})

describe('names of files', () => {
  test('an empty one is a mistake, and told as that', () => {
    expect(mistake([''])).toBe('the name of a file is empty; is a variable of the shell unset?')
    expect(mistake(['a', ''])).toContain('the name of a file is empty')
  })

  test('one that looks like an option is told how to be written, and can be', () => {
    expect(mistake(['-x.jpg'])).toBe('there is no option -x.jpg; a file of that name is written ./-x.jpg')
    expect(mistake(['--jsno'])).toBe('there is no option --jsno; did you mean --json?')
    expect(read('./-x.jpg', '--', '-y.jpg').files).toEqual(['./-x.jpg', '-y.jpg'])
  })
})
