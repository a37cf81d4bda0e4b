// The doctor of domains: looks at all that mail for a domain needs on its way here, and says how to mend it. It changes nothing.
import { parseListen } from '../../config/listen.ts'
import type { Config } from '../../config/schema.ts'
import { type Finding, findingsOf } from '../../finding.ts'
import { iso } from '../../instants.ts'
import type { Outside } from '../../outside.ts'
import { baseOf, type DescribedDomain } from '../domain.ts'
import type { Here, Looking } from '../looking.ts'
import type { Looked, Lookups } from '../resolver.ts'
import { oneSpelling } from '../resolver.ts'
import { type Examination, harmless, isInner, reserved } from './examination.ts'
import { host, mostAddresses, nameless, ports, reverse } from './host.ts'
import { ownership } from './ownership.ts'
import { Questions, valuesOf, within } from './questions.ts'
import { reach } from './reach.ts'
import { ofSubdomains, type Route, route, subdomains } from './route.ts'
import { Visits } from './visits.ts'

export type DoctorRules = {
  here: Here
  /** Off: no name server is asked. */
  mode: 'on' | 'off'
  /** Ports of `smtp.listen`. */
  listens: readonly number[]
  /** How long each check may take, and all of them; else 5 s and a little less than 15 s. */
  checkMs?: number
  totalMs?: number
}

export const doctorRulesOf = ({ smtp, dns }: Pick<Config, 'smtp' | 'dns'>): DoctorRules => ({
  here: { hostname: smtp.hostname, publicAddresses: smtp.public_addresses },
  mode: dns.mode,
  listens: smtp.listen.flatMap((text) => parseListen(text)?.port ?? []),
})

/** `isServing`: mail is taken at the moment, so that it is worth while to go and see. */
export type Circumstances = { isServing: boolean; isOperator: boolean }

const usualCheckMs = 5000
/** Three checks may wait for each other; what comes around them takes a moment too. */
const usualTotalMs = 14_700
/** Domains of the server's own that are looked at at once. */
const mostAtOnce = 8

export const offNote = 'dns.mode is off: no name server is asked'

export class Doctor {
  private readonly visits: Visits

  constructor(
    private readonly looking: Pick<Looking, 'own'>,
    private readonly lookups: Lookups,
    private readonly rules: DoctorRules,
    private readonly outside: Outside,
  ) {
    this.visits = new Visits(rules.here.hostname, outside)
  }

  /** A custom domain. Never throws for what was found outside. */
  async ofDomain(described: DescribedDomain, { isServing, isOperator }: Circumstances): Promise<Finding[]> {
    const begunAt = this.outside.elapsed()
    const examination = this.examination(isOperator)
    const { name } = described.domain
    const first = standing(described)
    const ofServer = (findings: Finding[]) => (isOperator ? findings : findings.map(forOperator))
    if (this.rules.mode === 'off') {
      const reached = await this.reachAll(this.publicOnes(), examination, begunAt, isServing)
      return [first, ...ofServer([this.off(), ...this.portsNote(), ...reached])].map(harmless)
    }
    const below = name.startsWith('*.') ? null : subdomains(name, examination)
    const led = route(name, examination)
    const [txt, its, wild, ofHost, ofPtr, reached] = await Promise.all([
      ownership(described, examination),
      led,
      below,
      host(examination),
      reverse(examination),
      led.then(({ reached }) => this.reachAll(reached, examination, begunAt, isServing)),
    ])
    return [
      first,
      ...(reserved.test(baseOf(name)) ? [insideOnly(name)] : []),
      txt,
      ...its.findings,
      ...(wild ? [ofSubdomains(wild, its)] : []),
      ...ofServer([...ofHost, ...ofPtr, ...this.portsNote(), ...reached]),
    ].map(harmless)
  }

  /** The server's own domains, and itself. */
  async ofServer(names: readonly string[], isServing: boolean): Promise<Finding[]> {
    const examination = this.examination(true)
    const reachPublic = () => this.reachAll(this.publicOnes(), examination, this.outside.elapsed(), isServing)
    if (this.rules.mode === 'off') return [this.off(), ...(await reachPublic())].map(harmless)
    const real = names.filter((name) => !reserved.test(name))
    const routes: Route[] = []
    for (let at = 0; at < real.length; at += mostAtOnce) {
      routes.push(...(await Promise.all(real.slice(at, at + mostAtOnce).map((name) => route(name, examination)))))
    }
    const inside = names.filter((name) => reserved.test(name)).map(insideOnly)
    const found = [...inside, ...routes.flatMap(({ findings }) => findings)]
    // No name server knows of a lab's, or a laptop's.
    if (real.length === 0) return [...found, ...(await reachPublic())].map(harmless)
    const { hostname } = this.rules.here
    if (reserved.test(hostname) || !hostname.includes('.')) {
      return [...found, nameless(hostname), ...(await reachPublic())].map(harmless)
    }
    const begunAt = this.outside.elapsed()
    const byName = new Map(valuesOf(await examination.own).map((address) => [address, new Set<string>()]))
    for (const [address, some] of routes.flatMap(({ reached }) => [...reached])) {
      byName.set(address, new Set([...(byName.get(address) ?? []), ...some]))
    }
    const [ofHost, ofPtr, reached] = await Promise.all([
      host(examination),
      reverse(examination),
      this.reachAll(byName, examination, begunAt, isServing),
    ])
    return [...found, ...ofHost, ...ofPtr, ...this.portsNote(), ...reached].map(harmless)
  }

  private examination(isOperator: boolean): Examination {
    const checkMs = this.rules.checkMs ?? usualCheckMs
    const isOff = this.rules.mode === 'off'
    const show = (address: string) => (isOperator || !isInner(address) ? address : '[private]')
    const nobody: Looked<string> = { is: 'unknown', why: offNote }
    const isKnown = this.rules.here.publicAddresses.length > 0
    return {
      questions: new Questions(this.lookups, checkMs, show),
      here: this.rules.here,
      own: isOff && !isKnown ? Promise.resolve(nobody) : within(checkMs, (asking) => this.looking.own(asking)),
      outside: this.outside,
    }
  }

  /** `reached`: addresses of this server's, and the names by which mail comes there. */
  private async reachAll(
    reached: ReadonlyMap<string, ReadonlySet<string>>,
    { own, questions }: Examination,
    begunAt: number,
    isServing: boolean,
  ): Promise<Finding[]> {
    if (reached.size === 0) return []
    const { hostname } = this.rules.here
    if (!isServing) {
      const says = `whether port ${this.visits.port} can be reached is looked at while the server runs`
      return [findingsOf('reach').note(says)]
    }
    const addresses = new Set(valuesOf(await own))
    const left = (this.rules.totalMs ?? usualTotalMs) - (this.outside.elapsed() - begunAt)
    const found = await Promise.all(
      [...reached].slice(0, mostAddresses).map(([address, names]) =>
        reach(this.visits, hostname, {
          address,
          names: [...names],
          own: addresses,
          ms: Math.max(0, Math.min(this.rules.checkMs ?? usualCheckMs, left)),
          now: this.outside.now(),
          show: questions.show,
        }),
      ),
    )
    return found.flat()
  }

  private publicOnes(): Map<string, Set<string>> {
    return new Map(this.rules.here.publicAddresses.map((address) => [oneSpelling(address), new Set<string>()]))
  }

  private portsNote(): Finding[] {
    return ports(this.rules.listens, this.visits.port)
  }

  private off(): Finding {
    const isKnown = this.rules.here.publicAddresses.length > 0
    return findingsOf('dns').note(
      offNote,
      isKnown ? undefined : 'set smtp.public_addresses to have it seen whether this server answers there',
    )
  }
}

function standing({ domain, lapsesAt, note: also }: DescribedDomain): Finding {
  const { ok, note, wrong } = findingsOf('standing')
  const { name, state, byHand, checkedAt } = domain
  const look = `have its records looked at once they are right: mayfly domain verify ${name}, or POST /domains/${name}/verify`
  const checked = checkedAt === null ? 'its records were not looked at yet' : `last looked at ${iso(checkedAt)}`
  if (state === 'verified' && byHand) return ok(`the operator of this server vouches for ${name}: its mail is taken`)
  if (state === 'verified') return ok(`${name} is verified: its mail is taken`)
  if (state === 'failing') {
    const until = lapsesAt === null ? '' : `, until ${iso(lapsesAt)}`
    return wrong(`the records of ${name} are gone (${checked}): its mail is still taken${until}`, look)
  }
  if (state === 'lapsed') return wrong(`${name} has lapsed (${checked}): its mail is refused`, look)
  return note(`${name} is not verified: its mail is not taken (${checked})`, also ?? look)
}

const insideOnly = (name: string): Finding =>
  findingsOf('dns').note(`mail from the internet cannot reach ${name}: such names are not in its DNS`)

const forOperator = (finding: Finding): Finding =>
  finding.mend === undefined ? finding : { ...finding, mend: `for the operator of this server: ${finding.mend}` }
