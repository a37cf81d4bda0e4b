// A process that brings a database up to date and kills itself before or after its nth statement.
// Arguments: the file, the number of migrations that it knows (more than there are: the one of the tests too), n.
import { Database } from 'bun:sqlite'
import { openForWriting } from '../../src/storage/database.ts'
import { migrations } from '../../src/storage/migrations/index.ts'
import { nextStep } from './next-step.ts'

const [file = '', known = '', nth = ''] = process.argv.slice(2)
let moments = 0

/** A moment between two statements. */
function moment(): void {
  moments++
  if (moments === Number(nth)) process.kill(process.pid, 'SIGKILL')
}

const { run } = Database.prototype
Database.prototype.run = function (...given: Parameters<typeof run>) {
  moment()
  const done = run.apply(this, given)
  moment()
  return done
}

const steps = [...migrations, nextStep].slice(0, Number(known))
openForWriting(file, steps).close()
process.stdout.write(`${moments}`)
