// Die Anleitung für MailFades API, auf Deutsch.
import type { WordsOf } from '../../guide-words.ts'

export const mailfade: WordsOf<'mailfade'> = {
  about:
    'Lesen Sie die Mails jeder Adresse, ohne sie vorher zu öffnen, sogar ohne Schlüssel. Mit einem bekommen Sie auch HTML, Header, die Bytes und Anhänge, und die Mails der Postfächer, die Ihr Konto geöffnet hat.',
  credential:
    'Senden Sie den Schlüssel als `Authorization: Bearer KEY`. Ein gesendeter Schlüssel muss gut sein: Ein falscher wird abgewiesen, nicht übergangen.',
  steps: [
    'Wählen Sie irgendeine Adresse bei einer öffentlichen Domain dieses Servers.',
    'Lassen Sie das, was Sie testen, seine Mail dorthin schicken.',
    'Listen Sie das Postfach alle ein, zwei Sekunden auf; `since` fragt nur nach Neuerem.',
    'Lesen Sie die Mail nach ihrer Id, und ihre Anhänge nach deren.',
  ],
  limits:
    'Ohne Schlüssel hat jede Adresse im Internet eine eigene Zahl von Aufrufen am Tag; `X-RateLimit-Limit` und `X-RateLimit-Remaining` sagen, wie viele, bei 429 `X-RateLimit-Reset`, bis wann. Mit Schlüssel zählt der Tarif. Zeiten sind Millisekunden seit 1970.',
  browser: 'Mit Schlüssel dürfen Seiten von überall aufrufen. Ohne nur die, die der Betreiber für diese API nennt.',
  calls: {
    peek: ['Ein Postfach ohne Schlüssel auflisten', 'Das darf jeder: Wählen Sie eine schwer zu erratende Adresse.'],
    peekMessage: ['Eine Mail ohne Schlüssel lesen', 'Ihren Text, und welche Anhänge sie hat.'],
    inbox: ['Ein Postfach mit Schlüssel auflisten', '`limit` ist höchstens 50.'],
    message: ['Eine Mail mit Schlüssel lesen', 'Mit HTML und Headern; `html=0` lässt das HTML weg.'],
    raw: 'Eine Mail lesen, wie sie kam',
    attachment: 'Einen Anhang herunterladen',
    orderKey: [
      'Einen Tarif bestellen',
      'Öffnen Sie `checkout_url` im Browser und zahlen Sie dort: Die Seite zeigt dann den Schlüssel, einmal. `rail` ist `stripe`, `lightning` oder `manual`. Mit einem Schlüssel gesendet, geht der Tarif an dessen Konto.',
    ],
    ordered: ['Sehen, was aus einer Bestellung wurde', '`status` ist `pending`, `paid` oder `expired`.'],
  },
}
