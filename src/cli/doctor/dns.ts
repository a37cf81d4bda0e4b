// Whether mail for the shared domains is led here.
import ipaddr from 'ipaddr.js'
import type { Config } from '../../config/schema.ts'
import { type Looked, type Lookups, lookupsOf, Resolver } from '../../domains/resolver.ts'
import { realOutside } from '../../outside.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, note, wrong } = findingsOf('dns')

/** RFC 6761, RFC 6762, RFC 9476 and what home routers use: the world has no records for them. */
const reserved = /(^|\.)(test|example|invalid|localhost|local|internal|lan|alt|home\.arpa|onion)$/

const asking = { urgent: true }

/** Asks the name servers of `[dns]`. No answer takes longer than its `timeout_seconds`. */
export const dnsOf = (dns: Config['dns']): Lookups => new Resolver(lookupsOf(dns), realOutside)

const valuesOf = <Value>(looked: Exclude<Looked<Value>, { is: 'unknown' }>): Value[] =>
  looked.is === 'found' ? looked.values : []

export async function dns(
  config: Pick<Config, 'domains' | 'smtp' | 'dns'>,
  lookups: Lookups = dnsOf(config.dns),
): Promise<Finding[]> {
  if (config.dns.mode === 'off') return [note('dns.mode is off: no name server is asked')]
  const names = config.domains.map(({ name }) => name).filter((name) => name !== '*')
  const inside = names.filter((name) => reserved.test(name))
  const real = names.filter((name) => !reserved.test(name))
  const found = inside.map((name) => note(`mail from the internet cannot reach ${name}: such names are not in its DNS`))
  if (real.length === 0) return found
  const looked = await Promise.all([
    ...real.map((name) => mailRoute(name, config.smtp.hostname, lookups)),
    hostAddresses(config.smtp, lookups),
  ])
  return [...found, ...looked.flat()]
}

const cannotAsk = (what: string, failed: string): Finding =>
  wrong(`${what} could not be asked for: ${failed}`, 'see that the name servers can be reached, or set dns.nameservers')

async function mailRoute(domain: string, hostname: string, lookups: Lookups): Promise<Finding[]> {
  // Any name below a wildcard will do.
  const name = domain.replace(/^\*\./, 'mayfly-doctor.')
  const found = await lookups.mx(name, asking)
  if (found.is === 'unknown') return [cannotAsk(`the MX records of ${domain}`, found.why)]
  const record = `${domain}. MX 10 ${hostname}.`
  const targets = valuesOf(found).map(({ exchange }) => exchange)
  if (targets.length === 0) return [wrong(`${domain} has no MX record`, `add ${record}`)]
  const others = targets.filter((target) => target !== hostname)
  if (others.length === targets.length) {
    return [
      wrong(
        `the MX records of ${domain} lead to ${others.join(', ')}, and this server is ${hostname}`,
        `add ${record}, or set smtp.hostname to the name that they have`,
      ),
    ]
  }
  if (others.length > 0) return [note(`mail for ${domain} may also go to ${others.join(', ')}`)]
  return [ok(`the MX record of ${domain} leads to ${hostname}`)]
}

async function hostAddresses(
  { hostname, public_addresses }: Pick<Config['smtp'], 'hostname' | 'public_addresses'>,
  lookups: Lookups,
): Promise<Finding[]> {
  const name = 'set smtp.hostname to the name that MX records point to'
  if (reserved.test(hostname) || !hostname.includes('.'))
    return [wrong(`smtp.hostname is ${hostname}: nobody in the internet finds a server by it`, name)]
  const [four, six] = await Promise.all([lookups.a(hostname, asking), lookups.aaaa(hostname, asking)])
  for (const one of [four, six]) if (one.is === 'unknown') return [cannotAsk(`the address of ${hostname}`, one.why)]
  const found = [four, six].flatMap((one) => (one.is === 'found' ? one.values : []))
  const own = public_addresses.map(normal)
  if (found.length === 0) {
    const example = own[0] === undefined ? 'its address' : own.join(' and ')
    return [wrong(`${hostname} has no address`, `add an A or AAAA record with ${example}`)]
  }
  if (own.length === 0) {
    return [note(`${hostname} has the address ${found.join(', ')}`, 'set smtp.public_addresses to have this compared')]
  }
  const foreign = found.filter((address) => !own.includes(address))
  const missing = own.filter((address) => !found.includes(address))
  return [
    ...(foreign.length > 0
      ? [
          wrong(
            `${hostname} has the address ${foreign.join(', ')}, which is not in smtp.public_addresses`,
            'mend the record, or smtp.public_addresses',
          ),
        ]
      : [ok(`${hostname} has the address ${found.join(', ')}`)]),
    ...missing.map((address) =>
      note(`no record of ${hostname} has ${address}, which is in smtp.public_addresses`, `add one, or take it out`),
    ),
  ]
}

const normal = (address: string): string => (ipaddr.isValid(address) ? ipaddr.process(address).toString() : address)
