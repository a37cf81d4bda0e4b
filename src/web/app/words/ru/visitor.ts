// The visitor's page, in Russian.
import type { visitor as en } from '../en/visitor.ts'
import type { Text } from '../words.ts'

export const visitor: Record<keyof typeof en, Text> = {
  'visitor.title': 'Ваш временный адрес',
}
