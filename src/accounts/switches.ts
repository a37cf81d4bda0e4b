// The operator's switches: what the database has wins over the config, until it is set back.
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Outside } from '../outside.ts'
import type { Settings } from '../storage/settings.ts'
import { byOf, type Caller, mustBeAdmin } from './caller.ts'

export const Registration = Type.Union([Type.Literal('off'), Type.Literal('open'), Type.Literal('invitation')])
export type Registration = Static<typeof Registration>

/** What was set; the rest is as in the config. */
const Kept = Type.Partial(
  Type.Object({
    developerApi: Type.Boolean(),
    registration: Registration,
    /** Dialects by name: whether they are on. */
    dialects: Type.Record(Type.String(), Type.Boolean()),
  }),
)
type Kept = Static<typeof Kept>

export type SwitchesNow = {
  /** Off: every dialect answers that it is switched off, and so does the native API to requests that bear a key. */
  developerApi: boolean
  registration: Registration
  dialects: Readonly<Record<string, boolean>>
}

/** With the names of those that were set here and win over the config, such as `registration` or `dialects.mailcx`. */
export type SwitchesShown = SwitchesNow & { changed: string[] }

/** Null sets a switch back to what the config says. */
export type SwitchesWish = {
  developerApi?: boolean | null | undefined
  registration?: SwitchesNow['registration'] | null | undefined
  dialects?: Readonly<Record<string, boolean | null | undefined>> | undefined
}

const name = 'switches'

export class Switches {
  private kept: Kept = {}

  constructor(
    private readonly settings: Settings,
    private readonly config: () => SwitchesNow,
    private readonly outside: Outside,
    /** Told when something was switched. */
    private readonly switched: () => void,
  ) {}

  /** Takes up what was set before a restart. */
  load(): void {
    this.kept = read(this.settings.get(name))
  }

  get now(): SwitchesNow {
    const config = this.config()
    return { ...config, ...this.kept, dialects: { ...config.dialects, ...this.kept.dialects } }
  }

  /** Whether keys are good for this API now. */
  isOn(dialect: string): boolean {
    const { developerApi, dialects } = this.now
    return developerApi && dialects[dialect] !== false
  }

  /** Refuses: as `mustBeAdmin`. */
  shown(caller: Caller): SwitchesShown {
    mustBeAdmin(caller)
    const { dialects = {}, ...others } = this.kept
    const changed = [...Object.keys(others), ...Object.keys(dialects).map((name) => `dialects.${name}`)]
    return { ...this.now, changed }
  }

  /** Refuses: as `mustBeAdmin`. */
  async set(caller: Caller, wish: SwitchesWish): Promise<SwitchesShown> {
    mustBeAdmin(caller)
    const dialects = { ...this.kept.dialects }
    for (const [dialect, isOn] of Object.entries(wish.dialects ?? {})) {
      if (isOn === null) delete dialects[dialect]
      else if (isOn !== undefined) dialects[dialect] = isOn
    }
    const developerApi = wish.developerApi === undefined ? this.kept.developerApi : (wish.developerApi ?? undefined)
    const registration = wish.registration === undefined ? this.kept.registration : (wish.registration ?? undefined)
    const kept: Kept = {
      ...(developerApi === undefined ? {} : { developerApi }),
      ...(registration === undefined ? {} : { registration }),
      ...(Object.keys(dialects).length === 0 ? {} : { dialects }),
    }
    const by = byOf(caller, this.outside)
    await this.settings.set(name, JSON.stringify(kept), { by, what: 'settings.changed', detail: { ...wish } })
    this.kept = kept
    this.switched()
    return this.shown(caller)
  }
}

/** What cannot be understood, as of a newer version, is as in the config. */
function read(text: string | null): Kept {
  if (text === null) return {}
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(Kept, value) ? value : {}
  } catch {
    return {}
  }
}
