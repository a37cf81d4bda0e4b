// What a browser says it is, in words that one knows.
const browsers: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
]
const systems: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
]

const first = (table: typeof browsers, agent: string): string | undefined =>
  table.find(([, sign]) => sign.test(agent))?.[0]

/** `Firefox, Linux`; what is none that is known stands as it is, cut. */
export function agentSaid(agent: string): string {
  const known = [first(browsers, agent), first(systems, agent)].filter((part) => part !== undefined)
  return known.length > 0 ? known.join(', ') : agent.slice(0, 60)
}
