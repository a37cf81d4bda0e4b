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
  'error.input': 'Etwas daran kann so nicht angenommen werden. Ändern Sie es und versuchen Sie es noch einmal.',
  'error.suspended': 'Das Konto ist gesperrt. Fragen Sie den Betreiber dieses Servers nach dem Grund.',
  'error.lapsed':
    'Was für dieses Konto bezahlt war, ist abgelaufen. Zahlen Sie unter „Tarif und Verbrauch“ erneut, dann ist alles wie zuvor.',
  'error.forbidden': 'Das dürfen Sie nicht. Ein Besitzer des Kontos darf es, oder der Betreiber dieses Servers.',
  'error.registration': 'Neue Konten werden hier zurzeit nicht angelegt. Bitten Sie den Betreiber um eine Einladung.',
  'error.plan': 'Der Tarif erlaubt das nicht. Vielleicht ein anderer: siehe „Tarif und Verbrauch“.',
  'error.gone': 'Das gibt es nicht mehr. Laden Sie die Seite neu, um zu sehen, was da ist.',
  'error.email': 'Diese E-Mail-Adresse hat schon ein Konto. Melden Sie sich damit an, oder nehmen Sie eine andere.',
  'error.elsewhere':
    'Ein anderes Konto hat diese Domain schon nachgewiesen. Wenn sie Ihnen gehört, fragen Sie den Betreiber dieses Servers.',
  'error.domain-lapsed':
    'Die Einträge dieser Domain sind weg, darum wird keine Mail für sie angenommen. Setzen Sie sie wieder, und lassen Sie sie unter „Domains“ prüfen.',
  'error.domain': 'Diese Domain wird hier nicht bedient. Wählen Sie eine andere.',
  'error.busy': 'Der Server konnte es gerade nicht tun. Versuchen Sie es gleich noch einmal.',
  'error.damaged':
    'Das ist auf der Platte des Servers beschädigt und wird lieber nicht als falsch gezeigt. Sagen Sie es dem Betreiber.',
  'error.large': 'Das ist zu groß. Versuchen Sie es mit weniger.',
  'error.off': 'Der Betreiber dieses Servers hat das abgeschaltet. Versuchen Sie es später noch einmal.',
  'error.retry': {
    one: 'Versuchen Sie es in {count} Sekunde noch einmal.',
    other: 'Versuchen Sie es in {count} Sekunden noch einmal.',
  },
}
