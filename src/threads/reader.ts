// The reader thread: what reads long (search, sanitising, attachments), away from the main thread.
import { readerJobs } from '../messages/jobs.ts'
import { standBack } from './courtesy.ts'
import { serveJobs } from './serve-jobs.ts'

standBack(5)
serveJobs(readerJobs)
