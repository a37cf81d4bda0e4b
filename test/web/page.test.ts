// How the page is served: from the sources, and by the executable.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { emptyDirectory, serve as launch } from '../executable/launch.ts'
import { serve } from '../http/serve.ts'

const notice = 'Ends </script><script>alert(1)</script> soon & <b>now</b>'
const env = { MAYFLY_PAGE_NOTICE: notice }

type Served = { url: string; end: () => Promise<void> }

const ways: Record<string, () => Promise<Served>> = {
  'from the sources': async () => {
    const server = await serve(env)
    return { url: server.url, end: () => server[Symbol.asyncDispose]() }
  },
  'by the executable': async () => {
    const directory = emptyDirectory()
    const server = await launch(directory, env)
    const end = async () => {
      await server[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    }
    return { url: `http://127.0.0.1:${server.http}`, end }
  },
}

/** Without undoing what it was packed with. */
const raw = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(url, { method, headers, decompress: false })

const assetsIn = (html: string): string[] =>
  [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => `${path}`)

for (const [way, begin] of Object.entries(ways))
  describe(way, () => {
    let url = ''
    let end = async (): Promise<void> => {}
    beforeAll(async () => {
      ;({ url, end } = await begin())
    }, 60_000)
    afterAll(() => end())

    test('every view begins with the same page, which nobody keeps and no page of others frames', async () => {
      const bodies = new Set<string>()
      for (const path of ['/', '/privacy', '/app', '/app/', '/app/mail/a@mayfly.test/1', '/app/no-such-view']) {
        const answer = await fetch(url + path)
        expect(answer.status).toBe(200)
        expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
        expect(answer.headers.get('cache-control')).toBe('no-store')
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
        expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin')
        bodies.add(await answer.text())
      }
      expect(bodies.size).toBe(1)
    })

    test('the policy lets nothing run but files of this origin, and nothing inline', async () => {
      const answer = await fetch(url)
      const policy = new Map(
        (answer.headers.get('content-security-policy') ?? '').split('; ').map((rule): [string, string] => {
          const [name = '', ...values] = rule.split(' ')
          return [name, values.join(' ')]
        }),
      )
      expect(policy.get('default-src')).toBe("'none'")
      expect(policy.get('script-src')).toBe("'self'")
      expect(policy.get('style-src')).toBe("'self'")
      expect(policy.get('connect-src')).toBe("'self'")
      expect(policy.get('frame-src')).toBe("'self'")
      expect(policy.get('frame-ancestors')).toBe("'none'")
      expect(policy.get('base-uri')).toBe("'none'")
      expect(policy.get('form-action')).toBe("'none'")
      expect([...policy.values()].join(' ')).not.toMatch(/unsafe|\*|https?:/)
      const html = await answer.text()
      const scripts = [...html.matchAll(/<script\b([^>]*)>/g)].map(([, attributes]) => attributes)
      for (const attributes of scripts) expect(attributes).toMatch(/src="\/assets\/|type="application\/json"/)
      expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=/)
    })

    test('what the server says of itself stands in the page, and no notice ends its element', async () => {
      const html = await (await fetch(url)).text()
      const facts = /<script type="application\/json" id="facts">(.*?)<\/script>/s.exec(html)?.[1] ?? ''
      expect(facts).not.toContain('<')
      expect(JSON.parse(facts)).toEqual(await (await fetch(`${url}/mayfly/v1/server`)).json())
      expect(JSON.parse(facts).notice).toBe(notice)
      expect(html.match(/<\/script>/g)).toHaveLength(html.match(/<script\b/g)?.length ?? 0)
      expect(html).not.toContain('alert(1)</script>')
    })

    test('files may be kept for ever, packed for who takes that, and are the same for who does not', async () => {
      const paths = assetsIn(await (await fetch(url)).text())
      expect(paths.length).toBeGreaterThanOrEqual(3)
      for (const path of paths) {
        const packed = await raw(url + path, { 'accept-encoding': 'br, gzip' })
        const plain = await raw(url + path, { 'accept-encoding': 'identity' })
        for (const answer of [packed, plain]) {
          expect(answer.status).toBe(200)
          expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
          expect(answer.headers.get('vary')).toContain('Accept-Encoding')
          expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
        }
        expect(packed.headers.get('content-encoding')).toBe('gzip')
        expect(plain.headers.get('content-encoding')).toBeNull()
        expect(gunzipSync(await packed.bytes()).equals(await plain.bytes())).toBe(true)
        expect(path).toMatch(/-[0-9a-z]{8}\.(js|css|svg)$/)
      }
    })

    test('what names a file has what the file is', async () => {
      const paths = assetsIn(await (await fetch(url)).text())
      const types = new Set<string | null>()
      for (const path of paths) types.add((await fetch(url + path)).headers.get('content-type'))
      expect([...types].sort()).toEqual([
        'image/svg+xml; charset=utf-8',
        'text/css; charset=utf-8',
        'text/javascript; charset=utf-8',
      ])
    })

    test('HEAD is answered as GET is, without the body', async () => {
      const [asset = ''] = assetsIn(await (await fetch(url)).text())
      for (const path of ['/', asset]) {
        const head = await raw(url + path, {}, 'HEAD')
        expect(head.status).toBe(200)
        expect(head.headers.get('cache-control')).toBe((await raw(url + path)).headers.get('cache-control'))
        expect(await head.text()).toBe('')
      }
    })

    test('there are no other files, and nothing is changed by a call', async () => {
      for (const path of [
        '/assets/',
        '/assets/none.js',
        '/assets/../package.json',
        '/assets/%2e%2e/index.html',
        '/assets/index.html',
        '/appendix',
      ]) {
        const answer = await fetch(url + path)
        expect([path, answer.status]).toEqual([path, 404])
        expect(answer.headers.get('content-type')).toContain('application/json')
      }
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
        expect((await fetch(`${url}/app/mail`, { method })).status).toBe(404)
    })
  })

test('what a visitor loads first is under 150 KB packed', async () => {
  await using server = await serve()
  const html = await (await fetch(server.url)).text()
  const sizes = new Map([['/', Bun.gzipSync(html).byteLength]])
  // What is imported at once is loaded too.
  const wanted = assetsIn(html)
  for (const path of wanted) {
    if (sizes.has(path)) continue
    const answer = await raw(server.url + path, { 'accept-encoding': 'gzip' })
    const bytes = await answer.bytes()
    sizes.set(path, bytes.byteLength)
    if (!path.endsWith('.js')) continue
    const code = new TextDecoder().decode(gunzipSync(bytes))
    for (const [, name] of code.matchAll(/(?:from|import)\s*"(?:\.|\/assets)\/([^"]+\.js)"/g))
      wanted.push(`/assets/${name}`)
  }
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  expect(sizes.size).toBeGreaterThan(3)
  expect(total).toBeLessThan(150_000)
})
