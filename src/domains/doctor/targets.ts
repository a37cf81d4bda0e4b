// Where the servers that MX records name are: at this one, at another, or nowhere.
import { type Finding, findingsOf } from '../../finding.ts'
import { isName } from '../looking.ts'
import { type Examination, isInner } from './examination.ts'
import { from, listed, seeServers, type Told, valuesOf } from './questions.ts'

const { ok, note, wrong } = findingsOf('target')

/** What one was found to be. `ours`: its addresses that are this server's. */
export type Target = {
  exchange: string
  told: readonly Told<string>[]
  values: readonly string[]
  ours: readonly string[]
  /** Why it could not be said; null: it could. */
  unknown: string | null
}

export async function targetOf(exchange: string, { questions, own }: Examination): Promise<Target> {
  const none = { exchange, told: [], values: [], ours: [], unknown: null }
  if (!isName(exchange)) return none
  const [mine, ...told] = await Promise.all([own, questions.a(exchange), questions.aaaa(exchange)])
  const values = told.flatMap(({ looked }) => valuesOf(looked))
  const whole = [...told.map(({ looked }) => looked), ...(values.length > 0 ? [mine] : [])]
  const [why = null] = whole.flatMap((one) => (one.is === 'unknown' ? [one.why] : []))
  const ours = values.filter((address) => valuesOf(mine).includes(address))
  return { exchange, told, values, ours, unknown: why }
}

/** `line`: the record that is to be there. `leads`: whether another record leads here. */
export function findingOf(target: Target, line: string, leads: boolean, { here, questions }: Examination): Finding {
  const finding = judged(target, line, leads, here.hostname, questions.show)
  return target.told.length === 0 ? finding : from(target.told, finding)
}

function judged(
  { exchange, told, values, ours, unknown }: Target,
  line: string,
  leads: boolean,
  hostname: string,
  show: (address: string) => string,
): Finding {
  const instead = `take this record out, and have ${line}`
  if (exchange === '')
    return wrong('an MX record says that no mail is taken at all (a null MX), beside others', instead)
  if (!isName(exchange)) {
    return wrong(`an MX record has ${exchange}, and no name of a server: senders do not deliver there`, instead)
  }
  const at = listed(values.map(show))
  if (ours.length > 0) return ofHere({ exchange, told, values, ours, unknown }, show)
  if (unknown !== null) return wrong(`where ${exchange} is could not be said: ${unknown}`, seeServers(exchange))
  if (values.length === 0) {
    return wrong(`${exchange}, which an MX record names, has no address`, `give it an A or AAAA record, or ${instead}`)
  }
  if (exchange === hostname) {
    return wrong(
      `${exchange} is this server's name, and has the address ${at}, which is none of its own`,
      'mend its A and AAAA records, or smtp.public_addresses',
    )
  }
  if (values.every(isInner)) {
    return wrong(`${exchange} has ${at}: nobody in the internet reaches it there`, instead)
  }
  const says = `${exchange} (${at}) is another server: it was not connected to`
  return leads ? note(says, 'take its record out unless it hands the mail on to this server') : wrong(says, instead)
}

function ofHere({ exchange, told, values, ours, unknown }: Target, show: (address: string) => string): Finding {
  const is = `${exchange} is this server (${listed(ours.map(show))})`
  const foreign = values.filter((address) => !ours.includes(address))
  if (foreign.length > 0) {
    return note(`${is}, and also ${listed(foreign.map(show))}`, `take the addresses out that are not this server's`)
  }
  const isAlias = told.some(({ looked }) => looked.is !== 'unknown' && looked.aliases.length > 0)
  // RFC 2181 §10.3.
  if (isAlias) return note(`${is}, by an alias: some servers do not deliver to one`, 'name its target in the MX record')
  return unknown === null ? ok(is) : note(`${is}; whether it has other addresses could not be said: ${unknown}`)
}
