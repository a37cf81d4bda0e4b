// Die Anleitung für DustMails API, auf Deutsch.
import type { WordsOf } from '../../guide-words.ts'

export const dustmail: WordsOf<'dustmail'> = {
  about:
    'Vier Aufrufe: ein Postfach anlegen, Postfächer auflisten, eines mit seinen Mails lesen, es löschen. Alle Antworten haben `success`, und das Gefragte steht in `data`.',
  credential:
    'Senden Sie den Schlüssel als `Authorization: Bearer KEY` oder als `X-API-Key: KEY`. Sind beide da, zählt der erste. Ohne Schlüssel geht nichts.',
  steps: [
    'Legen Sie ein Postfach an; merken Sie sich seine Id und seine Adresse.',
    'Lassen Sie das, was Sie testen, seine Mail dorthin schicken.',
    'Sehen Sie alle ein, zwei Sekunden in das Postfach, bis die Mail in `emails` steht.',
    'Löschen Sie das Postfach, oder lassen Sie es von selbst enden.',
  ],
  limits:
    'Antworten sagen in `meta.rate_limit`, wie viele Aufrufe des Tages mit `used` verbraucht sind, von `limit`. Die Liste zeigt die neuesten 50 Postfächer, ein Postfach seine neuesten 100 Mails.',
  browser: 'Rufen Sie mit dem Schlüssel von der Seite auf wie von überall; sie darf die Antworten lesen.',
  calls: {
    create: [
      'Ein Postfach anlegen',
      'Der Inhalt darf fehlen. `duration` sind Minuten; `username` und `domain` wählen die Adresse, in Tarifen, die das erlauben.',
    ],
    list: ['Ihre Postfächer auflisten', 'Hier mit dem Schlüssel in eigenem Header.'],
    show: ['Ein Postfach mit seinen Mails ansehen', 'Neueste zuerst, jede mit Text und HTML.'],
    remove: 'Ein Postfach löschen',
  },
}
