// Where mail for a domain goes: its MX records, and the servers that they name.
import { type Finding, findingsOf } from '../../finding.ts'
import { baseOf } from '../domain.ts'
import { isName, mostTargets, probeOf, targetsOf } from '../looking.ts'
import type { Looked, Mx } from '../resolver.ts'
import type { Examination } from './examination.ts'
import { from, listed, seeServers, type Told, valuesOf } from './questions.ts'
import { findingOf, type Target, targetOf } from './targets.ts'

const { ok, note, wrong } = findingsOf('mx')

/** `reached`: where its mail comes to this server, by which names. */
export type Route = { findings: Finding[]; reached: Map<string, Set<string>> }

/** The line of the MX record that a domain is to have. */
export const mxLine = (name: string, hostname: string): string => `${name}. MX 10 ${hostname}.`

export async function route(name: string, examination: Examination): Promise<Route> {
  const { questions, here, outside } = examination
  const line = mxLine(name, here.hostname)
  const isWild = name.startsWith('*.')
  const at = isWild ? probeOf(name, outside) : name
  const told = await questions.mx(at)
  const { looked } = told
  const none = (finding: Finding): Route => ({ findings: [from([told], finding)], reached: new Map() })
  if (looked.is === 'unknown') return none(cannotAsk(`the MX records of ${name}`, looked.why, baseOf(name)))
  const records = valuesOf(looked)
  if (records.length === 0) return none(wrong(`${name} has no MX record`, `add ${line}`))
  const exchanges = targetsOf(records)
  // RFC 7505.
  if (exchanges.every((one) => one === '')) {
    return none(wrong(`${name} says that it takes no mail at all (a null MX)`, `take that out, and add ${line}`))
  }
  // This server's own name first, then the others that verifying looks at, then what is no name.
  const own = exchanges.filter((one) => one === here.hostname)
  const inTurn = [...new Set([...own, ...exchanges.filter(isName), ...exchanges])]
  const near = new Set(inTurn.slice(0, mostTargets))
  const targets = await Promise.all(exchanges.filter((one) => near.has(one)).map((one) => targetOf(one, examination)))
  const leading = new Set(targets.filter(({ ours }) => ours.length > 0).map(({ exchange }) => exchange))
  if (exchanges.includes(here.hostname)) leading.add(here.hostname)
  const findings = [
    from([told], summary(name, records, leading, targets, here.hostname)),
    ...(exchanges.length > near.size
      ? [
          note(
            `${name} has MX records to ${exchanges.length} servers: ${near.size} of them were looked at`,
            'keep a few',
          ),
        ]
      : []),
    ...targets.map((target) => findingOf(target, line, leading.size > 0, examination)),
  ]
  const reached = new Map<string, Set<string>>()
  for (const { exchange, ours } of targets) {
    for (const address of ours) reached.set(address, (reached.get(address) ?? new Set()).add(exchange))
  }
  return { findings, reached }
}

function summary(
  name: string,
  records: readonly Mx[],
  leading: ReadonlySet<string>,
  targets: readonly Target[],
  hostname: string,
): Finding {
  const line = mxLine(name, hostname)
  const others = targetsOf(records).filter((one) => !leading.has(one) && isName(one))
  const best = records.find(({ exchange }) => leading.has(exchange))
  if (!best) {
    const unknown = targets.find((target) => target.unknown !== null)
    if (unknown) {
      const says = `whether the MX records of ${name} lead here could not be said: ${unknown.unknown}`
      return wrong(says, seeServers(unknown.exchange))
    }
    const all = targetsOf(records).map((one) => (one === '' ? 'nowhere' : one))
    return wrong(`the MX records of ${name} lead to ${listed(all)}, and this server is ${hostname}`, `add ${line}`)
  }
  const earlier = records.filter(({ exchange, priority }) => others.includes(exchange) && priority < best.priority)
  if (earlier.length > 0) {
    return wrong(
      `mail for ${name} goes to ${listed(targetsOf(earlier))} first, and here only where that does not answer`,
      `give the record of ${best.exchange} the lowest number, or take the others out`,
    )
  }
  if (others.length > 0) return note(`mail for ${name} may also go to ${listed(others)}`)
  return ok(`the MX record of ${name} leads to ${listed([...leading])}`)
}

export const cannotAsk = (what: string, why: string, zone: string): Finding =>
  wrong(`${what} could not be asked for: ${why}`, seeServers(zone))

/** Of a name that does not stand for its subdomains: where their mail goes. `reached`: by which names mail comes here. */
export async function subdomains(name: string, { questions, here, outside }: Examination): Promise<Subdomains> {
  const told = await questions.mx(probeOf(name, outside))
  return { name, told, looked: told.looked, hostname: here.hostname }
}

type Subdomains = { name: string; told: Told<Mx>; looked: Looked<Mx>; hostname: string }

export function ofSubdomains({ name, told, looked, hostname }: Subdomains, { reached }: Route): Finding {
  const { ok, note } = findingsOf('wildcard')
  const wished = `for their mail add the domain *.${name} too, and set ${mxLine(`*.${name}`, hostname)}`
  if (looked.is === 'unknown') {
    return from([told], note(`the MX records of subdomains of ${name} could not be asked for: ${looked.why}`))
  }
  const exchanges = targetsOf(valuesOf(looked)).filter((one) => one !== '')
  if (exchanges.length === 0) return from([told], note(`any subdomain of ${name} has no MX record`, wished))
  const names = new Set([hostname, ...[...reached.values()].flatMap((some) => [...some])])
  if (!exchanges.some((one) => names.has(one))) {
    return from([told], note(`mail for any subdomain of ${name} goes to ${listed(exchanges)}`, wished))
  }
  const says = `mail for any subdomain of ${name} comes here, and is taken where an account has *.${name} too`
  return from([told], ok(says))
}
