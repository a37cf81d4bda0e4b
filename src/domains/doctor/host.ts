// The server itself as DNS shows it: the addresses of its name, the names of its addresses, and the port of its mail.
import { type Finding, findingsOf } from '../../finding.ts'
import { oneSpelling } from '../resolver.ts'
import { type Examination, isInner } from './examination.ts'
import { from, listed, valuesOf } from './questions.ts'
import { cannotAsk } from './route.ts'

/** Of a server's addresses: those that are asked about, and gone to. */
export const mostAddresses = 8

export const nameless = (hostname: string): Finding =>
  findingsOf('host').wrong(
    `smtp.hostname is ${hostname}: nobody in the internet finds a server by it`,
    'set smtp.hostname to the name that MX records point to',
  )

export async function host({ here, questions }: Examination): Promise<Finding[]> {
  const { ok, note, wrong } = findingsOf('host')
  const { hostname } = here
  if (!hostname.includes('.')) return [nameless(hostname)]
  const told = await Promise.all([questions.a(hostname), questions.aaaa(hostname)])
  const [why] = told.flatMap(({ looked }) => (looked.is === 'unknown' ? [looked.why] : []))
  if (why !== undefined)
    return [from(told, { ...cannotAsk(`the address of ${hostname}`, why, hostname), check: 'host' })]
  const found = told.flatMap(({ looked }) => valuesOf(looked))
  const own = here.publicAddresses.map(oneSpelling)
  const at = listed(found.map(questions.show))
  if (found.length === 0) {
    const example = own.length === 0 ? 'its address' : own.join(' and ')
    return [from(told, wrong(`${hostname} has no address`, `add an A or AAAA record with ${example}`))]
  }
  if (found.every(isInner) && found.every((address) => own.length === 0 || own.includes(address))) {
    const says = `${hostname} has the address ${at}: the internet does not lead there`
    return [from(told, note(says, 'give it an A or AAAA record with a public address if mail is to come from there'))]
  }
  if (own.length === 0) {
    const says = `${hostname} has the address ${at}`
    return [from(told, note(says, 'set smtp.public_addresses to have this compared'))]
  }
  const foreign = found.filter((address) => !own.includes(address))
  const missing = own.filter((address) => !found.includes(address))
  const wrongs = `${hostname} has the address ${listed(foreign.map(questions.show))}, which is not in smtp.public_addresses`
  return [
    from(
      told,
      foreign.length > 0
        ? wrong(wrongs, 'mend the record, or smtp.public_addresses')
        : ok(`${hostname} has the address ${at}`),
    ),
    ...missing.map((address) =>
      note(
        `no record of ${hostname} has ${questions.show(address)}, which is in smtp.public_addresses`,
        'add one, or take it out',
      ),
    ),
  ]
}

/** The world has no names for private addresses. */
export async function reverse({ here, own, questions }: Examination): Promise<Finding[]> {
  const { ok, note } = findingsOf('ptr')
  const addresses = valuesOf(await own).filter((address) => !isInner(address))
  return Promise.all(
    addresses.slice(0, mostAddresses).map(async (address) => {
      const told = await questions.ptr(address)
      const { looked } = told
      const add = `ask whoever gave you ${address} for a PTR record to ${here.hostname}: Mayfly sends no mail, so none is lost without`
      if (looked.is === 'unknown') {
        return from([told], note(`the name of ${address} could not be asked for: ${looked.why}`))
      }
      const names = valuesOf(looked)
      if (names.includes(here.hostname)) return from([told], ok(`the PTR record of ${address} is ${here.hostname}`))
      const says = `${address} has ${names.length === 0 ? 'no PTR record' : `the PTR record ${listed(names)}`}`
      return from([told], note(`${says}, and this server is ${here.hostname}`, add))
    }),
  )
}

/** `listens`: the ports of `smtp.listen`. */
export function ports(listens: readonly number[], worldPort: number): Finding[] {
  if (listens.includes(worldPort)) return []
  const { note } = findingsOf('port')
  const shown = [...new Set(listens)].map((port) => (port === 0 ? 'any free port' : `port ${port}`)).join(' and ')
  return [
    note(
      `this server listens for mail at ${shown}, and the world comes to port ${worldPort}`,
      `lead port ${worldPort} there (firewall, router, container), or set smtp.listen`,
    ),
  ]
}
