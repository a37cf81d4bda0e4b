// Structured logs: JSON lines for machines, or readable ones. No secret and no control byte gets into a line.
import { type DestinationStream, type Logger, pino } from 'pino'
import type Pretty from 'pino-pretty'

export type Log = Logger

export type LogOptions = {
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  format: 'json' | 'pretty'
  /** Standard error, unless a test listens. */
  to?: DestinationStream
}

/** Fields that never reach a line, whatever they hold. */
const secretFields = ['token', 'password', 'key', 'authorization', 'cookie', 'secret', 'ticket']

export function openLog({ level, format, to }: LogOptions): Log {
  const destination = to ?? (format === 'pretty' ? readable() : standardError())
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: clean },
      // `clean` has taken errors apart already.
      serializers: { err: (error: unknown) => error },
      redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    },
    destination,
  )
}

/** Bytes of lines that wait while the disk below a log is full; beyond it lines are dropped. */
const mostWaiting = 1024 * 1024

/** A log that cannot be written costs lines, never the server. */
function standardError(): DestinationStream {
  const destination = pino.destination({ fd: 2, sync: true, maxLength: mostWaiting })
  destination.on('error', () => {})
  return destination
}

/** What only a terminal needs is loaded for a terminal only. */
function readable(): DestinationStream {
  const pretty: typeof Pretty = require('pino-pretty')
  return pretty({ destination: standardError(), colorize: process.stderr.isTTY })
}

const longest = 2000

/** Control characters become spaces, so that a mail can neither forge a line nor command a terminal. */
function clean(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleanValue(value)]))
}

function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return printable(value)
  if (value instanceof Error) {
    return {
      type: value.name,
      message: printable(value.message),
      stack: (value.stack ?? '').slice(0, 4 * longest).replace(controlsButNewline, ' '),
    }
  }
  if (Array.isArray(value)) return value.slice(0, 100).map(cleanValue)
  return value
}

// C0, DEL and C1, the line and paragraph separators, and the marks that turn the direction of text.
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
const controlsButNewline = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** Text from outside as it may stand in a log line. */
export const printable = (text: string): string => text.slice(0, longest).replace(controls, ' ')
