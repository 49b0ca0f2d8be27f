/** Secrets that actions name: what is accepted, and that no value shows in what is said about them. */
import { actionSecretsOf } from "./config_actions.ts";
import { readConfig } from "./config.ts";

const GOOD = '{"carrier": {"value": "s3cret-value", "hosts": ["api.example.com", "[2001:db8::1]:8443"]}}';

const ROWS: readonly (readonly [string, string | null, number, number])[] = [
  ["nothing", null, 0, 0],
  ["one", GOOD, 1, 0],
  ["no JSON", "s3cret", 0, 1],
  ["a list", "[]", 0, 1],
  ["no hosts", '{"a": {"value": "s3cret", "hosts": []}}', 0, 1],
  ["an address as host", '{"a": {"value": "s3cret", "hosts": ["https://x"]}}', 0, 1],
  ["a bad name", '{"A-B": {"value": "s3cret", "hosts": ["x"]}}', 0, 1],
  ["a line break", '{"a": {"value": "s3cret\\n", "hosts": ["x"]}}', 0, 1],
  ["no value", '{"a": {"value": "", "hosts": ["x"]}}', 0, 1],
];

for (const [name, text, count, mistakes] of ROWS) {
  Deno.test(`actionSecretsOf() reads ${name}`, () => {
    const problems: string[] = [];
    const found = actionSecretsOf(text, problems);
    if (found.length !== count || problems.length !== mistakes) {
      throw new Error(`${found.length} secrets, problems: ${problems.join("; ")}`);
    }
    if (problems.join().includes("s3cret")) throw new Error("a problem tells the value");
  });
}

Deno.test("readConfig() masks the secrets of actions", () => {
  const config = readConfig({ ENVIRONMENT: "test", PYSTATOR_ACTION_SECRETS: GOOD }, {
    readTextFile: () => {
      throw new Deno.errors.NotFound();
    },
  });
  if (!config.secrets.includes("s3cret-value")) throw new Error("logs may show it");
  if (JSON.stringify(config.rows).includes("s3cret-value")) throw new Error("the list of settings shows it");
});
