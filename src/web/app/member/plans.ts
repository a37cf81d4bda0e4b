// What the plan of who is signed in allows, and what of it is used.

import type { Limits } from '../facts.ts'
import { ask } from './ask.ts'

export type Used = {
  requestsThisMinute: number
  requestsToday: number
  requestsThisMonth: number
  inboxesToday: number
  activeMailboxes: number
  archivedMailboxes: number
  bytes: number
}

export type OwnAccount = { id: string; plan: string; state: string; createdAt: string; limits: Limits; used: Used }

export const askAccount = (signal: AbortSignal): Promise<OwnAccount> => ask<OwnAccount>('GET', '/account', { signal })
