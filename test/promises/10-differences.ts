// Where a digest differs from the tree that stands beside a mail, each with the reason. An entry is the mail, what it is
// about, and (`out`) that mime4j's rewritten mail is meant; a Stalwart entry holds for the mail with LF and with CRLF.

export const differences: Record<string, string[]> = {
  'utf-7 is read as ASCII: decoding it costs seconds, and only attacks still use it': [
    ...of('stalwart/legacy/', ['001 text', '005 text', '034 text']),
  ],
  'raw 8-bit bytes are guessed where the tree has U+FFFD': [
    ...of('stalwart/legacy/', ['010 subject', '010 to', '016 names', '017 to', '020 subject', '020 to', '022 subject']),
    ...of('stalwart/legacy/', ['022 to', '023 names', '026 names', '026 contents', '027 subject', '027 to']),
    ...of('stalwart/legacy/', ['052 subject', '052 to', '052 text']),
  ],
  'names of attachments are made safe: no path, no colon, white space once, 120 characters': [
    ...of('stalwart/', ['legacy/035 names', 'legacy/039 names', 'rfc/001 names']),
    ...of('mime4j-mimetools/', ['multi-2evil names', 'multi-nested names', 'multi-nested2 names', 'twopart names']),
  ],
  'a multipart without a part of its own has no attachment': [
    ...both('stalwart/malformed/', ['001', '002', '003', '004', '006', '007', '017']),
  ],
  'the delimiter of an outer part ends the inner ones (RFC 2046 §5.1.2)': [
    ...both('stalwart/malformed/', ['008', '009', '011']),
    ...of('stalwart/malformed/', ['008 text', '009 text', '011 text']),
  ],
  'of two Content-Type fields the first counts, so that the mail is multipart, and its parts are read': [
    ...of('stalwart/malformed/', ['020 text', '021 text']),
  ],
  'a part that was left is not begun again by its delimiter': [
    ...both('stalwart/malformed/', ['016']),
    'stalwart/malformed/016 text',
  ],
  'every part of multipart/digest is a mail (RFC 2046 §5.1.5)': both('stalwart/malformed/', ['012']),
  'a header cut short takes the first line of the body': ['stalwart/malformed/019 html'],
  'what says that it is a mail is listed as one, though it has no header': ['stalwart/malformed/022 contents'],
  'base64 that is none is decoded as far as it goes, where the tree gives it up for text': [
    'stalwart/rfc/000 contents',
  ],
  'plain bodies between html ones are shown among them': ['stalwart/rfc/007 html'],
  'NUL is left out: SQLite would take it for the end': ['stalwart/thirdparty/000 text'],
  'what follows in one body is of that body': [
    ...of('stalwart/thirdparty/', ['002 text', '005 text']),
    ...both('stalwart/thirdparty/', ['002']),
  ],
  'the delimiters in an attached mail are its own': both('stalwart/thirdparty/', ['015']),
  'base64 is decoded beyond its padding: some senders join pieces that were encoded apart': [
    ...of('mime4j-mimetools/', ['multi-frag contents', 'multi-frag out contents']),
  ],
  'mime4j gives parts without a body an empty line when it writes them': ['mime4j-mimetools/double-bound out html'],
  'a delimiter is a whole line but for blanks: boundaries of nested parts often begin alike': [
    ...of('mime4j-testmsgs/', ['ending-boundaries text', 'ending-boundaries out text']),
  ],
  'a line that is no field is passed over, and the fields behind it count (as in mime4j of malformedHeader-*)': [
    ...of('mime4j-testmsgs/malformedHeaderStartsBody-nocrlfcrlf ', ['headers', 'text', 'out headers', 'out text']),
  ],
  'a mail without any field is all body: mime4j of malformedHeader-* drops it, of malformedHeaderStartsBody-* cuts off its end':
    [
      ...of('mime4j-testmsgs/malformedHeader-noheader ', ['text', 'out text']),
      ...of('mime4j-testmsgs/malformedHeaderStartsBody-noheader ', ['text', 'out text']),
    ],
  'blanks at the end of a boundary do not count: it has none (RFC 2046 §5.1.1), and they get lost on the way': [
    ...of('mime4j-testmsgs/', ['weird-boundary text', 'very-long-boundary text']),
  ],
  'a boundary longer than 998 bytes parts nothing: no line may be longer (RFC 5322 §2.1.1)': [
    'mime4j-testmsgs/very-very-long-boundary text',
  ],
}

function of(start: string, ends: string[]): string[] {
  return ends.map((end) => `${start}${end}`)
}

/** An attachment more or fewer shows in both facts about attachments. */
function both(start: string, names: string[]): string[] {
  return names.flatMap((name) => [`${start}${name} names`, `${start}${name} contents`])
}
