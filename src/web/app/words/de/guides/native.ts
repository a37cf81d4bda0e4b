// Die Anleitung für Mayflys eigene API, auf Deutsch.
import type { WordsOf } from '../../guide-words.ts'

export const native: WordsOf<'native'> = {
  about:
    'Mayflys eigene API hat alles, was dieser Server kann: Postfächer, die so lange leben, wie Sie sagen, Warten auf eine Mail, Suche, Webhooks, Domains, Schlüssel und das Team. Diese Seite zeigt die Aufrufe, die Programme am meisten brauchen.',
  credential:
    'Senden Sie den Schlüssel als `Authorization: Bearer KEY` oder in einem eigenen Header, `X-API-Key: KEY`. Wo der Betreiber Postfächer ohne Konto erlaubt, braucht das Öffnen keinen Schlüssel: Die Antwort hat dann ein `token`, das für dieses eine Postfach gilt und genauso gesendet wird.',
  steps: [
    'Öffnen Sie ein Postfach und merken Sie sich seine Adresse.',
    'Lassen Sie das, was Sie testen, seine Mail dorthin schicken.',
    'Warten Sie auf die Mail: ein Aufruf, der antwortet, sobald sie da ist, mit den Codes und Links darin.',
    'Benutzen Sie den Code oder den Link, und lesen Sie den Rest der Mail, wenn Sie ihn brauchen.',
    'Beenden Sie das Postfach, oder lassen Sie es von selbst enden.',
  ],
  limits:
    'Eine Liste antwortet mit höchstens 100 Einträgen auf einmal; `next` ist der `cursor` der nächsten Seite, am Ende null. Ein Warten dauert höchstens 120 Sekunden. Mit einem `Idempotency-Key` beim POST geschieht beim Wiederholen nichts doppelt.',
  browser:
    'Mit einem Schlüssel dürfen Seiten jeder Herkunft aufrufen. Ohne einen nur die, die der Betreiber in `cors_origins` nennt.',
  calls: {
    server: ['Was dieser Server bietet', 'Domains, Tarife und APIs. Ein Schlüssel ist nicht nötig.'],
    account: 'Ihr Konto, sein Tarif und der Verbrauch',
    usage: ['Der Verbrauch im Lauf der Zeit', '`span` ist `hour` oder `day`.'],
    audit: ['Wer hat was getan', 'Jede Änderung an Schlüsseln, Mitgliedern, Domains und Tarifen.'],
    open: [
      'Ein Postfach öffnen',
      'Alles im Inhalt darf fehlen: Dann ist die Adresse zufällig. `localPart` und `domain` wählen sie; `recoverable` hebt Ihnen die Adresse im Archiv auf, wenn ihre Zeit um ist.',
    ],
    list: [
      'Ihre Postfächer auflisten',
      '`q` sucht einen Teil der Adresse oder des Tags, `state=archived` zeigt das Archiv.',
    ],
    show: ['Ein Postfach ansehen', 'Zur Abwechslung mit dem Schlüssel in eigenem Header.'],
    change: ['Einem Postfach mehr Zeit geben', 'Die Minuten zählen ab jetzt.'],
    wait: [
      'Auf eine Mail warten',
      'Antwortet, sobald eine Mail passt: `from`, `subject`, `text` sind Teile von ihr, `has` ist `code`, `link` oder `attachment`. Kommt rechtzeitig keine, ist es 404. Um auf die nächste zu warten, senden Sie den `cursor` der Antwort als `after`.',
    ],
    messages: [
      'Die Mails eines Postfachs auflisten',
      'Um von Mails zu hören, sobald sie kommen, lesen Sie `GET /mayfly/v1/mailboxes/{mailbox}/events`, einen Strom von Server-Sent Events.',
    ],
    message: 'Eine Mail lesen',
    seen: 'Eine Mail als gelesen markieren',
    search: ['Alle Ihre Mails durchsuchen', 'In Absendern, Betreffen und Texten.'],
    html: ['Das HTML lesen, unschädlich gemacht', 'Skripte und alles von anderswo sind entfernt.'],
    raw: 'Die Mail lesen, wie sie kam',
    parts: 'Ansehen, woraus eine Mail besteht',
    attachment: ['Einen Anhang herunterladen', 'Nach seiner Nummer, ab 0.'],
    view: ['Einen Pfad bekommen, der die Mail zeigt', 'Er zeigt das HTML jedem, der ihn hat, fünf Minuten lang.'],
    refusals: ['Abgewiesene Mails', 'Sehen Sie hier zuerst nach, wenn eine Mail nicht kommt.'],
    forget: 'Eine Mail löschen',
    empty: 'Alle Mails eines Postfachs löschen',
    end: ['Ein Postfach beenden', 'Seine Mails gehen mit. Ein wiederherstellbares kommt ins Archiv.'],
    restore: 'Ein Postfach aus dem Archiv zurückholen',
    erase: 'Ein Postfach endgültig beenden',
    keyMake: ['Einen Schlüssel anlegen', 'Hier mit erlaubten Domains. `key` steht nur in dieser Antwort.'],
    keys: 'Schlüssel auflisten',
    keyChange: ['Ändern, was ein Schlüssel darf', 'Alles außer seinem Geheimnis.'],
    keyRotate: ['Einen Schlüssel erneuern', 'Das alte Geheimnis gilt noch `overlapHours`, höchstens 72.'],
    keyRevoke: 'Einen Schlüssel widerrufen',
    webhookMake: [
      'Einen Webhook anlegen',
      'Der Server schickt dann POSTs an Ihre URL. `X-Webhook-Signature` ist `sha256=` und der HMAC-SHA256 mit dem `secret` über `X-Webhook-Timestamp`, einen Punkt und den Inhalt, wie er kam. Das Geheimnis steht nur in dieser Antwort.',
    ],
    webhooks: 'Webhooks auflisten',
    webhookPause: ['Einen Webhook anhalten', 'Was inzwischen kommt, wartet; `active` schickt es ab.'],
    deliveries: 'Was geschickt wurde, und was daraus wurde',
    webhookReplay: ['Gescheiterte noch einmal schicken', 'Mit `delivery` nur diese eine.'],
    webhookRotate: 'Einem Webhook ein neues Geheimnis geben',
    webhookRemove: 'Einen Webhook entfernen',
    domainAdd: ['Eine eigene Domain hinzufügen', 'Setzen Sie die zwei `records` der Antwort bei Ihrem Nameserver.'],
    domains: 'Ihre Domains auflisten',
    domainVerify: [
      'Ihre DNS-Einträge jetzt prüfen',
      'Der Server sieht auch von selbst nach; sind beide gefunden, ist sie `verified`.',
    ],
    domainRemove: ['Eine Domain entfernen', 'Ihre Postfächer enden. Gibt es welche, muss `confirm` sagen, wie viele.'],
    members: 'Die Mitglieder Ihres Kontos auflisten',
    invite: [
      'Jemanden einladen',
      'Es geht keine Mail hinaus: Geben Sie die `url` selbst weiter. Sie gilt einmal, eine Woche lang.',
    ],
    invitations: 'Offene Einladungen auflisten',
    uninvite: 'Eine Einladung zurücknehmen',
  },
}
