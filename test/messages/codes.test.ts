import { describe, expect, test } from 'bun:test'
import { codes } from '../../src/messages/codes.ts'

type Example = [subject: string, text: string, expected: string[]]

// One row a mail, as services really write them, and the codes that a reader would type in.
const found: Record<string, Example[]> = {
  English: [
    [
      'Your verification code',
      'Hi Jane,\n\nYour verification code is 482913.\n\nIt expires in 10 minutes.',
      ['482913'],
    ],
    ['482913 is your Pigeon code', 'Use this code to sign in.', ['482913']],
    ['Sign in', 'Use 730114 to sign in to Pigeon.', ['730114']],
    ['Confirm it is you', 'Enter 4821 to verify your phone.', ['4821']],
    ['One-time password', 'Your OTP is 918273. Do not share it with anyone.', ['918273']],
    ['Your one time passcode', 'One time passcode: 55012', ['55012']],
    ['Security alert', 'Security code: 123 456', ['123456']],
    ['Login', 'Your login code is 123-456', ['123456']],
    ['Your code', 'Here it is:\n\n  9 3 1 7 0 2\n\nIt is good for five minutes.', ['931702']],
    ['Account', 'G-482913 is your Pigeon verification code.', ['482913']],
    ['Sign in to Pigeon', 'Your temporary Pigeon login code:\n\nX7K-9QZ\n\nThis code can be used once.', ['X7K-9QZ']],
    ['Activate your device', 'Go to the page and enter this code: B4DF-0912', ['B4DF-0912']],
    ['Verify your e-mail', 'Your confirmation code is A1B2C3', ['A1B2C3']],
    ['PIN', 'Your PIN: 0042', ['0042']],
    ['Verify', 'Verification code\n\n**482913**\n\nThanks,\nThe Pigeon team\n© 2024 Pigeon Inc.', ['482913']],
    ['Reset your password', 'Your password reset code is 7739021.', ['7739021']],
    ['2FA', 'Your two-factor authentication code is 99120374', ['99120374']],
    [
      'Your sign-in code',
      'Please enter the following code to sign in\n\n602 118\n\nIf this was not you, call +1 800 555 0199.\nPigeon, 1600 Main Street, CA 94043',
      ['602118'],
    ],
    ['Code', '(382910) is your access code', ['382910']],
    ['Transaction', '123456 is your OTP for a payment of Rs. 5000 at SHOP on card ending 4242.', ['123456']],
    ['Welcome', 'Your verification PIN number is 8841', ['8841']],
    ['Your code', 'Your code is x7k9qz', ['x7k9qz']],
    ['Pigeon', 'Account: jane@example.test\nYour passcode is 2024', ['2024']],
    ['Recovery codes', 'Your recovery codes:\n\n482913\n500127\n938475', ['482913', '500127', '938475']],
    [
      'Order 5551234 confirmed',
      'Order number: 5551234\n\nUse verification code 661204 at the pickup point.',
      ['661204'],
    ],
  ],
  German: [
    ['Ihr Bestätigungscode', 'Ihr Bestätigungscode lautet: 482913', ['482913']],
    ['Anmeldung', '482913 ist Ihr Code für die Anmeldung bei Taube.', ['482913']],
    ['Sicherheit', 'Geben Sie den folgenden Sicherheitscode ein:\n\n77 20 15\n\nEr gilt 10 Minuten.', ['772015']],
    ['TAN', 'Ihre TAN für den Auftrag lautet 331290.', ['331290']],
    ['Einmalpasswort', 'Ihr Einmalpasswort: 8K2P9Q', ['8K2P9Q']],
  ],
  French: [
    ['Votre code', 'Votre code de vérification est 482913.', ['482913']],
    ['Connexion', 'Voici votre code de sécurité :\n\n204 881\n\nIl expire dans 15 minutes.', ['204881']],
    ['Connexion', 'Saisissez 940217 pour vous connecter.', ['940217']],
    ['Mot de passe', 'Votre mot de passe à usage unique est 66180', ['66180']],
  ],
  Spanish: [
    ['Tu código', 'Tu código de verificación es 482913', ['482913']],
    ['Acceso', '593021 es tu código de acceso.', ['593021']],
    ['Clave', 'Su clave temporal es: 7412', ['7412']],
  ],
  Portuguese: [
    ['Seu código', 'Seu código de confirmação é 482913. Ele expira em 30 minutos.', ['482913']],
    ['Acesso', 'Use o código 118204 para entrar.', ['118204']],
  ],
  Italian: [
    ['Il tuo codice', 'Il tuo codice di verifica è 482913', ['482913']],
    ['Accesso', 'Codice di sicurezza:\n90217', ['90217']],
  ],
  Dutch: [
    ['Je code', 'Je verificatiecode is 482913.', ['482913']],
    ['Inloggen', 'Gebruik deze code om in te loggen: 3391', ['3391']],
  ],
  Polish: [
    ['Kod', 'Twój kod weryfikacyjny to 482913', ['482913']],
    ['Logowanie', 'Kod jednorazowy: 120 384', ['120384']],
  ],
  Nordic: [
    ['Verifiera', 'Din verifieringskod är 482913', ['482913']],
    ['Bekræft', 'Din bekræftelseskode er 482913', ['482913']],
    ['Engangskode', 'Engangskoden din er 55120', ['55120']],
    ['Vahvista', 'Vahvistuskoodisi on 482913', ['482913']],
  ],
  Czech: [['Kód', 'Váš ověřovací kód je 482913', ['482913']]],
  Russian: [
    ['Код подтверждения', 'Ваш код подтверждения: 482913', ['482913']],
    ['Вход', '5519 — ваш код для входа. Никому его не сообщайте.', ['5519']],
    ['Пароль', 'Ваш одноразовый пароль 730298', ['730298']],
  ],
  Ukrainian: [['Код', 'Ваш код підтвердження: 482913', ['482913']]],
  Turkish: [['Kod', 'Doğrulama kodunuz: 482913', ['482913']]],
  Greek: [['Κωδικός', 'Ο κωδικός επαλήθευσης είναι 482913', ['482913']]],
  Arabic: [
    ['رمز التحقق', 'رمز التحقق الخاص بك هو 482913', ['482913']],
    ['رمز', 'رمز التحقق: ٤٨٢٩١٣', ['482913']],
  ],
  Persian: [
    ['کد تایید', 'کد تایید شما 482913', ['482913']],
    ['ورود', 'رمز یکبار مصرف: 55 12 90', ['551290']],
    ['ورود', 'رمز یک‌بار مصرف شما: ۵۵۱۲۹۰', ['551290']],
    ['ورود', 'کد ورود ۴۸۲۹۱۳', ['482913']],
    ['ورود', 'كد ورود: ۴۸۲۹', ['4829']],
    ['کبوتر', '۴۸۲۹۱۳ کد تأیید شما است. این کد تا ۱۲۰۰ ثانیه معتبر است.', ['482913']],
    ['فعال‌سازی', 'کد فعال‌سازی:\n\n۴۸۲۹۱', ['48291']],
  ],
  Hebrew: [['קוד אימות', 'קוד האימות שלך הוא 482913', ['482913']]],
  Hindi: [
    ['ओटीपी', 'आपका ओटीपी 482913 है', ['482913']],
    ['सत्यापन', 'आपका सत्यापन कोड है: ४८२९१३', ['482913']],
  ],
  Chinese: [
    ['验证码', '您的验证码是482913，5分钟内有效。', ['482913']],
    ['登录', '【鸽子】验证码：7702，请勿泄露给他人。', ['7702']],
    ['驗證碼', '您的驗證碼為 482913，10分鐘內有效。', ['482913']],
    ['验证码', '您的验证码是４８２９１３', ['482913']],
  ],
  Japanese: [
    ['認証コード', '認証コード：482913\n有効期限は10分です。', ['482913']],
    ['お知らせ', 'コード「482913」を入力してください', ['482913']],
    ['ログイン', 'ワンタイムパスワードは 5029 です。', ['5029']],
    ['確認コードのお知らせ', '以下の確認コードを入力してください。\n\n204918\n\n2024年5月', ['204918']],
  ],
  Korean: [
    ['인증번호', '인증번호는 [482913] 입니다.', ['482913']],
    ['로그인', '인증 코드: 3390', ['3390']],
  ],
  Vietnamese: [['Mã xác nhận', 'Mã xác nhận của bạn là 482913', ['482913']]],
  Indonesian: [['Kode', 'Kode verifikasi Anda adalah 482913. Berlaku 5 menit.', ['482913']]],
  Thai: [
    ['รหัส OTP', 'รหัส OTP ของคุณคือ 482913', ['482913']],
    ['รหัสยืนยัน', 'รหัสยืนยัน: ๔๘๒๙๑๓', ['482913']],
  ],
}

// What looks like a code and is none.
const none: Example[] = [
  ['Newsletter', 'The best of 2023 and 2024. © 2024 Pigeon Inc.', []],
  ['Your receipt', 'Total: $1299\nPaid with card ending in 4242 on 2024-05-12 at 18:30.', []],
  ['Your order', 'Your order number is 48291377. Track it with tracking number 99120374123.', []],
  ['Order confirmation', 'Order #482913 is confirmed.', []],
  ['Call us', 'Questions? Call 800 555 0199 or +49 30 1234567.', []],
  ['Session', 'This link expires in 1000 minutes.', []],
  ['Your code expires', 'The code we sent you expires in 1440 minutes.', []],
  ['Sale', 'Use promo code SAVE2024 for 20% off 1,299 items.', []],
  ['Sale', 'Your discount code: SPRING25', []],
  ['Moving?', 'Please check your ZIP code: 94107', []],
  ['Umzug', 'Ihre Postleitzahl: 10115 Berlin', []],
  ['Colours', 'The background is #482913 and the code for it is in the repository.', []],
  ['Build failed', 'Error code 50321 in step 4 of 1200 steps.', []],
  ['Invoice', 'Invoice 20240517 over 4.500,00 EUR is due on 12.06.2024.', []],
  ['Rechnung', 'Ihre Rechnungsnummer: 7738291, Kundennummer 482913', []],
  ['Facture', 'Votre numéro de commande : 482913', []],
  ['Pedido', 'Su número de pedido: 482913', []],
  ['Заказ', 'Номер заказа: 482913. Сумма 5000 руб.', []],
  ['订单', '您的订单号：482913001，金额 1299 元。', []],
  ['ご注文', 'ご注文番号：4829130 合計 1299円', []],
  ['주문', '주문번호: 482913, 금액 12990원', []],
  ['Ticket', 'Ticket 482913 was updated. Case number: 00991204.', []],
  ['Welcome', 'Pigeon GmbH, Hauptstr. 1200, 10115 Berlin. HRB 48291', []],
  ['Verify your e-mail', 'Click https://example.test/verify?code=482913 to verify your e-mail.', []],
  ['Verify your e-mail', 'Verify jane482913@example.test by the link below.', []],
  ['Meeting', 'Meeting on 12/05/2024 at 10:30, room 4021, code of conduct applies since 2019.', []],
  ['Weekly digest', '5000 users joined, 1200 points earned, 12345 people verified their e-mail.', []],
  ['Source code', 'We moved 1500 lines of source code to a new place.', []],
  ['Gutschein', 'Ihr Gutscheincode: HERBST24', []],
  ['Code promo', 'Votre code promo : NOEL2024', []],
  ['Payment', 'You paid 482913 JPY and 1200 kr.', []],
  ['Security', 'Your account ****4829 was used to sign in from 192.0.2.14 (port 50312).', []],
  ['Version', 'Version 20.11.1 (build 482913) fixes CVE-2024-12345 and RFC 5322.', []],
  ['Parcel', 'Your parcel JD0146000029 arrives on May 12 2024.', []],
  ['优惠', '您的优惠码：SAVE2024', []],
  ['Statement', 'Your account 12345678 has a balance of 1024. Sort code 20-30-40', []],
  ['Flight', 'Booking code: ABC123, flight LH 4821, gate 1204', []],
  ['[repo] Fix token refresh (#4821)', 'Commit 8f3a2c1 pushed by jane. Closes #4820.', []],
  ['سفارش', 'کد پستی: ۱۲۳۴۵۶۷۸۹۰', []],
  ['سفارش', 'کد تخفیف: SAVE2024', []],
  ['سفارش', 'شماره سفارش: ۴۸۲۹۱۳ مبلغ ۱۲۹۹۰ تومان، کدام روز؟', []],
  ['エラー', 'エラーコード：50321', []],
  ['Product', 'Buy the SM-G991B or the WH-1000XM5, now with UTF-8 and COVID19 discounts.', []],
]

describe('codes are found', () => {
  for (const [language, examples] of Object.entries(found)) {
    test.each(examples)(`${language}: %s | %s`, (subject, text, expected) => {
      expect(codes(subject, text)).toEqual(expected)
    })
  }
})

describe('other numbers are not codes', () => {
  test.each(none)('%s | %s', (subject, text, expected) => {
    expect(codes(subject, text)).toEqual(expected)
  })
})

test('the best comes first, each once, at most ten', () => {
  const many = Array.from({ length: 30 }, (_, at) => `${500000 + at * 7}`).join('\n')
  expect(codes('482913 is your code', `Your code is 482913\n\nBackup codes:\n${many}`)[0]).toBe('482913')
  expect(codes('Your codes', `Backup codes:\n\n${many}`)).toHaveLength(10)
})

test('hostile texts come to an end', () => {
  for (const piece of [
    '1',
    '1 ',
    'a1-',
    'code ',
    'code 1234 ',
    '١',
    'a.',
    '(',
    'x@',
    'https://',
    '验证码',
    '\n',
    '1-1-',
    'A1',
  ]) {
    expect(Array.isArray(codes('code', piece.repeat(400_000)))).toBe(true)
  }
})
