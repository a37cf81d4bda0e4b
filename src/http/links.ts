// Addresses of one-time links. The secret stands behind the "#", so that no server and no log on the way sees it.
import type { Door } from './dialect.ts'

/** By the server's public address; without one, by the host that the caller used. */
export function linkTo(
  { options }: Pick<Door, 'options'>,
  request: Request,
  what: 'invitation' | 'password',
  token: string,
): string {
  const base = options.publicUrl ?? `${new URL(request.url).protocol}//${request.headers.get('host') ?? 'localhost'}`
  return `${base.replace(/\/$/, '')}/app/${what}#${token}`
}
