// What the page asks by itself for each mail that comes is spaced out: in a flood it would use up all that a visitor may ask.
const atOnce = 20
const everyMs = 500

let left = atOnce
let counted = performance.now()

/** Waits until one more may be asked. */
export async function turn(): Promise<void> {
  for (;;) {
    const grown = Math.floor((performance.now() - counted) / everyMs)
    left = Math.min(atOnce, left + grown)
    counted += grown * everyMs
    if (left > 0) break
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  left--
}
