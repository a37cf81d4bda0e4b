// Addresses of our own pages. A secret stands behind the "#", so that no server and no log on the way sees it.
import type { Door } from './dialect.ts'

/** Where people reach our pages, without a slash at its end: where the config says; else by the host that the caller used. */
export function pagesAt({ options }: Pick<Door, 'options'>, request: Request): string {
  const base = options.publicUrl ?? `${new URL(request.url).protocol}//${request.headers.get('host') ?? 'localhost'}`
  return `${base.replace(/\/$/, '')}/app`
}

/** Of a one-time link. */
export const linkTo = (
  door: Pick<Door, 'options'>,
  request: Request,
  what: 'invitation' | 'password',
  token: string,
): string => `${pagesAt(door, request)}/${what}#${token}`
