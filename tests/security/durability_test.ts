/** A database that forgets what it confirmed: production does not start on it. */
import postgres from "postgres";
import { assert } from "../../src/assert.ts";
import { createTestDatabase } from "../database.ts";
import { runProcess } from "../testing/process.ts";
import { CLOSED, inFolder, programArgs } from "./server.ts";

Deno.test("production refuses a PostgreSQL that confirms before anything is on the disk", async () => {
  const database = await createTestDatabase();
  try {
    const sql = postgres(database.url, { max: 1, onnotice: () => {}, fetch_types: false });
    await sql.unsafe(`alter database ${database.name} set synchronous_commit = off`);
    await sql.end({ timeout: 5 });
    await inFolder(async (cwd) => {
      const env = { ...CLOSED, ENVIRONMENT: "production", PORT: "0", PYSTATOR_DATABASE_URL: database.url };
      const upgraded = await runProcess({ args: programArgs("db", "upgrade"), cwd, env });
      assert(upgraded.code === 0, `upgrading ends with ${upgraded.code}: ${upgraded.stderr}`);
      const { code, stdout, stderr } = await runProcess({ args: programArgs("api"), cwd, env });
      const text = `${stdout}\n${stderr}`;
      assert(code === 78, `starting ends with ${code}: ${text.slice(-500)}`);
      assert(text.includes("synchronous_commit"), `does not say why: ${text.slice(-500)}`);
    });
  } finally {
    await database.drop();
  }
});
