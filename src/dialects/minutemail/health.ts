// Whether the server lives, and whether it takes mail: asked without a key.
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { described } from '../../http/foreign.ts'
import { Refusal } from '../../refusal.ts'

const answers = { 200: 'Health' }

export const healthRoutes = (door: Door) =>
  new Elysia()
    .get('/health', () => ({ ok: true }), {
      ...described({
        summary: 'Whether the server lives',
        tag: 'health',
        isPublic: true,
        answers,
        refusals: { 500: ['internal_error'] },
      }),
    })
    .get(
      '/ready',
      () => {
        if (door.shortage() !== null) throw new Refusal('storage-full')
        return { ok: true }
      },
      {
        ...described({
          summary: 'Whether the server can take mail',
          tag: 'health',
          isPublic: true,
          answers,
          refusals: { 503: ['service_unavailable'] },
        }),
      },
    )
