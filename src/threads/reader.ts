// The reader thread: what reads long (search, sanitising, attachments), away from the main thread.
import { readerJobs } from '../messages/jobs.ts'
import { jobs as integrityJobs } from '../storage/inspection.ts'
import { standBack } from './courtesy.ts'
import { serveJobs } from './serve-jobs.ts'

standBack(5)
serveJobs({ ...readerJobs, ...integrityJobs })
