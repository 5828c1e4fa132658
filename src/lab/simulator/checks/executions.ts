/**
 * The rule for what servers carry out: media are made of a file once, as counted by the servers.
 *
 * They may be made again when the client cannot know that they were: a call for them was not answered as it should be, or
 * its connection ended before the answer was there, and the call came again over another one.
 */

interface Asked {
  readonly connection: string
  /** A reason for asking again has come up. */
  readonly mayRepeat: boolean
}

export class ExecutionCheck {
  readonly #violate: (detail: string) => void
  /** How each file was asked for so far. */
  readonly #asked = new Map<bigint, Asked>()

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /**
   * A server was asked to make media of a file.
   * @param connection which it was asked over: a name, unlike that of any other
   * @param isDealtWith the call is carried out, and answered
   */
  asked(file: bigint, connection: string, isDealtWith: boolean): void {
    const before = this.#asked.get(file)
    const repeats = before !== undefined && before.connection === connection
    if (repeats && !before.mayRepeat)
      this.#violate(`media were made of file ${file} twice over connection ${connection}`)
    const mayRepeat = !isDealtWith || (before !== undefined && (before.mayRepeat || !repeats))
    this.#asked.set(file, { connection, mayRepeat })
  }
}
