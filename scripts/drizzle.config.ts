// For `bunx drizzle-kit generate --config scripts/drizzle.config.ts --name NAME` after a change of the tables.
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: './src/storage/schema.ts',
  out: './src/storage/migrations',
})
