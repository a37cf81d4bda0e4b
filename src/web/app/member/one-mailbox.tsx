// One mailbox, and its mail.
import { View } from './view.tsx'

export function OneMailbox() {
  return <View title="">{() => null}</View>
}
