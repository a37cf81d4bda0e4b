// What anybody may know of this server.
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { serverFacts } from '../../http/facts.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { server } from './wire-server.ts'

export const serverRoutes = (door: Door) =>
  new Elysia({ prefix }).use(keyed(door)).get('/server', () => server(serverFacts(door)), {
    ...described({
      summary: 'What is to be had here',
      description: 'Domains, plans, APIs and what the operator allows.',
      tag: 'account',
      credential: 'none',
      answers: { 200: 'Server' },
      refusals: [],
    }),
  })
