// What keeps the server from starting, in sentences for the operator.

export class CannotStart extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CannotStart'
  }
}

/** An address that cannot be had. `door`: HTTP or SMTP; `error`: what the system said. */
export function cannotListen(
  door: string,
  { host, port }: { host: string; port: number },
  error: unknown,
): CannotStart {
  const where = `${door} cannot listen on ${host.includes(':') ? `[${host}]` : host}:${port}`
  return new CannotStart(`${where}: ${why(error)}`)
}

function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  switch ('code' in error ? error.code : '') {
    case 'EADDRINUSE':
      return 'another program has this port'
    case 'EACCES':
      return 'ports below 1024 need the right to bind them'
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address'
    default:
      return error.message
  }
}
