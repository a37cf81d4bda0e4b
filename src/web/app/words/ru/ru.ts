// All that the page says in Russian.
import { frame } from './frame.ts'
import { visitor } from './visitor.ts'

export const ru = { ...frame, ...visitor }
