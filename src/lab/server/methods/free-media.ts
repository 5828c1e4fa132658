/**
 * Media that need no file: places, people, dice, polls, lists and the like.
 *
 * Sources: https://core.telegram.org/type/InputMedia, https://core.telegram.org/type/MessageMedia
 */
import type {
  GeoPoint,
  InputGeoPoint,
  InputMedia,
  inputMediaPoll,
  MessageMedia,
  messageMediaPoll,
} from '../../../tl/generated/api-types.ts'
import { badRequest } from '../rpc-failure.ts'
import type { MethodCall } from './handler.ts'

/** Emoji that can be thrown, and how many values each can show. https://core.telegram.org/api/dice */
const DICE: Readonly<Record<string, number>> = { '🎲': 6, '🎯': 6, '🎳': 6, '🏀': 5, '⚽': 5, '⚽️': 5, '🎰': 64 }

/** Limits of a poll: bytes are characters here. https://core.telegram.org/api/poll */
const MAX_POLL_QUESTION = 300
const MAX_POLL_ANSWERS = 12
const MAX_POLL_ANSWER = 100

/** @throws RpcFailure MEDIA_INVALID for kinds that the test DC does not make */
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
      const value = 1 + Number(call.dc.world.randomLong() % BigInt(values))
      return { _: 'messageMediaDice', value, emoticon: media.emoticon }
    }
    case 'inputMediaPoll':
      return poll(call, media)
    case 'inputMediaTodo':
      if (media.todo.list.length === 0) throw badRequest('TODO_ITEMS_EMPTY')
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
        webpage: { _: 'webPageEmpty', id: call.dc.world.randomLong(), url },
      }
    }
    default:
      throw badRequest('MEDIA_INVALID')
  }
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
