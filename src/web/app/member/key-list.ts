// A key as the page lists it, and what is to be said of it.
export type Key = {
  id: string
  name: string
  prefix: string
  start: string
  end: string
  maker: string
  createdAt: string
  expiresAt: string | null
  revokedAt: string | null
  previousSecretUntil: string | null
  lastUsedAt: string | null
  requests: number
  scopes: string[] | null
  origins: string[]
  domains: string[]
  dialects: string[]
}
export type MadeKey = Key & { key: string }

const dayMs = 86_400_000
const unusedDays = 90
const oldDays = 180

export type Mark = 'revoked' | 'expired' | 'unused' | 'old'

/** What of a key is worth a look. */
export function marksOf(
  { revokedAt, expiresAt, lastUsedAt, createdAt, previousSecretUntil }: Key,
  now = Date.now(),
): Mark[] {
  if (revokedAt !== null) return ['revoked']
  if (expiresAt !== null && Date.parse(expiresAt) <= now) return ['expired']
  const daysSince = (at: string): number => (now - Date.parse(at)) / dayMs
  return [
    ...(daysSince(lastUsedAt ?? createdAt) >= unusedDays ? (['unused'] as const) : []),
    // Of one that was rotated the secret is younger: by at most the days for which the one before it stayed good.
    ...(daysSince(previousSecretUntil ?? createdAt) >= oldDays ? (['old'] as const) : []),
  ]
}

/** The server notes the minute of a use, which may be before the second in which the key was made. */
export const lastUseOf = ({ lastUsedAt, createdAt }: Key): string | null =>
  lastUsedAt !== null && lastUsedAt < createdAt ? createdAt : lastUsedAt

export const isOver = (key: Key): boolean => marksOf(key).some((mark) => mark === 'revoked' || mark === 'expired')
