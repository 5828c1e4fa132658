/**
 * Dice, games, stories, and previews of pages.
 *
 * Sources: https://core.telegram.org/api/dice, https://core.telegram.org/api/bots/games, https://core.telegram.org/api/stories,
 * https://core.telegram.org/constructor/inputMediaWebPage
 */
import { checkOptions } from '#check-given'
import type {
  InputPeer,
  InputUser,
  inputMediaDice,
  inputMediaGame,
  inputMediaStakeDice,
  inputMediaStory,
  inputMediaWebPage,
} from '../../tl/generated/api-types.ts'

/** The emoji that are thrown. The server may know more: `emojies_send_dice` of its configuration. */
export type DiceEmoji = '🎲' | '🎯' | '🏀' | '⚽' | '🎳' | '🎰'

/** A die, a dart, a ball, a slot machine: the server throws it. */
export function dice(emoji: DiceEmoji | (string & {}) = '🎲'): inputMediaDice {
  return { _: 'inputMediaDice', emoticon: emoji }
}

/** What {@link stakeDice} must be told. */
export interface StakeFacts {
  /** As `messages.getEmojiGameInfo` tells it. */
  readonly gameHash: string
  /** What is staked, in nanotons. */
  readonly tonAmount: bigint
  /** Random bytes of this client, from which the throw is made together with those of the server. */
  readonly seed: Uint8Array
}

/** A die on which something is staked. */
export function stakeDice(facts: StakeFacts): inputMediaStakeDice {
  checkOptions('stakeDice', facts, true)
  const { gameHash, tonAmount, seed } = facts
  return { _: 'inputMediaStakeDice', gameHash, tonAmount, clientSeed: seed }
}

/** A game that is known by its id. */
export interface GameId {
  readonly id: bigint
  readonly accessHash: bigint
}

/**
 * A game of a bot; for bots.
 *
 * ```ts
 * game('tetris')
 * ```
 * @param which its short name, or its id
 * @param bot whose game it is by its short name; the own unless told
 */
export function game(which: string | GameId, bot: InputUser = { _: 'inputUserSelf' }): inputMediaGame {
  if (typeof which !== 'string') checkOptions('game', which, true)
  return {
    _: 'inputMediaGame',
    id:
      typeof which === 'string'
        ? { _: 'inputGameShortName', botId: bot, shortName: which }
        : { _: 'inputGameID', id: which.id, accessHash: which.accessHash },
  }
}

/**
 * A story that somebody has posted.
 * @param peer whose it is; of a username `await client.resolvePeer('@durov')`
 */
export function story(peer: InputPeer | 'me', id: number): inputMediaStory {
  return { _: 'inputMediaStory', peer: peer === 'me' ? { _: 'inputPeerSelf' } : peer, id }
}

/** What {@link webPage} can be told. */
export interface WebPageOptions {
  /** How large its picture is shown; the server chooses unless told. */
  readonly size?: 'large' | 'small' | undefined
  /** Sends no error when the page has no preview. */
  readonly optional?: boolean | undefined
}

/** The preview of a page. */
export function webPage(url: string | URL, options: WebPageOptions = {}): inputMediaWebPage {
  checkOptions('webPage', options)
  const { size, optional } = options
  return {
    _: 'inputMediaWebPage',
    ...(size === 'large' && { forceLargeMedia: true }),
    ...(size === 'small' && { forceSmallMedia: true }),
    ...(optional && { optional }),
    url: String(url),
  }
}
