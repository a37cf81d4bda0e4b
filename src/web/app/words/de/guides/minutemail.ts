// Die Anleitung für MinuteMails API, auf Deutsch.
import type { WordsOf } from '../../guide-words.ts'

export const minutemail: WordsOf<'minutemail'> = {
  about:
    'Postfächer für Minuten, die in ein Archiv gehen und unter derselben Adresse zurückkommen können. Tests können auch selbst Mails in ein Postfach legen, mit Anhängen, ohne eine zu verschicken.',
  credential:
    'Senden Sie den Schlüssel als `Authorization: Bearer KEY`, und auf keinem anderen Weg. Alles unter `/v1` braucht einen. Ein Schlüssel mit Rechten braucht `mailboxes`, `domains` oder `team` für das, was er fragt.',
  steps: [
    'Legen Sie ein Postfach an; merken Sie sich seine Id und seine Adresse.',
    'Lassen Sie das, was Sie testen, seine Mail dorthin schicken, oder legen Sie selbst eine hinein.',
    'Listen Sie alle ein, zwei Sekunden die Mails auf, bis sie dabei ist.',
    'Löschen Sie das Postfach. Ein wiederherstellbares lässt sich später reaktivieren.',
  ],
  limits:
    'Jede Antwort hat `X-RateLimit-Remaining`: die Aufrufe, die vom Tag übrig sind. `expiresIn` ist 1 bis 60 Minuten, als Zahl oder wie `20m`. Listen haben höchstens 1.000 Einträge, die neuesten; so viele Ids dürfen auf einmal gesendet werden.',
  browser:
    'Rufen Sie mit dem Schlüssel von jeder Seite auf, die seine Beschränkungen erlauben; sie darf die Antworten lesen.',
  calls: {
    health: 'Ob der Server lebt',
    ready: [
      'Ob er Mails annehmen kann',
      'Beide brauchen keinen Schlüssel; dieser ist 503, solange die Platte voll ist.',
    ],
    create: [
      'Ein Postfach anlegen',
      'Alles im Inhalt darf fehlen. `recoverable` braucht ein `tag`; `noExpiration` macht eines ohne Ende, in Tarifen, die das erlauben.',
    ],
    list: ['Ihre Postfächer auflisten', 'Älteste zuerst.'],
    find: 'Ein Postfach nach seiner Adresse finden',
    show: 'Ein Postfach ansehen',
    put: [
      'Eine Mail in ein Postfach legen',
      'Als Formular. Sie wird angenommen wie eine, die per SMTP kam. Dateien gehen als `files` mit.',
    ],
    mails: ['Die Mails auflisten', 'Neueste zuerst, mit ihrem Inhalt.'],
    mail: 'Eine Mail lesen',
    attach: ['Einen Anhang hinzufügen', '`data` ist Base64.'],
    attachments: 'Die Anhänge auflisten',
    attachment: ['Einen Anhang herunterladen', 'Seine Bytes stehen in `data`, als Base64.'],
    detach: 'Einen Anhang löschen',
    detachSome: 'Mehrere Anhänge löschen',
    forget: 'Eine Mail löschen',
    forgetSome: ['Mehrere Mails löschen', 'Alle oder, wenn eine fehlt, keine.'],
    remove: ['Ein Postfach löschen', 'Ein wiederherstellbares kommt ins Archiv, ohne seine Mails.'],
    archived: 'Das Archiv auflisten',
    archivedOne: 'Ein archiviertes Postfach ansehen',
    reactivate: ['Seine Adresse wieder öffnen', 'Als neues Postfach, mit neuer Id.'],
    removeSome: ['Mehrere Postfächer löschen', 'Alle oder, wenn eines fehlt, keines.'],
    erase: 'Aus dem Archiv löschen',
    eraseSome: 'Mehrere aus dem Archiv löschen',
    domainAdd: [
      'Eine eigene Domain hinzufügen',
      'Setzen Sie einen TXT-Eintrag mit `txtToken` und einen MX-Eintrag auf `mxTarget`.',
    ],
    domains: 'Ihre Domains auflisten',
    domainVerify: ['Ihre DNS-Einträge jetzt prüfen', 'Sind beide gefunden, ist `status` `verified`.'],
    domainRemove: ['Eine Domain entfernen', 'Ihre Postfächer enden sofort.'],
    members: 'Die Mitglieder auflisten',
    member: 'Ein Mitglied ansehen',
    dismiss: ['Ein Mitglied entfernen', 'Das dürfen Eigentümer; seine Schlüssel gelten weiter.'],
    invite: ['Jemanden einladen', 'Es geht keine Mail hinaus: Geben Sie den `link` selbst weiter.'],
    invitations: 'Offene Einladungen auflisten',
    uninvite: 'Eine Einladung zurücknehmen',
  },
}
