// The address as a QR code, for a phone's camera.
import { encode } from 'uqr'
import { CopyButton } from '../parts/copy-button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { say } from '../words/words.ts'

const margin = 4

export function QrDialog({ address, close }: { address: string; close: () => void }) {
  const { data, size } = encode(address, { ecc: 'M', border: 0 })
  const whole = size + 2 * margin
  const dots = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + margin} ${y + margin}h1v1h-1z` : '')))
  return (
    <Dialog title={say('qr.title')} close={close}>
      <div class="text-center">
        <svg class="qr" viewBox={`0 0 ${whole} ${whole}`} role="img" aria-label={say('qr.picture', { address })}>
          <rect class="qr-ground" width={whole} height={whole} />
          <path class="qr-dots" d={dots.join('')} />
        </svg>
        <p class="mt-3 mb-2 fw-semibold">{address}</p>
        <CopyButton text={address} label={say('visitor.copy')} />
      </div>
    </Dialog>
  )
}
