// A dialect's OpenAPI document without a server, for the command line.
import { CannotStart } from '../cannot-start.ts'
import { withoutServer } from './dialect.ts'
import { dialectNamed, dialectNames } from './dialects.ts'

/** Throws CannotStart for a name that no dialect has. */
export async function openapi(name: string): Promise<object> {
  const dialect = dialectNamed(name, withoutServer)
  if (!dialect) throw new CannotStart(`there is no dialect "${name}"; there are: ${dialectNames.join(', ')}`)
  return dialect.document()
}
