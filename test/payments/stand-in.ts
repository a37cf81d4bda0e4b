// What the stand-ins of both services have in common: a real HTTP server that notes what it is asked, and may misbehave.

export type Asked = { method: string; path: string; query: URLSearchParams; headers: Headers; body: string }

export type Answering = {
  url: string
  got: Asked[]
  /** What it does in the place of answering as it should. */
  trouble: { by: ((asked: Asked) => Response | Promise<Response>) | null }
  [Symbol.asyncDispose]: () => Promise<void>
}

export function answering(answer: (asked: Asked) => Response): Answering {
  const got: Asked[] = []
  const trouble: Answering['trouble'] = { by: null }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    fetch: async (request) => {
      const url = new URL(request.url)
      const { method, headers } = request
      const asked = { method, headers, path: url.pathname, query: url.searchParams, body: await request.text() }
      got.push(asked)
      return trouble.by ? trouble.by(asked) : answer(asked)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    got,
    trouble,
    [Symbol.asyncDispose]: async () => server.stop(true),
  }
}

/** A call as it is sent, to be sent as it is or changed before. */
export type Call = { body: string; headers: Record<string, string> }

export const bytesOf = ({ body }: Pick<Call, 'body'>): Uint8Array => new TextEncoder().encode(body)

export const hmac = (secret: string, text: string): string =>
  new Bun.CryptoHasher('sha256', secret).update(text).digest('hex')

/** Posts it, and again as long as it is not taken, as both services do. Answers all the statuses. */
export async function deliver(url: string, { body, headers }: Call, most = 3): Promise<number[]> {
  const statuses: number[] = []
  while (statuses.length < most && !statuses.some((status) => status >= 200 && status < 300)) {
    const { status } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
    })
    statuses.push(status)
  }
  return statuses
}

const json = { 'content-type': 'application/json' }

/** An answer without an end, as long as somebody reads it. */
function endless(): Response {
  const piece = new TextEncoder().encode(`"${'x'.repeat(64 * 1024)}",`)
  return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(piece) }), { headers: json })
}

/** What may go wrong with any service; `cause`: what the log says of it. */
export const troubles: [name: string, answer: (asked: Asked) => Response | Promise<Response>, cause: string][] = [
  ['an error of its own', () => Response.json({ error: { message: 'oops' } }, { status: 500 }), 'it answered 500'],
  ['too many calls', () => Response.json({ error: { message: 'slow down' } }, { status: 429 }), 'it answered 429'],
  ['HTML', () => new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'text/html' } }), 'could not be read'],
  ['JSON that breaks off', () => new Response('{"id": "cs_1", "url": "https:', { headers: json }), 'could not be read'],
  ['null', () => new Response('null', { headers: json }), 'could not be read'],
  ['a list', () => Response.json([]), 'could not be read'],
  ['nothing', () => new Response('', { headers: json }), 'could not be read'],
  ['other fields', () => Response.json({ ident: 1, url: 5, id: {}, checkoutLink: [] }), 'could not be read'],
  [
    'an address that runs a script',
    () => Response.json({ id: 'x1', url: 'javascript:alert(1)', checkoutLink: 'javascript:alert(1)' }),
    'could not be read',
  ],
  ['without an end', endless, 'the answer is too long'],
  [
    'a redirect',
    () => new Response(null, { status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' } }),
    'redirects are not followed',
  ],
  ['late', () => new Promise<Response>(() => {}), 'it took too long'],
  [
    'the beginning and then nothing',
    () =>
      new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"id":')) }),
        { headers: json },
      ),
    'it took too long',
  ],
]
