// The reader thread: what reads long (search, sanitising, attachments), away from the main thread.

import { standBack } from './courtesy.ts'
import { readerJobs } from './reader-jobs.ts'
import { serveJobs } from './serve-jobs.ts'

standBack(5)
serveJobs(readerJobs)
