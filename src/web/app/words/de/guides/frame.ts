// Was alle Anleitungen sagen, und die Nachschlageseiten.
import type { frame as english } from '../../en/guides/frame.ts'
import type { GuideWords } from '../../guide-words.ts'
import type { Text } from '../../text.ts'

export const frame: Record<keyof typeof english, Text> = {
  'docs.title': 'API-Anleitungen',
  'docs.lead':
    'Dieser Server spricht seine eigene API und die von fünf anderen Diensten. Tests, die für sie geschrieben wurden, laufen hier unverändert. Hinter allen sechs stehen ein Konto und dieselben Postfächer: Was in der einen geöffnet wurde, lässt sich in den anderen lesen.',
  'docs.which':
    'Neu hier? Nehmen Sie die Mayfly-API: Sie kann alles. Nehmen Sie eine andere, wenn Sie schon Code für sie haben.',
  'docs.guide': 'Anleitung',
  'docs.guide-of': 'Anleitung für {title}',
  'docs.reference': 'Alle Aufrufe, zum Ausprobieren',
  'docs.reference-of': 'Alle Aufrufe von {title}',
  'docs.document': 'OpenAPI-Dokument',
  'docs.all-guides': 'Alle Anleitungen',
  'docs.guide-title': 'Die {title}-API',
  'docs.off': 'Die {title}-API ist auf diesem Server abgeschaltet. Der Betreiber kann sie einschalten.',
  'docs.off-short': 'hier abgeschaltet',
  'docs.api-off': 'Der Betreiber hat den Zugang für Programme abgeschaltet: Schlüssel werden gerade nicht beantwortet.',
  'docs.contents': 'Auf dieser Seite',
  'docs.program': 'Beispiele in',
  'docs.example': 'Beispiel in {program}',
  'docs.copy': 'Beispiel kopieren',

  'docs.key.title': 'Einen Schlüssel bekommen',
  'docs.key.make':
    'Melden Sie sich an, öffnen Sie [API-Schlüssel](/app/keys), drücken Sie „Neuer Schlüssel“ und wählen Sie {title} als Dienst. Er beginnt dann mit `{prefix}` und gilt für diese API. Er wird nur einmal gezeigt: Kopieren Sie ihn gleich.',
  'docs.key.any': 'Ein Schlüssel für alle APIs geht hier auch, womit er auch beginnt.',
  'docs.key.open': 'Noch kein Konto? [Legen Sie eins an](/app/register); E-Mail-Adresse und Passwort genügen.',
  'docs.key.invitation': 'Noch kein Konto? Hier gibt es sie auf Einladung: Bitten Sie den Betreiber um einen Link.',
  'docs.key.closed': 'Noch kein Konto? Hier legt sie der Betreiber an: Bitten Sie ihn darum.',
  'docs.key.variable':
    'Die Beispiele lesen den Schlüssel aus der Umgebungsvariablen `MAYFLY_KEY`, damit er nie in Ihrem Code steht. In einer Shell setzen Sie sie mit `export MAYFLY_KEY={prefix}…`.',
  'docs.own.label': 'Ihr Schlüssel, um ihn in den Beispielen zu haben',
  'docs.own.hint':
    'Er bleibt im Speicher dieses Tabs: Er wird nicht gespeichert und nur gesendet, wenn Sie bei „Alle Aufrufe“ auf „Senden“ drücken.',
  'docs.own.odd':
    'Ein Schlüssel besteht nur aus Buchstaben, Ziffern, „_“, „-“ und „.“. Die Beispiele bleiben bei der Variablen.',

  'docs.auth.title': 'Sich ausweisen',
  'docs.order.title': 'Der übliche Ablauf',
  'docs.calls.title': 'Die Aufrufe',
  'docs.calls.text':
    'Sie stehen in einer Reihenfolge, in der man sie nacheinander ausführen kann. Was einer antwortet und ein späterer braucht, kommt in eine Variable.',
  'docs.needs': 'Braucht {names}.',
  'docs.keeps': 'Setzen Sie aus der Antwort {names} für die folgenden Aufrufe.',
  'docs.after-mail': 'Lassen Sie vorher eine Mail an die Adresse schicken.',
  'docs.meanwhile-mail': 'Lassen Sie etwas eine Mail an die Adresse schicken, während es läuft.',
  'docs.signs-in':
    'Hier braucht es das Cookie eines Mitglieds, also meldet sich das Beispiel zuerst an. curl hebt es in `mayfly-cookies.txt` auf: Löschen Sie die Datei danach. Von Seiten dieses Servers geht das Cookie von selbst mit.',
  'docs.after-order':
    'Bestellen Sie zuerst einen Tarif ohne Schlüssel, über die [MailFade-API](/docs/mailfade#orderKey).',
  'docs.after-paid': 'Zuerst muss die Bestellung bezahlt sein.',
  'docs.answers-event': 'Antwort {status}, von einem Ereignis das data',
  'docs.answers': 'Antwort {status}',
  'docs.answers-nothing': 'Die Antwort ist 204 ohne Inhalt: erledigt.',
  'docs.answers-text': 'Die Antwort ist {status} mit dem Inhalt selbst, nicht mit JSON.',
  'docs.variables.title': 'Variablen, die Sie wählen',
  'docs.variable.ADDRESS': 'Eine Adresse bei einer Domain dieses Servers, etwa `{address}`.',
  'docs.variable.OWN_ADDRESS': 'Eine weitere solche Adresse, für ein Postfach Ihres Kontos.',
  'docs.variable.MAILBOX_PASSWORD': 'Ein Passwort für das Postfach, mindestens 6 Zeichen.',
  'docs.variable.COLLEAGUE_ID': 'Die Id eines anderen Mitglieds, aus der Liste der Mitglieder.',
  'docs.variable.MAYFLY_EMAIL': 'Die E-Mail-Adresse, mit der Sie sich anmelden, für das, was kein Schlüssel darf.',
  'docs.variable.MAYFLY_PASSWORD': 'Ihr Passwort dazu.',
  'docs.variable.NEW_EMAIL': 'Die E-Mail-Adresse eines neuen Kontos.',
  'docs.variable.NEW_PASSWORD': 'Ein neues Passwort mit mindestens 8 Zeichen.',
  'docs.variable.ORDER_ID':
    'Die Id einer Bestellung, die ohne Schlüssel gemacht wurde: Sie steht in der Adresse ihrer Seite.',
  'docs.variable.ORDER_SECRET': 'Was hinter dem „#“ dieser Adresse steht.',

  'docs.limits.title': 'Grenzen',
  'docs.limits.text':
    'Jeder Tarif hat seine eigenen Zahlen; dies sind die dieses Servers, so wie sie gerade sind. Was Sie verbraucht haben, steht unter [Tarif und Verbrauch](/app/plan).',
  'docs.limits.table': 'Die Tarife dieses Servers',
  'docs.limits.plan': 'Tarif',
  'docs.limits.minute': 'Aufrufe je Minute',
  'docs.limits.day': 'Aufrufe am Tag',
  'docs.limits.month': 'Aufrufe im Monat',
  'docs.limits.inboxes': 'Neue Postfächer am Tag',
  'docs.limits.active': 'Postfächer zugleich',
  'docs.limits.life': 'Längste Lebensdauer',
  'docs.limits.kept': 'Mails bleiben',
  'docs.limits.none': 'unbegrenzt',
  'docs.limits.anonymous': 'ohne Konto',
  'docs.limits.number': '{count}',
  'docs.limits.mailcx':
    'Ohne Schlüssel hat eine Adresse im Internet {second} Aufrufe je Sekunde und darf {day} Postfächer am Tag anlegen. Ein Postfach, das {idle} Tage lang niemand benutzt, endet.',
  'docs.limits.mailfade': 'Ohne Schlüssel hat eine Adresse im Internet {calls} Aufrufe am Tag.',
  'docs.limits.burst': '{count} (bis {burst} auf einmal)',
  'docs.limits.wait':
    'Ist eine Grenze erreicht, ist die Antwort 429; ihr Header `Retry-After` sagt, wie viele Sekunden zu warten sind.',

  'docs.errors.title': 'Fehler',
  'docs.errors.text':
    'Richten Sie sich nach Status und Code, nicht nach dem Satz, denn der kann sich ändern. Das bekommt ein falscher Schlüssel:',
  'docs.errors.table': 'Fehler dieser API',
  'docs.errors.status': 'Status',
  'docs.errors.code': 'Code',
  'docs.errors.when': 'Was geschehen ist, und was hilft',

  'docs.browser.title': 'Aus dem Browser',
  'docs.browser.text':
    'Was eine Seite sendet, können ihre Besucher lesen, auch den Schlüssel. Legen Sie deshalb für die Seite einen eigenen Schlüssel an, mit **erlaubten Domains**: den Hosts, deren Seiten ihn benutzen dürfen, einer pro Zeile.',
  'docs.browser.patterns':
    '`example.com` ist dieser Host allein, `*.example.com` auch alles darunter, und `localhost:3000` Ihr eigener Rechner beim Entwickeln.',
  'docs.browser.example':
    'Ein Browser sagt von sich aus in `Origin`, von welcher Seite ein Aufruf kommt. Diese Beispiele tun es von Hand, mit einem Schlüssel, der auf `app.example.com` beschränkt ist; von anderswo wird er abgewiesen.',
  'docs.browser.limits':
    'Ein Programm kann jede Herkunft behaupten. Beschränkungen halten fremde Seiten davon ab, Ihren Schlüssel zu benutzen; geheim machen sie ihn nicht. Geben Sie einem solchen Schlüssel wenig Rechte und ein Ende.',

  'docs.keep.title': 'Schlüssel sicher aufbewahren',
  'docs.keep.manager':
    'Bewahren Sie sie in einem Secret-Manager oder in den Secrets Ihrer CI auf und geben Sie sie Programmen als Umgebungsvariablen.',
  'docs.keep.git':
    'Ein Schlüssel gehört nie in die Versionsverwaltung, ein Container-Image, eine Webseite oder einen Chat. Ist es doch passiert, widerrufen Sie ihn: Ein späterer Commit nimmt nichts zurück.',
  'docs.keep.each':
    'Legen Sie für jedes Programm einen eigenen Schlüssel an, nach ihm benannt. So können Sie einen widerrufen, ohne die anderen anzuhalten.',
  'docs.keep.little': 'Geben Sie jedem Schlüssel nur, was er braucht: seine APIs, seine Domains, Rechte und ein Ende.',

  'docs.rotate.title': 'Erneuern und widerrufen',
  'docs.rotate.rotate':
    '**Erneuern** unter [API-Schlüssel](/app/keys) gibt einem Schlüssel ein neues Geheimnis, und das alte gilt noch so lange, wie Sie es wählen: Setzen Sie das neue ein, sehen Sie nach, ob es geht, und lassen Sie das alte auslaufen.',
  'docs.rotate.revoke':
    '**Widerrufen** beendet einen Schlüssel sofort und endgültig. Tun Sie das zuerst, wenn ihn jemand gesehen haben könnte.',
  'docs.rotate.program': 'Programme können beides, in der [Mayfly-API](/docs/native#keyRotate).',
  'docs.rotate.marks':
    'Die Liste markiert Schlüssel, die 90 Tage lang unbenutzt oder älter als 180 Tage sind: Widerrufen Sie die einen, erneuern Sie die anderen.',

  'try.lead':
    'Alles, was diese API kann, so wie es ihr OpenAPI-Dokument sagt (auf Englisch). Klappen Sie einen Aufruf auf, füllen Sie ihn aus und senden Sie ihn: Er läuft wirklich, mit Ihren eigenen Daten.',
  'try.key': 'Schlüssel oder Token',
  'try.key-hint': 'Fügen Sie einen ein. Er bleibt im Speicher dieses Tabs und ist mit ihm weg.',
  'try.by': 'Wer ruft auf',
  'try.by-bearer': 'Der Schlüssel, in Authorization',
  'try.by-header': 'Der Schlüssel, in X-API-Key',
  'try.by-session': 'Ich, angemeldet als {email}',
  'try.by-nobody': 'Niemand',
  'try.find': 'Aufruf suchen',
  'try.none': 'Kein Aufruf hat das in seinem Pfad oder seiner Beschreibung.',
  'try.count': { one: '{count} Aufruf', other: '{count} Aufrufe' },
  'try.parameters': 'Parameter',
  'try.required': 'nötig',
  'try.body': 'Inhalt (JSON)',
  'try.body-wrong': 'Das ist noch kein JSON.',
  'try.missing': 'Füllen Sie {names} aus.',
  'try.send': 'Senden',
  'try.stop': 'Anhalten',
  'try.sending': 'Die Antwort steht noch aus …',
  'try.answer': 'Die Antwort',
  'try.request': 'Anfrage',
  'try.body-came': 'Inhalt der Antwort',
  'try.empty': 'Die Antwort hat keinen Inhalt.',
  'try.bytes': 'Das sind Bytes, {size}; sie werden nicht gezeigt.',
  'try.cut': 'Nur der Anfang wird gezeigt.',
  'try.curl': 'Dasselbe mit curl',
  'try.no-key': 'Dieser Aufruf braucht einen Schlüssel: Fügen Sie oben einen ein.',
  'try.socket': 'Das ist ein WebSocket: Die Anleitung sagt, wie man mit ihm spricht.',
  'try.answers': 'Antworten: {statuses}',
  'try.failed': 'Das Dokument dieser API ließ sich nicht laden.',
  'try.broken': 'Es kam keine Antwort: Die Verbindung brach ab oder wurde angehalten.',
}

export const groups: GuideWords['groups'] = {
  service: 'Der Server',
  account: 'Konto',
  mailboxes: 'Postfächer',
  mail: 'Mails',
  attachments: 'Anhänge',
  archive: 'Archiv',
  domains: 'Domains',
  keys: 'Schlüssel',
  webhooks: 'Webhooks',
  team: 'Team',
  plans: 'Tarife',
  session: 'Anmelden',
  orders: 'Bestellungen',
  operator: 'Für den Betreiber: der Server',
  tenants: 'Für den Betreiber: Konten',
}

export const meanings: GuideWords['meanings'] = {
  'wrong-input': 'Etwas an der Anfrage stimmt nicht. Die Antwort sagt, was; ändern Sie es und senden Sie noch einmal.',
  'wrong-field': 'Dieses Feld fehlt oder ist falsch. Sehen Sie sich das Beispiel des Aufrufs an.',
  'no-key':
    'Der Schlüssel fehlt, ist falsch, widerrufen oder abgelaufen. Prüfen Sie ihn, und ob er so gesendet wird wie in dieser Anleitung.',
  'wrong-password': 'Es gibt kein Postfach mit dieser Adresse und diesem Passwort.',
  'key-over':
    'Der Schlüssel wurde widerrufen, oder das Bezahlte ist abgelaufen. Zahlen Sie wieder, oder nehmen Sie einen anderen Schlüssel.',
  'may-not':
    'Der Schlüssel ist gut, aber nicht hierfür: andere API, andere Seite, andere Domain, andere Rechte, oder ein gesperrtes Konto.',
  'plan-lacks': 'Der Tarif enthält das nicht. Lassen Sie es weg, oder bitten Sie um einen anderen Tarif.',
  'not-yours': 'Das gehört jemand anderem oder ist nicht offen. Nehmen Sie, was Ihr eigenes Konto geöffnet hat.',
  'not-there': 'So etwas haben Sie nicht, oder nicht mehr; oder der Pfad ist falsch.',
  over: 'Die Zeit dieser Mail ist um.',
  taken: 'Diese Adresse hat schon jemand. Wählen Sie eine andere.',
  conflict: 'Das gibt es schon, oder es muss bleiben: Sehen Sie zuerst in die Liste.',
  'domain-not-here': 'Diese Domain gibt es hier nicht, oder nicht für Sie. Fragen Sie nach der Liste der Domains.',
  'domain-lapsed': 'Die DNS-Einträge Ihrer Domain sind weg. Setzen Sie sie wieder und lassen Sie sie prüfen.',
  'too-large': 'Die Anfrage ist größer, als dieser Server annimmt.',
  'calls-used-up': 'Zu viele Aufrufe. Warten Sie so lange, wie `Retry-After` sagt.',
  'quota-used-up': 'Mehr davon hat der Tarif nicht. Entfernen Sie eins, oder warten Sie bis zum nächsten Tag (UTC).',
  'no-mail-yet': 'Keine solche Mail kam rechtzeitig. Warten Sie noch einmal, mit dem `cursor` der Antwort.',
  'unexpected-mail': 'Eine Mail kam, obwohl Sie keine erwartet haben.',
  'rail-missing': 'Diesen Zahlungsweg gibt es gerade nicht. Nehmen Sie einen anderen.',
  'dns-silent': 'Kein Nameserver konnte sagen, wie es um die Einträge steht. Versuchen Sie es später.',
  off: 'Der Betreiber hat diese API abgeschaltet, oder der Server kann sie gerade nicht beantworten.',
  'cannot-now': 'Der Server kann das gerade nicht. Versuchen Sie es bald wieder.',
  defect: 'Im Server ist etwas schiefgegangen. Nennen Sie dem Betreiber die `X-Request-Id` der Antwort.',
}
