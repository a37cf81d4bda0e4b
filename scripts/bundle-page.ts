#!/usr/bin/env bun
// Writes the page's files, compressed, to dist/page: the build puts them into the executable.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { bundlePage } from '../src/web/bundler.ts'

const folder = join(import.meta.dir, '../dist/page')
rmSync(folder, { recursive: true, force: true })
for (const { name, gzipped } of await bundlePage()) await Bun.write(join(folder, `${name}.gz`), gzipped)
