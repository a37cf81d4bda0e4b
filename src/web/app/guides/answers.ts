// What each call of the guides answered, as the test of the examples wrote it down.
import dustmail from './answers/dustmail.json' with { type: 'json' }
import mailcx from './answers/mailcx.json' with { type: 'json' }
import mailfade from './answers/mailfade.json' with { type: 'json' }
import minutemail from './answers/minutemail.json' with { type: 'json' }
import native from './answers/native.json' with { type: 'json' }
import run2mail from './answers/run2mail.json' with { type: 'json' }
import type { ApiName } from './apis.ts'

const answers: Record<ApiName, Record<string, unknown>> = {
  native,
  run2mail,
  dustmail,
  minutemail,
  mailcx,
  mailfade,
}

/** Undefined where nothing is answered but bytes, or nothing at all. */
export function answerOf(api: ApiName, call: string, { base, domain }: { base: string; domain: string }) {
  const answer = answers[api][call]
  if (answer === undefined) return undefined
  const text = JSON.stringify(answer, null, 2)
  return text.replaceAll('https://mail.example', base).replaceAll('mail.example', domain)
}
