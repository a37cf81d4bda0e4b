// The frame, in German.

import type { frame as en } from '../en/frame.ts'
import type { Text } from '../words.ts'

export const frame: Record<keyof typeof en, Text> = {
  'frame.skip': 'Zum Inhalt springen',
  'frame.navigation': 'Hauptmenü',
  'frame.inbox': 'Posteingang',
  'frame.mailboxes': 'Postfächer',
  'frame.search': 'Suche',
  'frame.api': 'API',
  'frame.look': 'Aussehen',
  'frame.language': 'Sprache',
  'frame.sign-in': 'Anmelden',
  'frame.profile': 'Ihr Konto, {email}',
  'frame.privacy': 'Datenschutz',
  'frame.notice': 'Hinweis des Betreibers',
  'frame.close': 'Schließen',
  'frame.cancel': 'Abbrechen',
  'frame.loading': 'Wird geladen …',
  'frame.not-found': 'Unter dieser Adresse gibt es nichts',
  'frame.to-start': 'Zur Startseite',
  'look.system': 'Wie das System',
  'look.light': 'Hell',
  'look.dark': 'Dunkel',
  'profile.keys': 'API-Schlüssel',
  'profile.plan': 'Tarif und Verbrauch',
  'profile.domains': 'Domains',
  'profile.webhooks': 'Webhooks',
  'profile.members': 'Mitglieder',
  'profile.sessions': 'Sitzungen',
  'profile.admin': 'Betrieb',
  'profile.sign-out': 'Abmelden',
  'copy.copy': 'Kopieren',
  'copy.done': 'Kopiert',
  'copy.failed': 'Der Browser ließ das Kopieren nicht zu. Markieren Sie den Text und kopieren Sie ihn selbst.',
  'error.offline': 'Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung; die Seite macht von selbst weiter.',
  'error.unknown': 'Der Server antwortete mit {status} und sagte nicht mehr. Versuchen Sie es gleich noch einmal.',
  'error.internal':
    'Im Server ist etwas schiefgegangen. Versuchen Sie es noch einmal; bleibt es dabei, nennen Sie dem Betreiber diese Nummer: {requestId}.',
  'error.signed-out': 'Sie sind abgemeldet. Melden Sie sich wieder an, um weiterzumachen.',
  'error.rate': 'Das war zu oft.',
  'error.storage':
    'Die Platte des Servers ist voll, Neues kann nicht aufbewahrt werden. Der Betreiber muss Platz schaffen.',
  'error.taken': 'Diese Adresse ist vergeben. Wählen Sie eine andere.',
  'error.exhausted': 'Mehr Postfächer dürfen Sie nicht haben. Löschen Sie eines, oder warten Sie, bis eines endet.',
  'error.quota':
    'Mehr Postfächer dürfen Sie heute nicht öffnen. Nutzen Sie die vorhandenen, oder kommen Sie morgen wieder (UTC).',
  'error.mailbox-unknown': 'Dieses Postfach gibt es nicht mehr: Seine Zeit war um, oder es wurde gelöscht.',
  'error.message-unknown': 'Diese Mail gibt es nicht mehr: Ihre Zeit war um, oder sie wurde gelöscht.',
  'error.retry': {
    one: 'Versuchen Sie es in {count} Sekunde noch einmal.',
    other: 'Versuchen Sie es in {count} Sekunden noch einmal.',
  },
}
