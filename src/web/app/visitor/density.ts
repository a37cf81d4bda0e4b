// How much of a list is seen at once.
import { signal } from '@preact/signals'
import { forget, keep, recall } from '../kept.ts'

export type Density = 'roomy' | 'dense'

export const density = signal<Density>(recall('density', (value) => (value === 'dense' ? 'dense' : null)) ?? 'roomy')

export function switchDensity(): void {
  density.value = density.value === 'roomy' ? 'dense' : 'roomy'
  if (density.value === 'roomy') forget('density')
  else keep('density', density.value)
}

const inRem = { roomy: 4, dense: 2.5 }

/** In pixels: larger where the reader has larger letters. */
export const rowHeight = (): number =>
  Math.round(inRem[density.value] * Number.parseFloat(getComputedStyle(document.documentElement).fontSize))
