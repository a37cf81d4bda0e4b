// Die Anleitung für Run2Mails API, auf Deutsch.
import type { WordsOf } from '../../guide-words.ts'

export const run2mail: WordsOf<'run2mail'> = {
  about:
    'Drei Aufrufe: wer bin ich, ein Postfach anlegen, seine Mails lesen. Alle Antworten haben `success`, und das Gefragte steht in `data`.',
  credential:
    'Senden Sie den Schlüssel als `Authorization: Bearer KEY`. Einen anderen Weg gibt es nicht, und ohne Schlüssel geht nichts.',
  steps: [
    'Legen Sie ein Postfach an und merken Sie sich seine Adresse.',
    'Lassen Sie das, was Sie testen, seine Mail dorthin schicken.',
    'Listen Sie alle ein, zwei Sekunden die Mails auf, bis sie dabei ist.',
    'Aufzuräumen ist nichts: Postfächer enden von selbst.',
  ],
  limits:
    'Antworten haben `X-RateLimit-Limit` und `X-RateLimit-Remaining`. Neue Postfächer am Tag zählen getrennt von Aufrufen. Die Liste hat die neuesten 100 Mails.',
  browser: 'Rufen Sie mit dem Schlüssel von der Seite auf wie von überall; sie darf die Antworten lesen.',
  calls: {
    me: ['Ihr Konto', 'Sein Tarif, seine Grenzen und der Verbrauch von heute.'],
    create: [
      'Ein Postfach anlegen',
      '`random` denkt sich eine Adresse aus; `custom` nimmt `username` und auf Wunsch `domain`, in Tarifen, die das erlauben.',
    ],
    messages: ['Die Mails auflisten', 'Neueste zuerst, jede mit Text und HTML. Lesen markiert nichts als gelesen.'],
  },
}
