// Begins the page: its language and its look first, so that the first paint is already right.
import { render } from 'preact'
import { App } from './app.tsx'
import { takeUpLook } from './look.ts'
import { takeSecret } from './member/secret.ts'
import { watchSession } from './session.ts'
import { takeUpLanguage } from './words/words.ts'

const root = document.getElementById('root')
if (!root) throw new Error('the page has no root')
takeSecret()
watchSession()
takeUpLook()
await takeUpLanguage()
render(<App />, root)
