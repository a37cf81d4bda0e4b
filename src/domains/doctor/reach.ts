// Whether this server answers where mail comes to it, and with which certificate.
import { type Finding, findingsOf } from '../../finding.ts'
import { inTime, isFor, names, selfSigned } from './certificate.ts'
import { listed } from './questions.ts'
import { isOurs, type Visited, type Visits } from './visits.ts'

const { ok, note, wrong } = findingsOf('reach')

export type Visit = {
  address: string
  /** The names by which mail comes there, beside this server's own. */
  names: readonly string[]
  own: ReadonlySet<string>
  ms: number
  now: number
  show: (address: string) => string
}

export async function reach(visits: Visits, hostname: string, visit: Visit): Promise<Finding[]> {
  const { address, show } = visit
  const place = `port ${visits.port} of ${show(address)}`
  const visited = await visits.to(address, visit.own, visit.ms)
  if (!visited) {
    return [
      note(
        `${place} is not gone to: it is a private address, and none of this machine's`,
        'see from a machine of its network that this server answers there',
      ),
    ]
  }
  const asked = [`SMTP ${place}`]
  const { certificate } = visited
  const answered = [
    `${place}: ${visited.greeting ?? visited.failed ?? 'nothing'}`,
    ...(certificate ? [`${place}: certificate for ${certificate.subjectAltName ?? certificate.subject}`] : []),
  ]
  const findings = [heard(place, hostname, visited), ...secured(place, hostname, visit, visited)]
  return findings.map((finding) => ({ ...finding, asked, answered }))
}

function heard(place: string, hostname: string, { greeting, failed }: Visited): Finding {
  if (greeting === null) {
    return wrong(
      `${place} cannot be reached from here: ${failed ?? 'nothing was said'}`,
      'let it through the firewall and lead it to smtp.listen; ask the provider to open port 25. Some routers lead nothing back in: then look from outside',
    )
  }
  if (isOurs(greeting, hostname)) return ok(`${place} leads here`)
  if (!greeting.startsWith('220')) {
    return wrong(
      `at ${place} no mail is taken at the moment: ${greeting}`,
      'try again; the log of the server says more',
    )
  }
  return wrong(
    `at ${place} another server answers: ${greeting}`,
    `have the address lead to this server, whose name is ${hostname}`,
  )
}

function secured(place: string, hostname: string, visit: Visit, visited: Visited): Finding[] {
  const { greeting, offersTls, certificate, failed } = visited
  if (greeting === null || !isOurs(greeting, hostname)) return []
  const of = findingsOf('certificate')
  if (offersTls === false) {
    return [
      of.wrong(`at ${place} no STARTTLS is offered, as Mayfly does`, 'take out what stands between and changes mail'),
    ]
  }
  if (!certificate) {
    const says = `the certificate at ${place} was not seen: ${failed ?? 'none was shown'}`
    return [of.wrong(says, 'see what stands between, and try again')]
  }
  const others = visit.names.filter((name) => name !== hostname && !isFor(certificate, name))
  const found = [
    inTime(of, certificate, visit.now),
    ...names(of, certificate, [hostname]),
    ...(others.length > 0
      ? [
          of.note(
            `it is not for ${listed(others)}, by which an MX record leads here: careful senders do not deliver`,
            `have MX records name ${hostname}`,
          ),
        ]
      : []),
    ...selfSigned(of, certificate),
  ]
  return found.map((one) => ({ ...one, says: `the certificate at ${place}: ${one.says}` }))
}
