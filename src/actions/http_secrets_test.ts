/** Secrets in headers: filled for their hosts only, and never by what an entity carries. */
import { type Filled, fillSecrets } from "./http_secrets.ts";

const SECRETS = [
  { name: "carrier", value: "s3cret", hosts: ["api.carrier.example"] },
  { name: "inside", value: "in-9", hosts: ["stock.internal:8080"] },
];
const URL_OF_CARRIER = "https://api.carrier.example/orders";

function check(name: string, template: string, url: string, expected: Filled): void {
  Deno.test(`fillSecrets() ${name}`, () => {
    const render = (text: string) => text.replaceAll("{{ name }}", "{{ secrets.carrier }}");
    const found = fillSecrets(template, { url, secrets: SECRETS, render });
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
    }
  });
}

const filled = (text: string): Filled => ({ type: "filled", text });
const refused = (reason: string): Filled => ({ type: "refused", reason });

check("fills", "Bearer {{ secrets.carrier }}", URL_OF_CARRIER, filled("Bearer s3cret"));
check(
  "fills without blanks, twice",
  "{{secrets.carrier}}:{{secrets.carrier}}",
  URL_OF_CARRIER,
  filled("s3cret:s3cret"),
);
check(
  "compares the port when one is named",
  "{{ secrets.inside }}",
  "http://stock.internal:8080/x",
  filled("in-9"),
);
check(
  "refuses another port",
  "{{ secrets.inside }}",
  "http://stock.internal:8081/x",
  refused('Secret "inside" is not for this host'),
);
check(
  "refuses another host",
  "{{ secrets.carrier }}",
  "https://api.carrier.example.evil.example/",
  refused('Secret "carrier" is not for this host'),
);
check(
  "refuses an unknown name",
  "{{ secrets.other }}",
  URL_OF_CARRIER,
  refused('There is no secret "other"'),
);
check(
  "leaves a value of the context alone that looks like one",
  "{{ name }} {{ secrets.carrier }}",
  URL_OF_CARRIER,
  filled("{{ secrets.carrier }} s3cret"),
);
check("leaves other texts to the templates", "plain", URL_OF_CARRIER, filled("plain"));
