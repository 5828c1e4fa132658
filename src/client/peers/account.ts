/**
 * The account of Node, Bun and Deno, where bytes do not count: all of its calls take peers in any form.
 */
import type { Method } from '../../tl/method.ts'
import { Account as PlainAccount } from '../account.ts'
import type { CallOptions } from '../other-datacenters.ts'
import { callWithPeers } from './calls.ts'
import { findPeer } from './find.ts'
import { notesOf } from './notes.ts'

export class Account extends PlainAccount {
  override invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Result> {
    const { peers = findPeer } = this.options
    return callWithPeers(this, request, peers, options.signal, (named) => super.invoke(method, named, options))
  }

  override close(): Promise<void> {
    void notesOf(this).flush()
    return super.close()
  }
}
