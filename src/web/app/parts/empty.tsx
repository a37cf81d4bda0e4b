// Nothing is here: why, and what to do next.
import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

export function Empty({
  icon,
  title,
  text,
  children,
}: {
  icon: IconName
  title: string
  text?: string
  children?: ComponentChildren
}) {
  return (
    <div class="empty text-center py-5">
      <div class="empty-picture">
        <Icon name={icon} />
      </div>
      <h2 class="h5">{title}</h2>
      {text && <p class="text-body-secondary mb-3">{text}</p>}
      {children}
    </div>
  )
}
