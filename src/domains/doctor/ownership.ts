// Whether a TXT record says whose a domain is.
import { type Finding, findingsOf } from '../../finding.ts'
import { baseOf, type DescribedDomain, ownershipName } from '../domain.ts'
import type { Examination } from './examination.ts'
import { from, listed, seeServers, valuesOf } from './questions.ts'

const { ok, note, wrong } = findingsOf('txt')

/** What ours look like; one of another account, or of an earlier time, is no secret: it stands in the DNS. */
const ours = /^mayfly-/

export async function ownership({ domain, records }: DescribedDomain, { questions }: Examination): Promise<Finding> {
  const { name, token, byHand } = domain
  const places = [ownershipName(name), baseOf(name)]
  const told = await Promise.all(places.map((place) => questions.txt(place)))
  const line = records.find(({ purpose }) => purpose === 'ownership')?.line ?? ''
  const values = told.map(({ looked }) => valuesOf(looked).map((value) => value.trim()))
  const there = places.filter((_, at) => values[at]?.includes(token))
  if (there.length > 0)
    return from(told, ok(`the TXT record of ${listed(there)} says that the domain is this account's`))
  const others = values.flat().filter((value) => ours.test(value))
  const unknown = told.flatMap(({ looked }) => (looked.is === 'unknown' ? [looked.why] : []))
  const [why] = unknown
  if (why !== undefined) {
    const says = `whether a TXT record says whose ${baseOf(name)} is could not be said: ${why}`
    return from(told, byHand ? note(says) : wrong(says, seeServers(baseOf(name))))
  }
  const says =
    others.length > 0
      ? `TXT records of ${listed(places)} have another token than this account's for ${name}`
      : `no TXT record of ${listed(places)} has this account's token for ${name}`
  // There the operator's word stands for it.
  return from(told, byHand ? note(says) : wrong(says, `add ${line}`))
}
