/**
 * Media that names what exists already: games and stories.
 *
 * Sources: https://core.telegram.org/api/bots/games, https://core.telegram.org/api/stories
 */
import type {
  InputGame,
  InputPeer,
  MessageMedia,
  messageMediaGame,
  messageMediaStory,
  Peer,
} from '../../../tl/generated/api-types.ts'
import { toDocument, toPhoto } from '../media-store.ts'
import { badRequest } from '../rpc-failure.ts'
import { storyKey } from '../world-media.ts'
import { type MethodCall, self } from './handler.ts'
import { findUser, resolvePeer } from './peers.ts'

/**
 * A game: bots show their own, and nobody shows another's.
 * @throws RpcFailure USER_BOT_REQUIRED, GAME_BOT_INVALID
 */
export function makeGame(call: MethodCall, input: InputGame): messageMediaGame {
  const me = self(call)
  if (!me.bot) throw badRequest('USER_BOT_REQUIRED')
  const games = [...call.dc.world.games]
  const found =
    input._ === 'inputGameID'
      ? games.find(({ id, accessHash }) => id === input.id && accessHash === input.accessHash)
      : games.find(({ botId, shortName }) => botId === findUser(call, input.botId)?.id && shortName === input.shortName)
  if (found?.botId !== me.id) throw badRequest('GAME_BOT_INVALID')
  const { id, accessHash, shortName, title, description, photo } = found
  return {
    _: 'messageMediaGame',
    game: {
      _: 'game',
      id,
      accessHash,
      shortName,
      title,
      description,
      photo: photo ? toPhoto(photo) : { _: 'photoEmpty', id: 0n },
    },
  }
}

/** @throws RpcFailure STORY_ID_INVALID for one that is not there, or not any more; whatever the peer's look-up throws */
export function makeStory(call: MethodCall, input: InputPeer, id: number): messageMediaStory {
  const { world } = call.dc
  const owner = resolvePeer(call, input)
  const found = owner && world.stories.get(storyKey(owner.id, id))
  if (!owner || !found || found.expireDate <= call.dc.seconds()) throw badRequest('STORY_ID_INVALID')
  const { media: file, date, expireDate, caption } = found
  const media: MessageMedia =
    file.kind === 'photo'
      ? { _: 'messageMediaPhoto', photo: toPhoto(file) }
      : { _: 'messageMediaDocument', document: toDocument(file), video: true }
  const peer: Peer =
    'firstName' in owner ? { _: 'peerUser', userId: owner.id } : { _: 'peerChannel', channelId: owner.id }
  return {
    _: 'messageMediaStory',
    peer,
    id,
    story: { _: 'storyItem', id, date, expireDate, media, public: true, ...(caption !== undefined && { caption }) },
  }
}
