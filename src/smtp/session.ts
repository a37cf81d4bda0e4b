// One connection: the library keeps TLS and the order of commands; what is taken and what is refused is decided here.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import type { SMTPServer } from 'smtp-server/lib/smtp-server.js'
import type { SMTPStream } from 'smtp-server/lib/smtp-stream.js'
import type { Recipient } from '../mailboxes/mailbox.ts'
import { type Reason, Refusal } from '../refusal.ts'
import type { Stage } from '../usage/refusal.ts'
import type { Place } from './admission.ts'
import { Allowance } from './allowance.ts'
import { type AuthStep, beginAuth } from './auth.ts'
import type { House } from './house.ts'
import { Input } from './input.ts'
import { Intake, type Outcome } from './intake.ts'
import { readingMs } from './options.ts'
import { type Complaint, hasControls, readRecipient, readSender, type Sender } from './path.ts'
import { answers, complaints, type Parting, partings, type Reply, replyTo } from './replies.ts'
import { trace } from './trace.ts'

/** A mail from MAIL to the end of DATA. */
type Transaction = Sender & {
  recipients: Recipient[]
  /** Whether one was refused. */
  someRefused: boolean
}

type Next = () => void

const longestName = 255

export class Session extends SMTPConnection {
  private transaction: Transaction | null = null
  private intake: Intake | null = null
  /** A command waits for a service. */
  private isAsking = false
  private readonly allowance: Allowance

  constructor(
    private readonly house: House,
    private readonly place: Place,
    server: SMTPServer,
    socket: Socket | TLSSocket,
    options: SMTPConnectionOptions | null,
  ) {
    super(server, socket, options)
    this.allowance = new Allowance(house.options, place.trusted, this.now())
    house.sessions.add(this)
  }

  /** The pause that finds out clients who talk before they are greeted is for strangers. */
  override init(): void {
    if (this.place.trusted) this._setListeners(() => this.connectionReady())
    else super.init()
  }

  /** Called once a second: time limits. */
  check(): void {
    if (!this._closed) this.partIf(this.allowance.check(this.now(), this.intake, this.isAsking))
  }

  /** Lets a mail that is coming in finish; otherwise says goodbye at once. */
  stop(): void {
    if (!this.intake) this.part('stopping')
  }

  /** Says goodbye, also in the middle of a mail; but one that is being stored gets its own reply first. */
  leave(): void {
    if (!this._closed && !this.isStoring) this.part('stopping')
  }

  get isStoring(): boolean {
    return this.intake?.isBeingStored ?? false
  }

  get hasMail(): boolean {
    return this.intake !== null
  }

  /** Cuts the connection off. */
  cut(): void {
    this._socket.destroy()
  }

  // Called by the library's constructor, before there is any field of ours: only what runs later may use them.
  override _createParser(): SMTPStream {
    const input = new Input({
      command: (line, next) => this._onCommand(line, next),
      longestLine: (begin) => this.longestLine(begin),
      lineTooLong: () => {
        this.say(complaints.lineTooLong)
        this.part('line')
      },
      received: (bytes) => this.partIf(this.allowance.received(bytes)),
    })
    // What was thrown while input was read.
    input.on('error', (error) => {
      this.house.defect(error)
      this.close()
    })
    // The client has closed its side, and all it said is answered.
    input.on('finish', () => this.close())
    return input
  }

  override _onCommand(command: Buffer, next: Next = () => {}): void {
    // Its own bound is fixed; ours counts all errors, not these alone.
    this._unrecognizedCommands = 0
    if (!this.partIf(this.allowance.command(this.now()))) super._onCommand(command, next)
  }

  /** The library answers 451 where a handler throws, and tells nobody why. */
  override _getHandler(name: string): ReturnType<SMTPConnection['_getHandler']> {
    const handler = super._getHandler(name)
    const { house } = this
    return (
      handler &&
      function (command, next) {
        try {
          handler.call(this, command, next)
        } catch (error) {
          house.defect(error)
          throw error
        }
      }
    )
  }

  override _onTimeout(): void {
    if (this._closing) {
      super._onTimeout()
      return
    }
    const { heard } = this.allowance
    setTimeout(() => {
      if (this._closed) return
      const isHeard = this.allowance.heard > heard
      if (isHeard || this.isAsking || this.intake?.isBusy) this._armTimeout()
      else this.part('idle')
    }, readingMs).unref()
  }

  override _resetSession(): void {
    super._resetSession()
    this.transaction = null
  }

  override close(): void {
    super.close()
    this.letGo()
  }

  override _onClose(): void {
    super._onClose()
    this.letGo()
    this.house.sessions.delete(this)
    this.place.leave()
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    if (this.isHalfClosed) this.sendToListener(code, data ?? '', context)
    super.send(code, data, context)
    // Refusals for now (4xx) are our trouble, not the client's error.
    if (code >= 500) this.partIf(this.allowance.error())
  }

  override handler_EHLO(command: Buffer, next: Next): void {
    this.greet(command, [
      'PIPELINING',
      `SIZE ${this.house.options.maxMessageBytes}`,
      '8BITMIME',
      'SMTPUTF8',
      'ENHANCEDSTATUSCODES',
      ...(this.secure ? [] : ['STARTTLS']),
      ...(this.mayAuthenticate() && !this.session.user ? ['AUTH PLAIN LOGIN'] : []),
    ])
    next()
  }

  override handler_STARTTLS(command: Buffer, next: Next): void {
    if (this.house.isCertified) super.handler_STARTTLS(command, next)
    else {
      this.house.certified.then(
        () => {
          if (!this._closed) super.handler_STARTTLS(command, next)
        },
        () => {
          this.say(complaints.noCertificate)
          next()
        },
      )
    }
  }

  override handler_HELO(command: Buffer, next: Next): void {
    this.greet(command, [])
    next()
  }

  override handler_HELP(_command: Buffer, next: Next): void {
    this.say(answers.help)
    next()
  }

  override handler_VRFY(_command: Buffer, next: Next): void {
    this.say(answers.unverified)
    next()
  }

  handler_EXPN(_command: Buffer, next: Next): void {
    this.say(complaints.noExpn)
    next()
  }

  override handler_AUTH(command: Buffer, next: Next): void {
    if (!this.house.options.auth) this.say(complaints.noAuth)
    else if (!this.mayAuthenticate()) this.say(complaints.tlsFirst)
    else if (this.session.user) this.say(complaints.authTwice)
    else if (this.transaction) this.say(complaints.nested)
    else this.follow(beginAuth(command.toString('latin1')))
    next()
  }

  override handler_MAIL(command: Buffer, next: Next): void {
    if (this.transaction) this.say(complaints.nested)
    else if (!this.partIf(this.allowance.mail())) this.beginMail(command.toString())
    next()
  }

  override handler_RCPT(command: Buffer, next: Next): void {
    const { transaction } = this
    if (!transaction) {
      this.say(complaints.noSender)
      next()
      return
    }
    this.isAsking = true
    this.addRecipient(transaction, command.toString())
      .catch((error) => this.house.defect(error))
      .then(() => {
        this.isAsking = false
        next()
      })
  }

  override handler_DATA(command: Buffer, next: Next): void {
    const { transaction, _parser: input } = this
    if (!transaction) this.say(complaints.noSender)
    else if (transaction.recipients.length === 0) {
      this.say(transaction.someRefused ? complaints.noValidRecipients : complaints.noRecipients)
    } else if (command.toString('latin1').trim().length > 4) this.say(complaints.noArgument)
    else if (input instanceof Input) this.tryData(transaction, input)
    next()
  }

  private now(): number {
    return this.house.services.outside.elapsed()
  }

  private say([code, status, text]: Reply): void {
    this.send(code, `${status} ${text}`, false)
  }

  /** The client has closed its side and still listens. */
  private get isHalfClosed(): boolean {
    return !this._upgrading && this._socket.readyState === 'writeOnly'
  }

  // The library writes nothing to a socket that is open in one direction alone.
  private sendToListener(code: number, data: string | string[], context: string | false | undefined): void {
    const status = this._getEnhancedStatusCode(code, context)
    const lines = [data].flat().map((line) => (status ? `${status} ${line}` : line).replace(/\p{Cc}/gu, ' '))
    const last = lines.length - 1
    this._socket.write(lines.map((line, at) => `${code}${at < last ? '-' : ' '}${line}\r\n`).join(''))
  }

  /** Answers whether it did. */
  private partIf(why: Parting | null): boolean {
    if (why !== null) this.part(why)
    return why !== null
  }

  /** The last reply, and the end of the connection. */
  private part(why: Parting): void {
    if (this._closing) return
    const [reply, reason] = partings[why]
    if (reason !== null) this.countParting(reason)
    this.say(reply)
  }

  private countParting(reason: Reason): void {
    const { transaction } = this
    const stage = this.intake ? 'data' : transaction ? 'rcpt' : 'connect'
    if (transaction) {
      const { from, recipients } = transaction
      this.house.refused({ client: this.place.client, from, to: addressesOf(recipients), stage, reason })
    } else this.house.services.metrics.mailsRefused.inc({ stage, reason })
  }

  private refuse(stage: Stage, error: unknown, from: string, to: readonly string[]): void {
    const { reply, reason, isDefect } = replyTo(error)
    if (isDefect) this.house.defect(error)
    this.house.refused({ client: this.place.client, from, to, stage, reason })
    this.say(reply)
  }

  /** The same, for a line that cannot be taken as it is. */
  private complain(stage: Stage, { complaint, reason }: Complaint, from: string, to: readonly string[]): void {
    this.house.refused({ client: this.place.client, from, to, stage, reason })
    this.say(complaint)
  }

  private mayAuthenticate(): boolean {
    return this.house.options.auth && (this.secure || this.place.trusted)
  }

  private longestLine(begin: Buffer): number {
    const { maxCommandBytes, maxAuthBytes } = this.house.options
    const isAuth = this._nextHandler !== false || begin.subarray(0, 5).toString('latin1').toUpperCase() === 'AUTH '
    return isAuth ? maxAuthBytes : maxCommandBytes
  }

  private greet(command: Buffer, extensions: string[]): void {
    const line = command.toString()
    const words = line.trim().split(/\s+/)
    const [, name = ''] = words
    if (words.length !== 2 || name.length > longestName || hasControls(line)) {
      this.send(501, 'Say it with the name of your host', false)
      return
    }
    this.hostNameAppearsAs = name
    this._resetSession()
    this.send(250, [this.name, ...extensions], false)
  }

  private follow(step: AuthStep): void {
    if (step.kind === 'refused') this.say(step.reply)
    else if (step.kind === 'done') {
      this.session.user = true
      this.say(answers.authenticated)
    } else {
      this._nextHandler = (line: Buffer, next: Next) => {
        this.follow(step.next(line.toString('latin1')))
        next()
      }
      this.send(334, step.challenge, false)
    }
  }

  /** Asked at each command of a mail: a rule is in force at once, also for who was greeted before it was made. */
  private isBlocked(from: string): boolean {
    const { blocks } = this.house.services
    return blocks.refusesClient(this.place.client) || blocks.refusesSender(from)
  }

  private beginMail(line: string): void {
    const sender = readSender(line)
    if ('complaint' in sender) this.complain('mail', sender, sender.given, [])
    else if (this.isBlocked(sender.from)) this.refuse('mail', new Refusal('blocked'), sender.from, [])
    else if (sender.size > this.house.options.maxMessageBytes) {
      this.refuse('mail', new Refusal('too-large'), sender.from, [])
    } else {
      this.transaction = { ...sender, recipients: [], someRefused: false }
      this.say(answers.sender)
    }
  }

  private async addRecipient(transaction: Transaction, line: string): Promise<void> {
    const recipient = readRecipient(line)
    const { from, size, recipients } = transaction
    if ('complaint' in recipient) {
      transaction.someRefused = true
      this.complain('rcpt', recipient, from, [recipient.given])
      return
    }
    const { to } = recipient
    try {
      if (recipients.length >= this.house.options.maxRecipients) throw new Refusal('too-many-recipients')
      const { blocks, mailboxes } = this.house.services
      if (this.isBlocked(from) || blocks.refusesRecipient(to)) throw new Refusal('blocked')
      const { trusted } = this.place
      const taken = await mailboxes.accepting(to, { trusted, size })
      if (!recipients.some(({ address }) => address === taken.address)) recipients.push(taken)
      this.say(answers.recipient)
    } catch (error) {
      transaction.someRefused = true
      this.refuse('rcpt', error, from, [to])
    }
  }

  private tryData(transaction: Transaction, input: Input): void {
    try {
      if (this.isBlocked(transaction.from)) throw new Refusal('blocked')
      this.beginData(transaction, input)
    } catch (error) {
      this.refuse('data', error, transaction.from, addressesOf(transaction.recipients))
    }
  }

  private beginData(transaction: Transaction, input: Input): void {
    const { options, services } = this.house
    const { from, recipients } = transaction
    const to = recipients.length === 1 ? (recipients[0]?.address ?? null) : null
    const at = services.outside.now()
    const protocol = {
      extended: this.openingCommand === 'EHLO',
      tls: this.secure,
      auth: Boolean(this.session.user),
      utf8: transaction.utf8,
    }
    const helo = this.hostNameAppearsAs || ''
    const facts = { from, helo, client: this.place.client, by: options.hostname, protocol, to, at }
    this.allowance.mailBegan(this.now())
    this.intake = new Intake(
      services.messages.arrive({ from, recipients, trace: trace(facts) }),
      options,
      (outcome) => this.endData(transaction, outcome),
      () => {
        this.refuse('data', new Refusal('too-large'), from, addressesOf(recipients))
        this.close()
      },
      (error) => this.house.defect(error),
    )
    input.beginMail(this.intake)
    this.send(354, 'End it with a line that is a dot', false)
  }

  private endData({ from, recipients }: Transaction, outcome: Outcome): void {
    this.intake = null
    this.allowance.mailEnded(this.now(), 'id' in outcome)
    if ('error' in outcome) {
      this.refuse('data', outcome.error, from, addressesOf(recipients))
    } else {
      const { id, size: bytes, isKept } = outcome
      const { client } = this.place
      const facts = { id, client, from, recipients: recipients.length, bytes }
      this.house.services.log.info(facts, isKept ? 'mail taken' : 'mail died with its mailbox')
      this.say([250, '2.0.0', id])
    }
    this._resetSession()
    if (this.house.isStopping) this.part('stopping')
  }

  /** Forgets a mail that will not come to its end. */
  private letGo(): void {
    const { intake } = this
    this.intake = null
    intake?.abandon()
  }
}

const addressesOf = (recipients: readonly Recipient[]): string[] => recipients.map(({ address }) => address)
