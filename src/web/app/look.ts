// Light, dark, or as the system has it.
import { signal } from '@preact/signals'
import { forget, keep, recall } from './kept.ts'

export type Look = 'system' | 'light' | 'dark'

export const look = signal<Look>('system')
const systemIsDark = matchMedia('(prefers-color-scheme: dark)')

export function takeUpLook(): void {
  look.value = recall('look', (value) => (value === 'light' || value === 'dark' ? value : null)) ?? 'system'
  systemIsDark.addEventListener('change', wear)
  wear()
}

export function choose(wished: Look): void {
  look.value = wished
  if (wished === 'system') forget('look')
  else keep('look', wished)
  wear()
}

/** Whether it is dark now. */
export const isDark = signal(false)

function wear(): void {
  isDark.value = look.value === 'dark' || (look.value === 'system' && systemIsDark.matches)
  document.documentElement.dataset['bsTheme'] = isDark.value ? 'dark' : 'light'
}
