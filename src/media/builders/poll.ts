/**
 * Polls, quizzes and checklists.
 *
 * Sources: https://core.telegram.org/api/poll, https://core.telegram.org/api/todo
 */
import { checkOptions } from '#check-given'
import { UsageError } from '../../errors.ts'
import type { inputMediaPoll, inputMediaTodo, poll as Poll } from '../../tl/generated/api-types.ts'
import { type Text, textOf } from './text.ts'

/** When a poll is closed by itself: after a time, at a time, or not. */
export type PollEnd = ClosedAfter | ClosedAt

interface ClosedAfter {
  /** Seconds (5 to 600) after which it is closed. */
  readonly closeAfter?: number | undefined
  readonly closeAt?: never
}

interface ClosedAt {
  readonly closeAfter?: never
  /** When it is closed, in ms since 1970: at most 600 s from now. */
  readonly closeAt: number | undefined
}

interface CommonPollOptions {
  /** Everybody sees who has voted for what. */
  readonly publicVoters?: boolean | undefined
  /** Sends it closed: for what is to be seen and not answered. */
  readonly closed?: boolean | undefined
}

/** What {@link poll} can be told. */
export type PollOptions = PollEnd &
  CommonPollOptions & {
    /** Lets people choose several answers. */
    readonly multipleChoice?: boolean | undefined
  }

/** What {@link quiz} must and can be told. */
export type QuizOptions = PollEnd &
  CommonPollOptions & {
    /** Which answer is right, counted from 0. */
    readonly correct: number
    /** Shown to those who choose a wrong one. */
    readonly solution?: Text | undefined
  }

/**
 * A poll.
 *
 * ```ts
 * poll('Tea or coffee?', ['Tea', 'Coffee'], { multipleChoice: true })
 * ```
 * @param answers two to twelve
 */
export function poll(question: Text, answers: readonly Text[], options: PollOptions = {}): inputMediaPoll {
  checkOptions('poll', options)
  checkTexts('poll', answers)
  const { multipleChoice, ...others } = options
  return {
    _: 'inputMediaPoll',
    poll: { ...pollOf(question, answers, others), ...(multipleChoice && { multipleChoice }) },
  }
}

/**
 * A quiz: a poll with one right answer.
 *
 * ```ts
 * quiz('2 + 2?', ['3', '4', '5'], { correct: 1, solution: 'Count it on your fingers.' })
 * ```
 * @param answers two to twelve
 * @throws UsageError if the right answer is none of them
 */
export function quiz(question: Text, answers: readonly Text[], options: QuizOptions): inputMediaPoll {
  checkOptions('quiz', options, true)
  checkTexts('quiz', answers)
  const { correct, solution, ...others } = options
  if (!(Number.isInteger(correct) && correct in answers)) {
    throw new UsageError(
      `the right answer of this quiz cannot be ${correct}: its answers count from 0 to ${answers.length - 1}`,
    )
  }
  const explained = solution !== undefined && textOf(solution)
  return {
    _: 'inputMediaPoll',
    poll: { ...pollOf(question, answers, others), quiz: true },
    correctAnswers: [optionOf(correct)],
    ...(explained && { solution: explained.text, solutionEntities: explained.entities }),
  }
}

function pollOf(question: Text, answers: readonly Text[], options: PollEnd & CommonPollOptions): Poll {
  const { closed, publicVoters, closeAfter, closeAt } = options
  return {
    _: 'poll',
    id: 0n,
    ...(closed && { closed }),
    ...(publicVoters && { publicVoters }),
    question: textOf(question),
    answers: answers.map((text, i) => ({ _: 'pollAnswer', text: textOf(text), option: optionOf(i) })),
    ...(closeAfter !== undefined && { closePeriod: closeAfter }),
    ...(closeAt !== undefined && { closeDate: Math.floor(closeAt / 1000) }),
  }
}

/** @throws UsageError for no list of texts */
function checkTexts(builder: string, texts: readonly Text[]): void {
  if (!Array.isArray(texts)) throw new UsageError(`${builder}() takes an array of texts behind the first`)
}

/** What stands for an answer when people vote: any bytes, as long as they differ. */
function optionOf(index: number): Uint8Array {
  return Uint8Array.of(index)
}

/** What {@link todo} can be told. */
export interface TodoOptions {
  /** Lets others add items. */
  readonly othersCanAppend?: boolean | undefined
  /** Lets others mark items as done. */
  readonly othersCanComplete?: boolean | undefined
}

/**
 * A checklist; for accounts with Premium.
 *
 * ```ts
 * todo('Trip', ['Passport', 'Tickets'], { othersCanComplete: true })
 * ```
 */
export function todo(title: Text, items: readonly Text[], options: TodoOptions = {}): inputMediaTodo {
  checkOptions('todo', options)
  checkTexts('todo', items)
  return {
    _: 'inputMediaTodo',
    todo: {
      _: 'todoList',
      ...options,
      title: textOf(title),
      list: items.map((item, i) => ({ _: 'todoItem', id: i + 1, title: textOf(item) })),
    },
  }
}
