/**
 * Media that need no file: places, people, dice, polls, lists and the like.
 *
 * Sources: https://core.telegram.org/type/InputMedia, https://core.telegram.org/type/MessageMedia
 */

import { randomBytes } from '../../../host.ts'
import type {
  GeoPoint,
  InputGeoPoint,
  InputMedia,
  inputMediaPoll,
  inputMediaStakeDice,
  MessageMedia,
  messageMediaPoll,
  WebPage,
  webPage as webPageFull,
} from '../../../tl/generated/api-types.ts'
import { badRequest } from '../rpc-failure.ts'
import type { MethodCall } from './handler.ts'
import { makeGame, makeStory } from './shared-media.ts'

/** Emoji that can be thrown, and how many values each can show. https://core.telegram.org/api/dice */
const DICE: Readonly<Record<string, number>> = { '🎲': 6, '🎯': 6, '🎳': 6, '🏀': 5, '⚽': 5, '⚽️': 5, '🎰': 64 }

/** Limits of a poll: bytes are characters here. https://core.telegram.org/api/poll */
const MAX_POLL_QUESTION = 300
const MAX_POLL_ANSWERS = 12
const MAX_POLL_ANSWER = 100

/** @throws RpcFailure for media that cannot be */
export function makeFreeMedia(call: MethodCall, media: InputMedia): MessageMedia {
  switch (media._) {
    case 'inputMediaGeoPoint':
      return { _: 'messageMediaGeo', geo: geoPoint(call, media.geoPoint) }
    case 'inputMediaGeoLive': {
      const { heading, period = 0x7fffffff, proximityNotificationRadius } = media
      return {
        _: 'messageMediaGeoLive',
        geo: geoPoint(call, media.geoPoint),
        heading,
        period,
        proximityNotificationRadius,
      }
    }
    case 'inputMediaVenue': {
      const { title, address, provider, venueId, venueType } = media
      const geo = geoPoint(call, media.geoPoint)
      return { _: 'messageMediaVenue', geo, title, address, provider, venueId, venueType }
    }
    case 'inputMediaContact': {
      const { phoneNumber, firstName, lastName, vcard } = media
      const digits = phoneNumber.replace(/\D/g, '')
      if (digits === '') throw badRequest('PHONE_NUMBER_INVALID')
      const known = [...call.dc.world.users.values()].find(({ phone }) => phone === digits)
      return { _: 'messageMediaContact', phoneNumber, firstName, lastName, vcard, userId: known?.id ?? 0n }
    }
    case 'inputMediaDice': {
      const values = DICE[media.emoticon]
      if (values === undefined) throw badRequest('EMOTICON_INVALID')
      return { _: 'messageMediaDice', value: throwDie(call, values), emoticon: media.emoticon }
    }
    case 'inputMediaStakeDice':
      return stakeDie(call, media)
    case 'inputMediaGame':
      return makeGame(call, media.id)
    case 'inputMediaStory':
      return makeStory(call, media.peer, media.id)
    case 'inputMediaPoll':
      return poll(call, media)
    case 'inputMediaTodo':
      if (media.todo.list.length === 0) throw badRequest('TODO_ITEMS_EMPTY')
      if (new Set(media.todo.list.map(({ id }) => id)).size < media.todo.list.length)
        throw badRequest('TODO_ITEM_DUPLICATE')
      return { _: 'messageMediaToDo', todo: media.todo }
    case 'inputMediaWebPage': {
      const { url, forceLargeMedia, forceSmallMedia, optional } = media
      if (!/^https?:\/\/[^/]/.test(url)) throw badRequest('WEBPAGE_URL_INVALID')
      if (!optional && !call.dc.world.webFiles.has(url)) throw badRequest('WEBPAGE_NOT_FOUND')
      return {
        _: 'messageMediaWebPage',
        forceLargeMedia,
        forceSmallMedia,
        manual: true,
        webpage: webPage(call, url),
      }
    }
    default:
      // inputMediaEmpty; those with files are made elsewhere.
      throw badRequest('MEDIA_INVALID')
  }
}

/** The preview of a page: what its title and description say, or of a picture that it is one; nothing of what is not there. */
function webPage({ dc }: MethodCall, url: string): WebPage {
  const { world } = dc
  const id = world.randomLong()
  const found = world.webFiles.get(url)
  if (found === undefined || (found.status ?? 200) !== 200) return { _: 'webPageEmpty', id, url }
  const page: webPageFull = { _: 'webPage', id, url, displayUrl: url.replace(/^https?:\/\/|\/$/g, ''), hash: 0 }
  if (found.mimeType.startsWith('image/')) return { ...page, type: 'photo' }
  if (!found.mimeType.startsWith('text/html')) return { ...page, type: 'document' }
  const html = new TextDecoder().decode(found.bytes)
  const title = /<title>([^<]*)/i.exec(html)?.[1]?.trim()
  const description = /<meta name="description" content="([^"]*)"/i.exec(html)?.[1]
  return { ...page, type: 'article', title, description }
}

function throwDie({ dc }: MethodCall, values: number): number {
  return 1 + Number(dc.world.randomLong() % BigInt(values))
}

/** Length of the seed that servers tell; how long that of a client must be is nowhere said. */
const SEED_LENGTH = 32

/** A die on which something is staked: what it wins depends on what it shows. */
function stakeDie(call: MethodCall, { gameHash, tonAmount, clientSeed }: inputMediaStakeDice): MessageMedia {
  const { stakedDice, random } = call.dc.world
  const fits = stakedDice?.gameHash === gameHash && tonAmount > 0n && clientSeed.length > 0
  if (!fits) throw badRequest('MEDIA_INVALID')
  const emoticon = '🎲'
  const value = throwDie(call, DICE[emoticon]!)
  const won = (tonAmount * BigInt(stakedDice.wins[value - 1] ?? 0)) / 1000n
  const seed = randomBytes(random, SEED_LENGTH)
  const gameOutcome = { _: 'messages.emojiGameOutcome' as const, seed, stakeTonAmount: tonAmount, tonAmount: won }
  return { _: 'messageMediaDice', value, emoticon, gameOutcome }
}

function geoPoint({ dc }: MethodCall, input: InputGeoPoint): GeoPoint {
  if (input._ === 'inputGeoPointEmpty') return { _: 'geoPointEmpty' }
  const { lat, long, accuracyRadius } = input
  if (!(Math.abs(lat) <= 90) || !(Math.abs(long) <= 180)) throw badRequest('MEDIA_INVALID')
  return { _: 'geoPoint', lat, long, accessHash: dc.world.randomLong(), accuracyRadius }
}

function poll({ dc }: MethodCall, media: inputMediaPoll): messageMediaPoll {
  const { question, answers, quiz, multipleChoice } = media.poll
  if (question.text === '' || question.text.length > MAX_POLL_QUESTION) throw badRequest('POLL_QUESTION_INVALID')
  if (answers.length < 2 || answers.length > MAX_POLL_ANSWERS) throw badRequest('POLL_ANSWERS_INVALID')
  if (answers.some(({ text }) => text.text === '' || text.text.length > MAX_POLL_ANSWER)) {
    throw badRequest('POLL_ANSWER_INVALID')
  }
  if (answers.some(({ option }) => option.length === 0 || option.length > MAX_POLL_ANSWER)) {
    throw badRequest('POLL_OPTION_INVALID')
  }
  const options = new Set(answers.map(({ option }) => option.join()))
  if (options.size !== answers.length) throw badRequest('POLL_OPTION_DUPLICATE')
  const correct = media.correctAnswers
  if (quiz && multipleChoice) throw badRequest('QUIZ_MULTIPLE_INVALID')
  if (quiz && !correct?.length) throw badRequest('QUIZ_CORRECT_ANSWERS_EMPTY')
  if (quiz && correct!.length > 1) throw badRequest('QUIZ_CORRECT_ANSWERS_TOO_MUCH')
  if (correct?.some((option) => !options.has(option.join()))) throw badRequest('QUIZ_CORRECT_ANSWER_INVALID')
  return {
    _: 'messageMediaPoll',
    poll: { ...media.poll, id: dc.world.randomLong() },
    results: { _: 'pollResults', totalVoters: 0 },
  }
}
