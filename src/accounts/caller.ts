// Who asks: what a credential was good for. Doors make one, services judge by it.

export type Caller =
  /** No credential was given. */
  | { kind: 'nobody' }
  /** The holder of one mailbox's token. `operator`: the mailbox is the operator's own. */
  | { kind: 'mailbox'; mailboxId: string; operator: boolean }

export const nobody: Caller = { kind: 'nobody' }
