// Promise 28: the executable is whole: it starts on a machine without sources, node_modules or network, and checks itself.
import { expect, test } from 'bun:test'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyDirectory, executable } from '../executable/launch.ts'
import { figures } from './promise.ts'

const root = join(import.meta.dir, '../..')

/** Runs in namespaces of its own where that can be: nothing of the checkout to be seen, no network but loopback. */
const isolated = Bun.spawnSync(['unshare', '-m', '-n', 'true'], { stdout: 'ignore', stderr: 'ignore' }).success

/**
 * A machine with nothing on it: starts the server, does what the greeting says to try, and asks the doctor. It says
 * what it could see of the checkout and of the network.
 */
const script = `
if [ "$1" != - ]; then
  mount -t tmpfs none "$1" || exit 90
  { ip link set lo up || ifconfig lo up; } 2>/dev/null
fi
ls -A "$1" 2>/dev/null | head -n 1 | sed 's/^/sources: /'
sed -n 's/^ *\\([a-z0-9]*\\):.*/network: \\1/p' /proc/net/dev
./mayfly serve --http 127.0.0.1:0 --smtp 127.0.0.1:0 > greeting 2> log &
server=$!
trap 'kill -9 $server 2>/dev/null' EXIT
tries=0
until grep -qs 'wait?' greeting; do
  tries=$((tries + 1)); [ $tries -gt 300 ] && { cat log; exit 91; }
  sleep 0.1
done
sed -n '/^Try it:/,$p' greeting | sed 1d > lines
sh ./lines || exit 92
echo
./mayfly doctor
echo "doctor ended with $?"
kill $server; wait $server
echo "the server ended with $?"
`

test('promise 28: the executable alone, without sources or network, starts, takes and gives a mail, and its doctor finds it whole', async () => {
  using directory = emptyDirectory()
  copyFileSync(executable, join(directory.path, 'mayfly'))
  writeFileSync(join(directory.path, 'script'), script)
  const command = isolated ? ['unshare', '-m', '-n', 'sh', './script', root] : ['sh', './script', '-']
  const child = Bun.spawn(command, {
    cwd: directory.path,
    // No bun, no node, no home.
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      MAYFLY_HTTP_LISTEN: '127.0.0.1:0',
      MAYFLY_SMTP_LISTEN: '127.0.0.1:0',
    },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  expect({ code: await child.exited, err }).toEqual({ code: 0, err: '' })
  if (isolated) {
    expect(out).not.toContain('sources:')
    expect(out.match(/network: .*/g)).toEqual(['network: lo'])
  }
  expect(out).toContain('"codes":["482913"]')
  expect(out).toMatch(/^ok +parts /m)
  expect(out).not.toContain('WRONG')
  expect(out).toContain('doctor ended with 0')
  expect(out).toContain('the server ended with 0')
  figures(
    isolated ? 'without sources and network, the doctor finds it whole' : 'no namespaces to be had: with a network',
  )
}, 120_000)
