// What the operator's views say: loaded with them, since few people ever see them.
import { operator as de } from '../words/de/operator.ts'
import { operator as en } from '../words/en/operator.ts'
import { operator as ru } from '../words/ru/operator.ts'
import type { Text, Values } from '../words/text.ts'
import { type Language, language, textOf } from '../words/words.ts'

export type OperatorKey = keyof typeof en

const all: Record<Language, Record<OperatorKey, Text>> = { en, de, ru }

/** As `say`. */
export const tell = (key: OperatorKey, values: Values = {}): string => textOf(all[language.value][key], values)
