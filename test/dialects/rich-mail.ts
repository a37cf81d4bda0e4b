// A mail with html, a picture that belongs to it, and attachments.
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** A mail with html, a picture in it, and attachments of these names and types. */
export const richMail = (html: string, attachments: [name: string, type: string, body: string][] = []): string =>
  [
    'From: Ann <ann@sender.test>',
    'To: x@mayfly.test',
    'Subject: Rich',
    'MIME-Version: 1.0',
    'Content-Type: multipart/related; boundary=b',
    '',
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    html,
    '--b',
    'Content-Type: image/png',
    'Content-ID: <pixel@x>',
    'Content-Disposition: inline; filename=pixel.png',
    'Content-Transfer-Encoding: base64',
    '',
    pixel,
    ...attachments.flatMap(([name, type, body]) => [
      '--b',
      `Content-Type: ${type}`,
      `Content-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(body).toString('base64'),
    ]),
    '--b--',
    '',
  ].join('\r\n')
