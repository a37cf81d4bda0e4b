// What a server waits for longest at its start begins before the other modules are read, on another core: main.ts imports
// this first.
import { readArguments } from './cli/arguments.ts'
import { startAhead } from './thread.ts'

if (isServer()) startAhead('writer')

function isServer(): boolean {
  try {
    return readArguments(process.argv.slice(2)).command === 'serve'
  } catch {
    // main.ts tells what is wrong with them.
    return false
  }
}
