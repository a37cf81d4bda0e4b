// What is stored, and for how long.
import { say } from '../words/words.ts'

export function Privacy() {
  return <h1>{say('frame.privacy')}</h1>
}
