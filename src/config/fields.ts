// The kinds of keys that the config is made of: TypeBox types with the marks that load.ts and example.ts read.
import { type TInteger, Type } from '@sinclair/typebox'

/** The forms that text in the config can have; forms.ts checks them. */
export type Form =
  | 'listen'
  | 'nameserver'
  | 'network'
  | 'ip'
  | 'host'
  | 'domain'
  | 'mail-address'
  | 'origin'
  | 'url'
  | 'local-part'

/** What a field may carry beside what TypeBox knows. */
export interface Marks {
  /** The form of a text, checked and normalised on loading. */
  form?: Form
  /** Never printed in a complaint. */
  secret?: true
  /** A limit that the word "unlimited" takes away. */
  liftable?: true
  /** What a pattern asks for, in words. */
  wanted?: string
  /** What the value is when the key is not set and no fixed default would do. */
  decided?: string
  /** What the sample line in the example config shows for a key without a default. */
  sample?: string | number | boolean | string[]
}

/** This machine. */
export const LOOPBACK_NETWORKS = ['127.0.0.0/8', '::1/128']
/** This machine and networks that are not routed on the internet (RFC 1918, 3927, 4193, 4291). */
export const PRIVATE_NETWORKS = [
  ...LOOPBACK_NETWORKS,
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
]

const MOST_BYTES = 2 ** 50
const MOST_SECONDS = 86_400
const MOST_COUNT = 1_000_000_000
/** A hundred years. */
const MOST_MINUTES = 52_560_000

interface Range {
  minimum?: number
  maximum?: number
}

const whole =
  (most: number) =>
  (value: number, description: string, range: Range = {}) =>
    Type.Integer({ default: value, minimum: 1, maximum: most, description, ...range })

/** An amount of bytes with a default. */
export const bytes = whole(MOST_BYTES)
/** A number of things with a default. */
export const count = whole(MOST_COUNT)
/** A span in seconds with a default; a day at most, so that timers hold it. */
export const seconds = whole(MOST_SECONDS)
/** A span in minutes with a default. */
export const minutes = whole(MOST_MINUTES)
/** A span in hours with a default. */
export const hours = whole(Math.floor(MOST_MINUTES / 60))

/** Yes or no, with a default. */
export const flag = (value: boolean, description: string) => Type.Boolean({ default: value, description })

/** One word of a few. */
export const choice = <const Words extends string[]>(words: [...Words], value: Words[number], description: string) =>
  Type.Union(
    words.map((word) => Type.Literal<Words[number]>(word)),
    { default: value, description },
  )

/** Texts of one form: a list, or a single text that stands for a list of one. */
export const list = (form: Form, value: string[], description: string, marks: Marks & { minItems?: number } = {}) =>
  Type.Array(Type.String({ form }), { default: value, description, ...marks })

/** A text that may be left out. */
export const optionalText = (description: string, marks: Marks & { pattern?: string } = {}) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 4096, description, ...marks }))

/** A limit of a plan: not set, or set to "unlimited", means that there is none; 0 is a real zero. */
export const limit = (description: string, range: Range & { most?: number } = {}) => {
  const { most = MOST_COUNT, ...rest } = range
  const field: TInteger = Type.Integer({ minimum: 0, maximum: most, description, liftable: true, ...rest })
  return Type.Optional(field)
}

/** A limit in bytes. */
export const byteLimit = (description: string) => limit(description, { most: MOST_BYTES })
/** A limit in minutes. */
export const minuteLimit = (description: string) => limit(description, { minimum: 1, most: MOST_MINUTES })
