// Tarifwechsel, Rechnungen und die Seite einer Bestellung, in German.
import type { selling as en } from '../en/selling.ts'
import type { Text } from '../words.ts'

export const selling: Record<keyof typeof en, Text> = {
  'sell.change': 'Tarif wechseln',
  'sell.change-text': 'Ein Tarif gilt, sobald er bezahlt ist. Was Sie haben, bleibt, wie es ist.',
  'sell.by-operator-text':
    'Tarife werden hier nicht von selbst verkauft: Fragen Sie den Betreiber, er stellt Ihr Konto um.',
  'sell.which': 'Tarif',
  'sell.priced': '{plan} – {price}',
  'sell.yours': '{plan} (Ihrer)',
  'sell.for-days': { one: '{price} für {count} Tag', other: '{price} für {count} Tage' },
  'sell.compare': 'Was sich ändert',
  'sell.limit': 'Grenze',
  'sell.now': 'Jetzt: {plan}',
  'sell.then': 'Dann: {plan}',
  'sell.same': 'Dieser Tarif erlaubt dasselbe.',
  'sell.is-yours': 'Diesen Tarif haben Sie. Noch einmal bezahlt, verlängert er sich, wo nach Tagen bezahlt wird.',
  'sell.more': 'mehr',
  'sell.less': 'weniger',
  'sell.pay-stripe': 'Mit Karte bezahlen',
  'sell.pay-stripe-text': 'Ein Abonnement bei Stripe; der Preis steht dort, bevor Sie bezahlen.',
  'sell.pay-lightning': 'Mit Bitcoin bezahlen',
  'sell.pay-manual': 'Den Betreiber fragen',
  'sell.pay-manual-text':
    'Aus Ihrem Wunsch wird eine Rechnung; sie wartet, bis der Betreiber sie als bezahlt vermerkt.',
  'sell.asked': 'Ihr Wunsch ist vermerkt. Der Betreiber sieht ihn bei den Rechnungen; sagen Sie ihm auch Bescheid.',
  'sell.rail-unavailable':
    'Der Zahlungsdienst antwortet im Moment nicht. Versuchen Sie es später noch einmal, oder bezahlen Sie anders.',
  'sell.too-many':
    'Zu viele Ihrer Bestellungen warten auf Bezahlung. Bezahlen Sie eine, oder warten Sie, bis sie enden.',
  'sell.unsold': 'Dieser Tarif wird so nicht mehr verkauft. Laden Sie die Seite neu.',
  'sell.bad-address':
    'Der Zahlungsdienst hat keine Adresse genannt, die man öffnen kann. Fragen Sie den Betreiber dieses Servers.',

  'sell.minute': 'API-Aufrufe in einer Minute',
  'sell.day': 'API-Aufrufe an einem Tag',
  'sell.month': 'API-Aufrufe in einem Monat',
  'sell.inboxes': 'Geöffnete Postfächer an einem Tag',
  'sell.scopes': 'Schlüssel dürfen',
  'sell.scopes-all': 'alles',
  'sell.messages': 'Mails in einem Postfach',
  'sell.all-bytes': 'Alle Mail des Kontos',

  'sell.invoices': 'Rechnungen',
  'sell.no-invoices': 'Es gibt noch keine Rechnung.',
  'sell.invoice': 'Bestellung von „{plan}“',
  'sell.state-pending': 'noch nicht bezahlt',
  'sell.state-paid': 'bezahlt',
  'sell.state-expired': 'abgelaufen',
  'sell.rail-stripe': 'Karte (Stripe)',
  'sell.rail-lightning': 'Bitcoin',
  'sell.rail-manual': 'durch den Betreiber',
  'sell.ordered': 'Bestellt',
  'sell.paid-at': 'Bezahlt',
  'sell.lasts': 'Gilt bis',
  'sell.can-be-paid': 'Kann bezahlt werden bis',
  'sell.pay-now': 'Zur Bezahlung',

  'check.order': 'Ihre Bestellung',
  'check.waiting': 'Wartet auf die Bezahlung',
  'check.waiting-text':
    'Sobald der Tarif „{plan}“ bezahlt ist, geht es hier von selbst weiter. Sie können diese Seite neu laden; behalten Sie bis dahin ihre Adresse.',
  'check.waiting-manual':
    'Der Betreiber dieses Servers sagt, wann der Tarif „{plan}“ bezahlt ist. Behalten Sie die Adresse dieser Seite: Ihr Schlüssel wird hier stehen.',
  'check.waiting-own':
    'Sobald der Tarif „{plan}“ bezahlt ist, hat ihn Ihr Konto. Sie müssen nicht auf dieser Seite bleiben.',
  'check.waiting-own-manual':
    'Ihr Konto hat den Tarif „{plan}“, sobald der Betreiber dieses Servers sagt, dass er bezahlt ist.',
  'check.long': 'Dauert es lange?',
  'check.long-stripe':
    'Von einer Kartenzahlung hört der Server gewöhnlich in einer Minute. Wurde Ihre Karte belastet und geschieht hier eine Stunde lang nichts, nennen Sie dem Betreiber dieses Servers diese Nummer: {id}.',
  'check.long-lightning':
    'Eine Lightning-Zahlung dauert Sekunden; eine auf der Chain zählt, wenn sie bestätigt ist, das kann eine Stunde und länger dauern. Nennen Sie danach dem Betreiber dieses Servers diese Nummer: {id}.',
  'check.long-manual': 'Fragen Sie den Betreiber dieses Servers, und nennen Sie ihm diese Nummer: {id}.',
  'check.until': 'Sie kann bis {time} bezahlt werden.',
  'check.paid': 'Es ist bezahlt',
  'check.paid-text':
    'Sie haben den Tarif „{plan}“. Ihr Schlüssel wird ein einziges Mal gezeigt: Halten Sie einen Ort bereit, an dem Sie ihn aufbewahren.',
  'check.paid-until': 'Er gilt bis {time}.',
  'check.show': 'Schlüssel zeigen',
  'check.here': 'Hier ist Ihr Schlüssel',
  'check.here-text':
    'Er wird nur dieses Mal gezeigt und nirgends aufbewahrt. Legen Sie ihn in die Geheimnisse Ihrer CI oder in eine Geheimnisverwaltung, bevor Sie diese Seite verlassen, und nie in die Versionsverwaltung.',
  'check.key': 'Schlüssel',
  'check.try': 'Ausprobieren',
  'check.docs': 'Lesen, wie man die API aufruft',
  'check.shown': 'Der Schlüssel wurde schon gezeigt',
  'check.shown-text':
    'Er wird ein einziges Mal gezeigt und nirgends aufbewahrt. Der Tarif „{plan}“ ist bezahlt. Wenn Sie den Schlüssel nicht haben, bitten Sie den Betreiber dieses Servers um einen neuen, und nennen Sie ihm diese Nummer: {id}.',
  'check.own': 'Es ist bezahlt',
  'check.own-text': 'Ihr Konto hat den Tarif „{plan}“. Machen Sie weiter mit den Schlüsseln, die Sie haben.',
  'check.to-plan': 'Zu Tarif und Verbrauch',
  'check.over': 'Diese Bestellung ist abgelaufen',
  'check.over-text':
    'Niemand hat den Tarif „{plan}“ rechtzeitig bezahlt. Bestellen Sie ihn noch einmal. Haben Sie doch bezahlt, behalten Sie diese Seite: Es geht weiter, sobald der Server von Ihrer Zahlung hört.',
  'check.none': 'Diese Bestellung gibt es nicht',
  'check.none-text':
    'Vielleicht ist sie schon vergessen, oder ihr Link ist nicht vollständig: Öffnen Sie ihn so, wie Sie ihn bekommen haben, mit allem hinter dem „#“.',
  'check.not-whole': 'Dieser Link ist nicht vollständig',
  'check.not-whole-text':
    'Öffnen Sie ihn so, wie Sie ihn bekommen haben, mit allem hinter dem „#“. Bestellungen Ihres Kontos sehen Sie, wenn Sie angemeldet sind.',
  'check.trouble': 'Das lässt sich im Moment nicht nachsehen; es wird von selbst noch einmal versucht.',
}
