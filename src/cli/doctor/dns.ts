// Whether mail for the shared domains is led here.
import { type MxRecord, promises } from 'node:dns'
import ipaddr from 'ipaddr.js'
import type { Config } from '../../config/schema.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, note, wrong } = findingsOf('dns')

/** RFC 6761, RFC 6762, RFC 9476 and what home routers use: the world has no records for them. */
const reserved = /(^|\.)(test|example|invalid|localhost|local|internal|lan|alt|home\.arpa|onion)$/

export type Dns = {
  mx: (name: string) => Promise<MxRecord[]>
  a: (name: string) => Promise<string[]>
  aaaa: (name: string) => Promise<string[]>
}

/** Asks the name servers of `[dns]`. No answer takes longer than its `timeout_seconds`. */
export function dnsOf({ nameservers, timeout_seconds }: Config['dns']): Dns {
  const resolver = new promises.Resolver()
  if (nameservers.length > 0) resolver.setServers(nameservers)
  const timely = <Value>(asked: Promise<Value>): Promise<Value> => {
    const late = Promise.withResolvers<Value>()
    const timer = setTimeout(() => late.reject(new Error('no answer came in time')), timeout_seconds * 1000)
    return Promise.race([asked, late.promise]).finally(() => clearTimeout(timer))
  }
  return {
    mx: (name) => timely(resolver.resolveMx(name)),
    a: (name) => timely(resolver.resolve4(name)),
    aaaa: (name) => timely(resolver.resolve6(name)),
  }
}

type Looked<Value> = { value: Value } | { failed: string }

/** No such name, or nothing of this kind at it, is `nothing`; any other failure says why. */
async function look<Value>(asked: Promise<Value>, nothing: Value): Promise<Looked<Value>> {
  try {
    return { value: await asked }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (/ENOTFOUND|ENODATA/.test(code)) return { value: nothing }
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}

export async function dns(
  config: Pick<Config, 'domains' | 'smtp' | 'dns'>,
  asking: Dns = dnsOf(config.dns),
): Promise<Finding[]> {
  if (config.dns.mode === 'off') return [note('dns.mode is off: no name server is asked')]
  const names = config.domains.map(({ name }) => name).filter((name) => name !== '*')
  const inside = names.filter((name) => reserved.test(name))
  const real = names.filter((name) => !reserved.test(name))
  const found = inside.map((name) => note(`mail from the internet cannot reach ${name}: such names are not in its DNS`))
  if (real.length === 0) return found
  const looked = await Promise.all([
    ...real.map((name) => mailRoute(name, config.smtp.hostname, asking)),
    hostAddresses(config.smtp, asking),
  ])
  return [...found, ...looked.flat()]
}

const cannotAsk = (what: string, failed: string): Finding =>
  wrong(`${what} could not be asked for: ${failed}`, 'see that the name servers can be reached, or set dns.nameservers')

async function mailRoute(domain: string, hostname: string, asking: Dns): Promise<Finding[]> {
  // Any name below a wildcard will do.
  const name = domain.replace(/^\*\./, 'mayfly-doctor.')
  const found = await look(asking.mx(name), [])
  if ('failed' in found) return [cannotAsk(`the MX records of ${domain}`, found.failed)]
  const record = `${domain}. MX 10 ${hostname}.`
  const targets = found.value.map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ''))
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
  asking: Dns,
): Promise<Finding[]> {
  const name = 'set smtp.hostname to the name that MX records point to'
  if (reserved.test(hostname) || !hostname.includes('.'))
    return [wrong(`smtp.hostname is ${hostname}: nobody in the internet finds a server by it`, name)]
  const [four, six] = await Promise.all([look(asking.a(hostname), []), look(asking.aaaa(hostname), [])])
  if ('failed' in four) return [cannotAsk(`the address of ${hostname}`, four.failed)]
  if ('failed' in six) return [cannotAsk(`the address of ${hostname}`, six.failed)]
  const found = [...four.value, ...six.value].map(normal)
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
