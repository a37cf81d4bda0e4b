// The shapes of MinuteMail's domains, members and invitations.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Invitation, Member } from '../../accounts/account.ts'
import type { MadeLink } from '../../accounts/links.ts'
import { type CustomDomain, isServing } from '../../domains/domain.ts'
import { isoSeconds } from '../../http/instants.ts'

const id = () => Type.String({ format: 'uuid' })
const instant = () => Type.String({ format: 'date-time', description: 'UTC, without fractions of a second.' })
const itemsOf = <Schema extends TSchema>(schema: Schema) => Type.Object({ items: Type.Array(schema) })

const DomainShape = Type.Object({
  id: id(),
  name: Type.String({ description: 'In lower case; other letters than ASCII as A-labels.' }),
  status: Type.Union([Type.Literal('pending'), Type.Literal('verified')]),
  txtToken: Type.String({ description: 'What a TXT record at the domain is to say.' }),
  mxTarget: Type.String({ description: 'Where its MX record is to point.' }),
  createdAt: instant(),
})

const MemberShape = Type.Object({
  user_id: id(),
  username: Type.String({ description: 'What the member signs in with: the e-mail address.' }),
  email: Type.String(),
  status: Type.Literal('active'),
})

const InvitationShape = Type.Object({
  id: id(),
  email: Type.String({ description: 'Whom it is for; "" where anybody who has the link may take it.' }),
  status: Type.Literal('pending'),
  createdAt: instant(),
  expiresAt: instant(),
})
const MadeInvitationShape = Type.Composite([
  InvitationShape,
  Type.Object({
    token: Type.String({ description: 'Shown this once.' }),
    link: Type.String({ description: 'Where it is taken; shown this once.' }),
  }),
])

export const teamSchemas: Record<string, TSchema> = {
  Domain: DomainShape,
  DomainList: itemsOf(DomainShape),
  Member: MemberShape,
  MemberList: itemsOf(MemberShape),
  Invitation: InvitationShape,
  InvitationList: itemsOf(InvitationShape),
  MadeInvitation: MadeInvitationShape,
}

export const domainItem = (
  { id, name, state, token, createdAt }: CustomDomain,
  mxTarget: string,
): Static<typeof DomainShape> => ({
  id,
  name,
  status: isServing(state) ? 'verified' : 'pending',
  txtToken: token,
  mxTarget,
  createdAt: isoSeconds(createdAt),
})

/** Who has left is in no list, and who was invited is none yet: there is one status. */
export const memberItem = ({ id, email }: Member): Static<typeof MemberShape> => ({
  user_id: id,
  username: email,
  email,
  status: 'active',
})

export const invitationItem = ({
  id,
  email,
  createdAt,
  expiresAt,
}: Pick<Invitation, 'id' | 'email' | 'createdAt' | 'expiresAt'>): Static<typeof InvitationShape> => ({
  id,
  email: email ?? '',
  status: 'pending',
  createdAt: isoSeconds(createdAt),
  expiresAt: isoSeconds(expiresAt),
})

export const madeInvitation = (made: MadeLink, link: string): Static<typeof MadeInvitationShape> => ({
  ...invitationItem(made),
  token: made.token,
  link,
})
