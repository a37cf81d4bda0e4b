// A mail with two bodies and two attachments.
const parts = [
  'Content-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\nContent-Type: text/plain\r\n\r\nHello text\r\n--y\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>html</b></p>\r\n--y--',
  'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\n\r\nabc',
  'Content-Type: text/html\r\nContent-Disposition: attachment; filename="page.html"\r\n\r\n<script>',
]

export const multipart = {
  headers: { 'Content-Type': 'multipart/mixed; boundary=x' },
  body: `${parts.map((part) => `--x\r\n${part}\r\n`).join('')}--x--\r\n`,
}
