// Eigene Domains, in German.
import type { domains as en } from '../en/domains.ts'
import type { Text } from '../words.ts'

export const domains: Record<keyof typeof en, Text> = {
  'domains.what':
    'Hier kann Mail für Ihre eigene Domain angenommen werden. Zwei Einträge in ihrem DNS zeigen, dass sie Ihnen gehört, und führen ihre Mail zu diesem Server.',
  'domains.by-hand-only':
    'Dieser Server fragt keinen Nameserver: Sein Betreiber bestätigt Domains von Hand. Fügen Sie Ihre hinzu, und sagen Sie es dem Betreiber.',
  'domains.new': 'Domain hinzufügen',
  'domains.none': 'Sie haben hier noch keine Domain',
  'domains.none-text':
    'Fügen Sie eine hinzu: Danach sehen Sie die nötigen Einträge, jeden mit einem Knopf zum Kopieren.',
  'domains.used': { one: '{count} Domain', other: '{count} Domains' },
  'domains.used-of': { one: '{count} von {most} Domain', other: '{count} von {most} Domains' },
  'domains.full':
    'Ihr Tarif erlaubt keine weitere Domain. Entfernen Sie eine, die Sie nicht mehr brauchen, oder wählen Sie einen größeren Tarif.',
  'domains.none-allowed': 'Ihr Tarif erlaubt keine eigene Domain.',
  'domains.change-plan': 'Tarife ansehen',

  'domains.name': 'Domain',
  'domains.name-hint': 'Zum Beispiel example.com; *.example.com steht für alle ihre Subdomains.',
  'domains.known-as': 'Mailserver kennen sie als {name}.',
  'domains.wrong-address': 'Das ist eine IP-Adresse. Schreiben Sie den Namen einer Domain, zum Beispiel example.com.',
  'domains.wrong-shape':
    'Das ist kein Name einer Domain: Buchstaben, Ziffern und Bindestriche, dazwischen Punkte, zum Beispiel example.com oder *.example.com.',
  'domains.wrong-whole': 'Das ist nur ein Wort. Schreiben Sie den ganzen Namen, zum Beispiel example.com.',
  'domains.wrong-long': 'Dieser Name ist zu lang: Er darf höchstens 240 Zeichen haben.',
  'domains.wrong-shared':
    'Unter dieser Domain haben viele ihre eigene, deshalb kann niemand sie ganz haben. Schreiben Sie Ihre, zum Beispiel example.com.',
  'domains.wrong-operators': 'Diese gehört zum Server selbst. Fügen Sie eine eigene Domain hinzu.',
  'domains.have-it': 'Diese Domain haben Sie hier schon. Sie steht in der Liste.',
  'domains.access': 'Welche Adressen Mail annehmen',
  'domains.access-private': 'Alle',
  'domains.access-claimed': 'Nur geöffnete Postfächer',
  'domains.access-hint': 'In beiden Fällen liest die Mail niemand außer Ihrem Konto.',
  'domains.added': '{name} ist vorgemerkt. Als Nächstes setzen Sie die Einträge.',

  'domains.one': 'Domain',
  'domains.all': 'Alle Domains',
  'domains.unknown': 'In Ihrem Konto gibt es diese Domain nicht. Vielleicht wurde sie entfernt.',
  'domains.pending': 'wartet',
  'domains.verified': 'bestätigt',
  'domains.failing': 'gestört',
  'domains.lapsed': 'erloschen',
  'domains.pending-text': 'Ihre Einträge wurden noch nicht alle gefunden. Bis dahin wird keine Mail angenommen.',
  'domains.pending-hand':
    'Der Betreiber dieses Servers hat sie noch nicht bestätigt. Bis dahin wird keine Mail angenommen.',
  'domains.found-only':
    'Alle Einträge sind gefunden, und doch ist sie nicht bestätigt; Mail wird nicht angenommen. Fragen Sie den Betreiber dieses Servers.',
  'domains.verified-text': 'Ihre Mail wird angenommen.',
  'domains.verified-hand':
    'Ihre Mail wird angenommen: Der Betreiber dieses Servers bürgt für sie, und ihre Einträge werden nicht geprüft.',
  'domains.failing-text':
    'Ihre Einträge sind nicht mehr alle da. Mail wird noch eine Weile angenommen, damit Sie sie in Ordnung bringen können.',
  'domains.lapsed-text':
    'Ihre Einträge fehlten zu lange, deshalb wird ihre Mail abgelehnt. Sie wird wieder angenommen, sobald sie gefunden werden. Postfächer bleiben, bis sie enden.',
  'domains.looked-at': 'Geprüft',
  'domains.not-looked-at': 'Noch nicht geprüft',
  'domains.next-look': 'Nächste Prüfung',
  'domains.verified-since': 'Bestätigt seit',
  'domains.last-verified': 'Zuletzt bestätigt',
  'domains.taken-until': 'Mail wird angenommen bis',
  'domains.added-at': 'Hinzugefügt',
  'domains.now': 'jetzt',
  'domains.live': 'Was sich hier ändert, erscheint von selbst.',
  'domains.not-live': 'Die Leitung zum Server ist unterbrochen; die Seite versucht es von selbst wieder.',
  'domains.became': '{name}: {state}.',

  'domains.verify': 'Jetzt prüfen',
  'domains.verify-hint': 'Höchstens sechsmal in der Minute.',
  'domains.verified-now': 'Alle Einträge sind da: Mail für {name} wird angenommen.',
  'domains.not-yet':
    'Nicht alles wurde gefunden. Bis eine Änderung im DNS überall zu sehen ist, vergehen Minuten bis zu einem Tag.',
  'domains.too-often': 'Die Einträge können sechsmal in der Minute geprüft werden.',

  'domains.records': 'Nötige Einträge',
  'domains.records-text':
    'Setzen Sie sie dort, wo das DNS der Domain verwaltet wird: beim Registrar oder bei Ihrem Hoster. Manche hängen die Domain selbst an die Namen; lassen Sie sie dann weg.',
  'domains.for-ownership': 'zeigt, dass sie Ihnen gehört',
  'domains.for-delivery': 'führt ihre Mail hierher',
  'domains.for-subdomains': 'führt Mail für ihre Subdomains hierher',
  'domains.subdomains-text':
    'Nur, wenn Sie auch diese Mail wollen: Fügen Sie dann *.{name} hier als weitere Domain hinzu. Der erste Eintrag gilt für beide.',
  'domains.add-subdomains': '*.{name} hinzufügen',
  'domains.type': 'Typ',
  'domains.record-name': 'Name',
  'domains.value': 'Wert',
  'domains.priority': 'Priorität',
  'domains.line': 'Als Zeile einer Zonendatei',
  'domains.found': 'gefunden',
  'domains.missing': 'nicht gefunden',
  'domains.nobody-knew': 'nicht zu erfragen',
  'domains.optional': 'wenn Sie möchten',
  'domains.seen': 'Stattdessen steht dort:',
  'domains.no-answer': 'Kein Nameserver konnte es sagen:',

  'domains.doctor': 'Diagnose',
  'domains.doctor-text':
    'Fragt nach allem, was Mail auf dem Weg hierher braucht: nach den Einträgen, wohin sie führen, und ob dieser Server dort antwortet.',
  'domains.doctor-run': 'Domain untersuchen',
  'domains.doctor-again': 'Noch einmal untersuchen',
  'domains.doctor-busy': {
    one: 'Untersucht seit {count} Sekunde; höchstens dauert es 15.',
    other: 'Untersucht seit {count} Sekunden; höchstens dauert es 15.',
  },
  'domains.doctor-done': 'Untersucht',
  'domains.outcome-ok': 'Alles ist gut.',
  'domains.outcome-note': 'Alles, was Mail braucht, ist da; manches ist wissenswert.',
  'domains.outcome-wrong': {
    one: '{count} Punkt ist in Ordnung zu bringen.',
    other: '{count} Punkte sind in Ordnung zu bringen.',
  },
  'domains.level-ok': 'gut',
  'domains.level-note': 'wissenswert',
  'domains.level-wrong': 'zu beheben',
  'domains.mend': 'Was zu tun ist:',
  'domains.asked': 'Fragen und Antworten',
  'domains.asked-what': 'Gefragt',
  'domains.answered-what': 'Geantwortet',
  'domains.nothing-answered': 'nichts',
  'domains.check-standing': 'Mail',
  'domains.check-dns': 'Nameserver',
  'domains.check-txt': 'Besitz (TXT)',
  'domains.check-mx': 'Weg der Mail (MX)',
  'domains.check-target': 'Mailserver',
  'domains.check-wildcard': 'Subdomains',
  'domains.check-host': 'Name dieses Servers',
  'domains.check-ptr': 'Name zur Adresse (PTR)',
  'domains.check-port': 'Port',
  'domains.check-reach': 'Erreichbarkeit',
  'domains.check-certificate': 'Zertifikat',

  'domains.who-takes': 'Wer die Mail annimmt',
  'domains.catch-all': 'Sammelpostfach',
  'domains.catch-all-hint': 'Nimmt die Mail für Adressen an, die kein eigenes Postfach haben. Leer heißt: keines.',
  'domains.catch-all-unknown':
    'Sie haben kein offenes Postfach mit dieser Adresse. Öffnen Sie es zuerst, oder wählen Sie ein anderes.',
  'domains.read': 'Mail lesen',
  'domains.read-text':
    'Jede Adresse der Domain nimmt Mail an. Schreiben Sie eine, um zu sehen, was für sie gekommen ist.',
  'domains.read-claimed':
    'Geöffnete Postfächer nehmen Mail an. Schreiben Sie die Adresse von einem, um zu sehen, was dort gekommen ist.',
  'domains.before-at': 'Was vor @{name} steht',
  'domains.read-button': 'Mail zeigen',

  'domains.actions': 'Aktionen für {name}',
  'domains.remove': 'Entfernen',
  'domains.remove-title': '{name} entfernen?',
  'domains.remove-text': 'Ihre Mail wird dann abgelehnt. Die Einträge können aus dem DNS genommen werden.',
  'domains.remove-ends': {
    one: '{count} Postfach an dieser Domain endet damit, und seine Mail wird gelöscht. Das lässt sich nicht rückgängig machen.',
    other:
      '{count} Postfächer an dieser Domain enden damit, und ihre Mail wird gelöscht. Das lässt sich nicht rückgängig machen.',
  },
  'domains.remove-with': { one: 'Mit {count} Postfach entfernen', other: 'Mit {count} Postfächern entfernen' },
  'domains.removed': '{name} ist entfernt.',
}
