// A server that sells, in a process that may be killed: `bun seller.ts DATABASE`. It prints where it listens.
import { serve } from '../http/serve.ts'
import { scriptedRails } from './scripted-rail.ts'

const [, , file = ''] = process.argv
const { url } = await serve({}, { rails: scriptedRails().rails, file })
process.stdout.write(`${url}\n`)
