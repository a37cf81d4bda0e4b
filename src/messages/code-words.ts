// The words by which one-time passwords are known, and those by which other numbers are, all in lower case.
// Words of spaced scripts are matched whole; phrases of the others (and of scripts that glue particles on) anywhere.

const words = (text: string) => text.trim().split(/\s+/)

/** Heads that are enough by themselves. */
export const STRONG_HEADS = new Set(
  words(`
    otp otps passcode passcodes onetimecode tan mtan 2fa totp
    einmalcode einmalpasswort einmalkennwort einmal-code einmal-passwort
    jednorazowe engångskod engångslösenord engangskode engangskoden engangsadgangskode engangspassord
    kertakäyttökoodi kertakäyttösalasana kertakoodi vahvistuskoodi vahvistuskoodisi todennuskoodi turvakoodi
    verificatiecode beveiligingscode bevestigingscode toegangscode inlogcode
    verifieringskod verifikationskod bekräftelsekod säkerhetskod inloggningskod
    verifikationskode verifiseringskode bekræftelseskode bekreftelseskode sikkerhedskode sikkerhetskode pinkode pinkod
    bestätigungscode sicherheitscode verifizierungscode verifikationscode zugangscode anmeldecode aktivierungscode
    prüfcode authentifizierungscode freischaltcode logincode
  `),
)

/** Heads that mean it unless a neighbour says otherwise. */
export const HEADS = new Set(
  words(`
    code codes pin pins token tokens
    codul código códigos codigo codigos codice codici clave contraseña
    kod kody kodu kodem kodów kód kódu kódem kódja
    koden koder kode kodet kodene koodi koodia koodin koodisi koodilla
    код кода коду кодом коде коды коди пароль пін-код пин-код
    kodunuz kodunuzu kodun koduna kodudur kodunuzdur şifre şifreniz şifrenizi parola
    κωδικός κωδικό κωδικού κωδικος κωδικο
    कोड ओटीपी पिन
    کد كد کدی
    password passwort kennwort wachtwoord lösenord hasło heslo salasana
  `),
)

/** Heads that count only beside a word from GOOD: a password is rarely short-lived. */
export const HEADS_IN_COMPANY = new Set(
  words(`
    password passwort kennwort wachtwoord lösenord hasło heslo salasana пароль parola şifre şifreniz şifrenizi clave
    contraseña token tokens κωδικός κωδικό κωδικού κωδικος κωδικο
  `),
)

/** Neighbours of a head that make sure of it. */
export const GOOD = new Set(
  words(`
    verification verify verifying security login log-in sign-in signin log-on confirmation confirm authentication auth
    authorization authorisation authorize access one-time onetime single-use temporary activation validation two-factor
    two-step multi-factor mfa 2fa otp account email e-mail sms recovery reset device pairing magic dynamic passcode
    bestätigung bestätigungs sicherheits verifizierung anmeldung anmelde login einmal einmaliger einmaliges zugang
    vérification sécurité connexion confirmation authentification validation d'accès d'activation unique temporaire
    verificación seguridad acceso confirmación autenticación activación único único-uso temporal inicio
    verificação segurança acesso confirmação autenticação ativação única temporário
    verifica sicurezza accesso conferma autenticazione attivazione monouso temporaneo
    verificatie beveiliging eenmalig eenmalige inlog toegang
    weryfikacyjny weryfikacyjnego weryfikacji bezpieczeństwa potwierdzający logowania jednorazowy jednorazowe
    jednorazowego dostępu aktywacyjny autoryzacyjny
    ověřovací bezpečnostní potvrzovací jednorázový jednorázové přihlašovací aktivační
    подтверждения проверки безопасности доступа входа одноразовый одноразового активации верификации проверочный
    підтвердження перевірки безпеки доступу входу одноразовий активації верифікації
    doğrulama güvenlik onay giriş tek kullanımlık aktivasyon
    επαλήθευσης ασφαλείας μίας επιβεβαίωσης πρόσβασης σύνδεσης χρήσης
    सत्यापन सुरक्षा लॉगिन
    تایید تأیید تائید ورود یکبار مصرف موقت امنیتی امنیت فعالسازی فعال هویت احراز بازیابی دسترسی پویا
    verifikasi keamanan konfirmasi masuk otentikasi
    engångs engangs bekreftelse
  `),
)

/** Neighbours of a head that make it another thing: a promo code, an error code, a postcode. */
export const BAD = new Set(
  words(`
    zip postal post promo promotion promotional discount coupon voucher gift referral refer error status area country
    bar qr source dress tax currency sort swift bank product item booking reservation tracking reference exit sku http
    response color colour morse iso penal civil building shipping savings offer deal cheat vin hs naics conduct
    postleitzahl gutschein rabatt aktions fehler länder farb
    promotionnel promotionnelle réduction remise barres d'erreur erreur parrainage cadeau
    descuento promocional cupón barras error fuente país
    desconto cupom barras erro fonte
    sconto fiscale promozionale barre errore avviamento
    kortings kortingscode actie fout land
    rabatowy promocyjny pocztowy kreskowy błędu
    slevový chyby čárový poštovní směrovací
    скидки промо ошибки почтовый штрих купона
    знижки помилки поштовий
    indirim promosyon hata posta kupon
    diskon pos voucher kesalahan
    پستی تخفیف خطا خطای رهگیری پیگیری ملی سفارش محصول کالا معرف هدیه
  `),
)

/** Told apart from heads by their script; found anywhere. */
export const PHRASES = [
  // Chinese
  '验证码',
  '驗證碼',
  '校验码',
  '校驗碼',
  '动态码',
  '動態碼',
  '动态密码',
  '確認碼',
  '确认码',
  '安全码',
  '安全碼',
  '一次性密码',
  '一次性密碼',
  '登录码',
  '登入碼',
  '授权码',
  '認證碼',
  // Japanese
  '認証コード',
  'コード',
  '確認コード',
  'セキュリティコード',
  '検証コード',
  'ワンタイムパスワード',
  'パスコード',
  '認証番号',
  '確認番号',
  'ログインコード',
  '暗証番号',
  // Korean
  '인증번호',
  '인증 번호',
  '인증코드',
  '인증 코드',
  '확인코드',
  '확인 코드',
  '보안코드',
  '보안 코드',
  '일회용 비밀번호',
  '로그인 코드',
  // Arabic
  'رمز',
  'الرمز',
  'كود',
  'كلمة مرور لمرة واحدة',
  // Persian
  'رمز یکبار مصرف',
  'رمز یک بار مصرف',
  'رمز پویا',
  // Hebrew
  'קוד',
  'סיסמה חד פעמית',
  'סיסמה חד-פעמית',
  // Hindi
  'सत्यापन कोड',
  'वन टाइम पासवर्ड',
  'वन-टाइम पासवर्ड',
  // Thai
  'รหัส',
  // Vietnamese
  'mã xác nhận',
  'mã xác minh',
  'mã xác thực',
  'mã bảo mật',
  'mã otp',
  'mã đăng nhập',
  'mã kích hoạt',
  'mã pin',
  'mã của bạn',
  // Romance and others in several words
  'contraseña de un solo uso',
  'mot de passe à usage unique',
] as const

/** Phrases that begin like a code's and are another thing. */
export const OTHER_PHRASES = [
  '优惠码',
  '優惠碼',
  '邮政编码',
  'クーポンコード',
  'エラーコード',
  'バーコード',
  'qrコード',
  'ソースコード',
  '商品コード',
  'プロモコード',
  '国コード',
  '郵便番号',
  '할인 코드',
  '우편번호',
  'رمز بريدي',
  'الرمز البريدي',
  'رمز الخصم',
  'קוד קופון',
  'קוד הנחה',
  'רמז',
  'รหัสไปรษณีย์',
  'รหัสส่วนลด',
  'รหัสสินค้า',
] as const

/** Verbs of asking for a code, when it stands right behind: "Enter 482913 to sign in". */
export const ASKING = new Set(
  words(`
    enter use type input insert submit eingeben verwende verwenden nutze saisissez utilisez entrez introduce
    ingresa utiliza usa insira digite inserisci utilizza gebruik voer wpisz użyj zadejte použijte ange använd brug
    bruk indtast skriv syötä käytä введите используйте введіть використовуйте girin kullanın
  `),
)

/** What such a sentence goes on to: "… to verify your email". */
export const PURPOSES = new Set(
  words(`
    verify confirm login log-in sign-in signin authenticate activate complete bestätigen anmelden vérifier confirmer
    connecter verificar confirmar iniciar acceder entrar verificare confermare accedere bevestigen inloggen
    potwierdzić zweryfikować zalogować ověřit potvrdit přihlásit bekräfta verifiera logga bekræft bekreft vahvista
    подтвердить войти подтверждения входа підтвердити увійти doğrulamak
  `),
)

/** Between a head and its code: "your code is", "Ihr Code lautet". */
export const COPULAS = new Set(
  words(`
    is are ist lautet lauten est es é è son jest to brzmi är er on je zní это είναι является is-: é: adalah là है işte
    olarak şudur below follows following unten suit siguiente seguinte seguente
  `),
)

/** Nouns whose numbers are no codes, when they stand right before one or belong to it. */
export const OTHER_NUMBERS =
  'order|orders|invoice|receipt|tracking|shipment|parcel|package|ticket|case|reference|ref|account|acct|a\\/c|customer|client|' +
  'member|membership|phone|tel|telephone|mobile|call|fax|dial|booking|reservation|flight|gate|seat|room|suite|apt|' +
  'apartment|p\\.?o\\.? ?box|box|card|iban|transaction|txn|policy|serial|model|sku|item|version|build|issue|pull request|' +
  'commit|patent|rfc|license|licence|registration|company|vat|abn|page|chapter|article|section|zip|postcode|plz|' +
  'copyright|since|year|id|' +
  'bestellung|bestell-nr|rechnung|kunde|auftrag|sendung|vorgang|telefon|konto|ust-id|hrb|' +
  'commande|facture|colis|client|dossier|téléphone|tél|siret|siren|rcs|compte|' +
  'pedido|factura|envío|cliente|teléfono|cuenta|fatura|encomenda|telefone|conta|nif|cnpj|cpf|' +
  'ordine|fattura|spedizione|telefono|conto|p\\.?iva|' +
  'bestelling|factuur|klant|kvk|telefoon|zamówienia|zamówienie|faktury|faktura|klienta|konta|nip|regon|tel|' +
  'objednávka|objednávky|faktury|ičo|dič|ordre|ordernummer|beställning|faktura|tilaus|tilauksen|lasku|y-tunnus|' +
  'заказ|заказа|заказу|счет|счёт|счета|накладной|телефон|тел|клиента|договор|договора|инн|огрн|замовлення|рахунок|' +
  'sipariş|fatura|telefon|müşteri|παραγγελία|παραγγελίας|τιμολόγιο|τηλέφωνο|τηλ|' +
  'pesanan|faktur|telepon|đơn hàng|hóa đơn|hotline|điện thoại|ऑर्डर|फ़ोन'

/** The same, in scripts without spaces or with words glued on. */
export const OTHER_NUMBERS_GLUED =
  '订单|訂單|单号|單號|发票|發票|电话|電話|客服|编号|編號|注文番号|注文|請求書|お客様番号|会員番号|問い合わせ番号|伝票番号|주문번호|주문 번호|송장|전화|고객번호|' +
  'หมายเลขคำสั่งซื้อ|คำสั่งซื้อ|ใบแจ้งหนี้|โทร|หมายเลขพัสดุ|رقم الطلب|الطلب|طلب|فاتورة|الفاتورة|هاتف|الهاتف|سفارش|فاکتور|تلفن|הזמנה|ההזמנה|חשבונית|טלפון'

/** What a quantity is counted in, right behind the number. */
export const UNITS =
  'minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|seconds?|secs?|ms|px|pt|kb|mb|gb|tb|km|kg|cm|mm|ml|mi|miles?|' +
  'points?|pts|users?|people|members?|customers?|items?|times|characters?|digits?|words?|credits?|coins?|steps?|' +
  'minuten?|stunden?|tagen?|sekunden?|wochen?|monaten?|jahren?|uhr|punkte|minutes?|heures?|jours?|secondes?|semaines?|mois|ans|' +
  'minutos?|horas?|días?|dias?|segundos?|semanas?|meses|años|anos|minuti|minuto|ore|ora|giorni|secondi|' +
  'minuten|uur|uren|dagen|seconden|minut|minuty|godzin|godziny|dni|sekund|minut|hodin|minuter|timmar|dagar|minutter|timer|' +
  'dage|dager|timer|minuuttia|minuutin|tuntia|минут|минуты|минуту|часов|часа|дней|секунд|хвилин|хвилини|годин|днів|' +
  'dakika|saat|gün|saniye|λεπτά|ώρες|ημέρες|دقيقة|دقائق|ساعة|ساعات|دقیقه|ثانیه|ساعت|روز|ماه|سال|דקות|שעות|ימים|मिनट|घंटे|phút|giờ|ngày|menit|jam|hari'

export const UNITS_GLUED =
  '分钟|分鐘|分|小时|小時|时间|時間|秒|天|日|年|月|个|個|次|名|人|円|元|块|塊|円|분|시간|초|일|년|월|원|명|개|นาที|ชั่วโมง|วัน|บาท|ปี'

/** Names of money beside an amount. */
export const MONEY =
  'usd|eur|gbp|jpy|cny|rmb|inr|rs|rub|uah|try|tl|pln|zł|czk|kč|sek|nok|dkk|kr|chf|cad|aud|brl|mxn|krw|idr|rp|vnd|đ|thb|' +
  'ils|aed|sar|egp|ریال|تومان|hkd|twd|nt|sgd|euros?|dollars?|pounds?|руб|рублей|рубля|грн|гривень|лв|kn|ft|lei|ron|r'

/** Names of months, beside which a number is a year. */
export const MONTHS =
  'jan|january|januar|janvier|enero|janeiro|gennaio|januari|stycznia|ledna|января|січня|ocak|feb|february|februar|février|' +
  'febrero|fevereiro|febbraio|februari|lutego|února|февраля|лютого|şubat|mar|march|märz|mars|marzo|março|maart|marca|' +
  'března|марта|березня|mart|apr|april|avril|abril|aprile|kwietnia|dubna|апреля|квітня|nisan|may|mai|mayo|maio|maggio|mei|' +
  'maja|května|мая|травня|mayıs|jun|june|juni|juin|junio|junho|giugno|czerwca|června|июня|червня|haziran|jul|july|juli|' +
  'juillet|julio|julho|luglio|lipca|července|июля|липня|temmuz|aug|august|août|agosto|augustus|augusti|sierpnia|srpna|' +
  'августа|серпня|ağustos|sep|sept|september|septembre|septiembre|setembro|settembre|września|září|сентября|вересня|eylül|' +
  'oct|october|oktober|octobre|octubre|outubro|ottobre|października|října|октября|жовтня|ekim|nov|november|novembre|' +
  'noviembre|novembro|listopada|listopadu|ноября|листопада|kasım|dec|december|dezember|décembre|diciembre|dezembro|' +
  'dicembre|grudnia|prosince|декабря|грудня|aralık'
