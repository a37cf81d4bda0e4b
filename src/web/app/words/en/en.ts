// All that the page says in English.
import { frame } from './frame.ts'
import { visitor } from './visitor.ts'

export const en = { ...frame, ...visitor }
