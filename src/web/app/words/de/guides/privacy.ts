// Was gespeichert wird, und wie lange.
import type { privacy as english } from '../../en/guides/privacy.ts'
import type { Text } from '../../text.ts'

export const privacy: Record<keyof typeof english, Text> = {
  'privacy.title': 'Datenschutz',
  'privacy.lead':
    'Was dieser Server speichert, wozu und wie lange. Die Zeiten stammen aus seinen Einstellungen, so wie sie gerade sind.',
  'privacy.cookie.title': 'Ein Cookie',
  'privacy.cookie.session':
    'Wer sich anmeldet, bekommt ein Cookie, `{name}`: Es sagt, dass Sie es sind. Kein Skript kann es lesen, es geht nur an diesen Server, und es endet beim Abmelden oder {days} Tage nach Ihrem letzten Besuch.',
  'privacy.cookie.nothing':
    'Ein anderes Cookie gibt es nicht. Nichts hier zählt Sie, verfolgt Sie oder lädt etwas von anderen Servern.',
  'privacy.browser.title': 'Was dieser Browser behält',
  'privacy.browser.text':
    'Ihre Sprache, das Aussehen und andere kleine Einstellungen, ob Sie angemeldet sind, einen Hinweis, den Sie geschlossen haben, und ohne Anmeldung Ihre Adressen mit den Token, die sie öffnen. Das bleibt auf diesem Gerät; löschen Sie die Daten dieser Website im Browser, um es loszuwerden.',
  'privacy.mail.title': 'Mails',
  'privacy.mail.table': 'Wie lange Mails aufbewahrt werden',
  'privacy.mail.where': 'Wohin sie kamen',
  'privacy.mail.kept': 'Aufbewahrt',
  'privacy.mail.unclaimed': 'Adressen, die niemand geöffnet hat',
  'privacy.mail.anonymous': 'Postfächer ohne Konto',
  'privacy.mail.plan': 'Postfächer im Tarif „{plan}“',
  'privacy.mail.always': 'bis sie gelöscht werden',
  'privacy.mail.ends':
    'Endet ein Postfach oder wird es gelöscht, gehen seine Mails sofort mit. Eine gelöschte Mail ist endgültig weg.',
  'privacy.mail.quarantine': {
    one: 'Die Adresse eines beendeten Postfachs bekommt {count} Stunde lang niemand anders, damit keine Mail an Sie in fremde Hände gerät.',
    other:
      'Die Adresse eines beendeten Postfachs bekommt {count} Stunden lang niemand anders, damit keine Mail an Sie in fremde Hände gerät.',
  },
  'privacy.mail.idle': {
    one: 'Postfächer mit Passwort, die über die Mail.cx-API angelegt wurden, enden, wenn sie {count} Tag lang niemand benutzt.',
    other:
      'Postfächer mit Passwort, die über die Mail.cx-API angelegt wurden, enden, wenn sie {count} Tage lang niemand benutzt.',
  },
  'privacy.mail.public':
    'Adressen bei {domains} sind öffentlich, solange niemand sie geöffnet hat: Wer eine eintippt, kann ihre Mails lesen. Lassen Sie nichts dorthin schicken, was geheim bleiben muss.',
  'privacy.mail.remote':
    'Bilder in Mails werden nur dann von anderswo geladen, wenn Sie es wollen. So erfährt kein Absender, dass Sie gelesen haben.',
  'privacy.other.title': 'Alles andere',
  'privacy.other.table': 'Was sonst gespeichert wird',
  'privacy.other.what': 'Was',
  'privacy.other.long': 'Wie lange',
  'privacy.other.account': 'Konten: Ihre E-Mail-Adresse und ein gesalzener Hash Ihres Passworts',
  'privacy.other.account-long': 'so lange wie das Konto',
  'privacy.other.sessions': 'Anmeldungen: wann, von welcher Netzwerkadresse und mit welchem Browser',
  'privacy.other.sessions-long': 'bis zum Abmelden, unbenutzt höchstens {days} Tage',
  'privacy.other.keys': 'API-Schlüssel: nur ein Hash, Anfang und Ende, und wann er zuletzt benutzt wurde',
  'privacy.other.keys-long': 'bis zum Widerruf, danach {days} Tage',
  'privacy.other.usage': 'Wie viele Aufrufe und Mails ein Konto hatte, ohne ihren Inhalt',
  'privacy.other.audit': 'Wer in einem Konto was geändert hat, und von welcher Netzwerkadresse',
  'privacy.other.days': { one: '{count} Tag', other: '{count} Tage' },
  'privacy.other.hours': { one: '{count} Stunde', other: '{count} Stunden' },
  'privacy.other.refusals': 'Abgewiesene Mails: von wem, an welche Adresse und warum, nicht was darin stand',
  'privacy.other.refusals-long': 'die letzten {count}',
  'privacy.other.events': 'Dass eine Mail kam, damit Seiten nach einer Unterbrechung aufholen',
  'privacy.other.deliveries': 'Was an Webhooks geschickt wurde',
  'privacy.other.deliveries-long': '{delivered}, wenn es ankam, sonst {all}',
  'privacy.other.invoices': 'Bestellungen: Tarif, Preis, Zahlungsweg, Netzwerkadresse. Nie Kartennummern',
  'privacy.other.invoices-long': 'unbezahlt einen Monat, sonst so lange wie der Server',
  'privacy.log.title': 'Protokoll und Sicherungen',
  'privacy.log.text':
    'Das Protokoll des Servers nennt angekommene und abgewiesene Mails (Adressen, keinen Inhalt) und gescheiterte Aufrufe, mit Netzwerkadressen. Wie lange Protokoll und Sicherungen aufbewahrt werden, entscheidet der Betreiber dieses Servers; er kann Ihnen auch sagen, wer er ist.',
}
