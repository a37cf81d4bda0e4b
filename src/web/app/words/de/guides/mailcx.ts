// Die Anleitung für Mail.cx' API, auf Deutsch.
import type { WordsOf } from '../../guide-words.ts'

export const mailcx: WordsOf<'mailcx'> = {
  about:
    'Postfächer mit Passwort, die bleiben, bis niemand sie mehr benutzt. Jeder darf eines anlegen und sich daran anmelden; ein Konto mit Schlüssel verwaltet seine eigenen unter `/pro/api`.',
  credential:
    'Zwei Arten, sich auszuweisen, beide als `Authorization: Bearer …`: Die Anmeldung an einem Postfach gibt ein Token, `MAILBOX_TOKEN`, für alles unter `/api`; ein Schlüssel Ihres Kontos ist für alles unter `/pro/api`. Das eine gilt nie für das andere. Das Token hält sieben Tage.',
  steps: [
    'Fragen Sie nach den Domains und denken Sie sich eine Adresse aus.',
    'Legen Sie das Postfach mit einem Passwort an; die Antwort hat sein Token. Mit einem Schlüssel gehört es Ihrem Konto.',
    'Lassen Sie das, was Sie testen, seine Mail dorthin schicken.',
    'Listen Sie alle ein, zwei Sekunden die Mails auf, oder hören Sie zu: Ein WebSocket unter `/api/ws` meldet jede Mail. Senden Sie binnen zehn Sekunden `{"type":"auth","token":…}`; nach `auth_ok` kommt mit jeder ein `new_email`. Ein Beispiel dafür fehlt: Weder die Kommandozeile von curl noch Pythons Standardbibliothek kann so ein Gespräch führen.',
    'Löschen Sie das Postfach, wenn Sie fertig sind.',
  ],
  limits:
    'Eine Adresse im Internet hat eine Zahl von Aufrufen je Sekunde, und ohne Schlüssel von neuen Postfächern am Tag; darüber ist es 429 mit `Retry-After`. Mit Schlüssel zählt der Tarif. Eine Seite der Liste hat 30 Mails.',
  browser:
    'Seiten rufen mit einem Schlüssel oder dem Token eines Postfachs auf wie von überall. Der WebSocket nimmt nur Seiten dieses Servers und die aus `cors_origins`.',
  calls: {
    places: 'Die Domains auflisten',
    create: ['Ein Postfach anlegen', 'Ohne Schlüssel gehört es niemandem: Wer das Passwort hat, hat das Postfach.'],
    signIn: ['Sich an einem Postfach anmelden', 'Für ein neues Token, wenn das alte abgelaufen ist.'],
    me: 'Das Postfach ansehen',
    messages: ['Die Mails auflisten', 'Neueste zuerst, 30 auf einer Seite.'],
    message: 'Eine Mail lesen',
    read: 'Eine Mail als gelesen markieren',
    readAll: ['Alle als gelesen markieren', 'Oder einige, mit `ids`.'],
    source: 'Eine Mail lesen, wie sie kam',
    attachment: ['Einen Anhang herunterladen', 'Nach seiner Nummer, ab 0.'],
    forget: 'Eine Mail löschen',
    leave: ['Das Postfach löschen', 'Mit allen Mails. `DELETE /api/accounts/{id}` mit seiner eigenen Id tut dasselbe.'],
    own: ['Ein Postfach Ihres Kontos anlegen', 'Derselbe Aufruf, mit Schlüssel.'],
    accounts: 'Die Postfächer Ihres Kontos auflisten',
    mail: 'Die Mails von einem auflisten',
    password: ['Einem Postfach ein anderes Passwort geben', 'Alle seine Token enden.'],
    remove: 'Ein Postfach Ihres Kontos löschen',
    keyMake: ['Einen Schlüssel anlegen', '`token` ist der Schlüssel, nur in dieser Antwort.'],
    keys: ['Schlüssel auflisten', 'Auch widerrufene.'],
    keyRevoke: 'Einen Schlüssel widerrufen',
    domainAdd: ['Eine eigene Domain hinzufügen', 'Setzen Sie die `dns_records` bei Ihrem Nameserver.'],
    domains: 'Ihre Domains auflisten',
    domainVerify: ['Ihre DNS-Einträge jetzt prüfen', '`message` sagt, was fehlt.'],
    domainRemove: ['Eine Domain entfernen', 'Ihre Postfächer enden sofort.'],
    webhookMake: [
      'Einen Webhook anlegen',
      'Ein Konto hat einen. `X-Webhook-Signature` ist `sha256=` und der HMAC-SHA256 mit dem `secret` über `X-Webhook-Timestamp`, einen Punkt und den Inhalt, wie er kam.',
    ],
    webhooks: 'Ihn ansehen',
    deliveries: 'Seine letzten 20 Zustellungen ansehen',
    webhookRotate: ['Ihm ein neues Geheimnis geben', 'Das bringt auch einen gescheiterten wieder zum Laufen.'],
    webhookRemove: 'Ihn entfernen',
  },
}
