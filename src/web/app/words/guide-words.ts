// What there is to say in the guides, the references and the privacy page.
import type { ApiName, apis, Meaning } from '../guides/apis.ts'
import type { Group } from '../guides/call.ts'
import type { frame } from './en/guides/frame.ts'
import type { privacy } from './en/guides/privacy.ts'
import type { Text, Values } from './text.ts'

/** A title, and what is to be known beside it. */
export type CallWords = string | readonly [title: string, note: string]

export type ApiWords<Id extends string = string> = {
  about: string
  credential: string
  steps: readonly string[]
  limits: string
  browser: string
  calls: Readonly<Record<Id, CallWords>>
}

/** Of one API: the compiler finds calls that a language says nothing of. */
export type WordsOf<Name extends ApiName> = ApiWords<keyof (typeof apis)[Name]['calls'] & string>

export type GuideKey = keyof typeof frame | keyof typeof privacy

export type GuideWords = {
  says: Readonly<Record<GuideKey, Text>>
  groups: Readonly<Record<Group, string>>
  meanings: Readonly<Record<Meaning, string>>
  apis: { readonly [Name in ApiName]: WordsOf<Name> }
}

export type Say = (key: GuideKey, values?: Values) => string
