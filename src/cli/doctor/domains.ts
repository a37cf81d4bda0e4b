// Whether mail for the server's own domains is led here, and reaches it.
import type { Config } from '../../config/schema.ts'
import { Doctor, doctorRulesOf } from '../../domains/doctor/doctor.ts'
import { Looking } from '../../domains/looking.ts'
import { lookupsOf, Resolver } from '../../domains/resolver.ts'
import type { Finding } from '../../finding.ts'
import { type Outside, realOutside } from '../../outside.ts'

/** Asks the name servers of `[dns]`. `isServing`: a server runs, and takes mail. */
export async function domains(
  config: Pick<Config, 'domains' | 'smtp' | 'dns'>,
  isServing: boolean,
  outside: Outside = realOutside,
): Promise<Finding[]> {
  const rules = doctorRulesOf(config)
  const lookups = new Resolver(lookupsOf(config.dns), outside)
  const doctor = new Doctor(new Looking(lookups, rules.here, outside), lookups, rules, outside)
  const names = config.domains.map(({ name }) => name).filter((name) => name !== '*')
  return doctor.ofServer(names, isServing)
}
