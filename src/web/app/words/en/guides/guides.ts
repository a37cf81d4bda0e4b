// All that the guides say in English.
import type { GuideWords } from '../../guide-words.ts'
import { dustmail } from './dustmail.ts'
import { frame, groups, meanings } from './frame.ts'
import { mailcx } from './mailcx.ts'
import { mailfade } from './mailfade.ts'
import { minutemail } from './minutemail.ts'
import { native } from './native.ts'
import { privacy } from './privacy.ts'
import { run2mail } from './run2mail.ts'

export const guides: GuideWords = {
  says: { ...frame, ...privacy },
  groups,
  meanings,
  apis: { native, run2mail, dustmail, minutemail, mailcx, mailfade },
}
