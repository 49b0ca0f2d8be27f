/** Which addresses may be called: a row for each spelling of the inside of a network. */
import { createEgressPolicy } from "./egress.ts";
import { isPublic, parseAddress } from "./address.ts";

const HOSTS: Readonly<Record<string, readonly string[]>> = {
  "public.example": ["93.184.215.14"],
  "six.example": ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
  "inside.example": ["10.1.2.3"],
  "both.example": ["93.184.215.14", "127.0.0.1"],
  "metadata.example": ["169.254.169.254"],
  "localhost": ["127.0.0.1", "::1"],
};

function policy(allow: readonly string[]) {
  return createEgressPolicy({
    allow,
    resolve: (host) => {
      const addresses = HOSTS[host];
      return addresses === undefined ? Promise.reject(new Error("ENOTFOUND")) : Promise.resolve(addresses);
    },
  });
}

function check(
  url: string,
  expected: "allowed" | "refused" | "unresolved",
  allow: readonly string[] = [],
): void {
  Deno.test(`check() ${expected}: ${JSON.stringify(url)}${allow.length === 0 ? "" : ` with ${allow}`}`, async () => {
    const decision = await policy(allow).check(url);
    if (decision.type !== expected) throw new Error(`found ${JSON.stringify(decision)}`);
    if (policy(allow).refusal(url) !== null && expected === "allowed") {
      throw new Error("it could not be stored");
    }
  });
}

check("https://public.example/x", "allowed");
check("https://public.example:8443/x", "allowed");
check("https://six.example/", "allowed");
check("https://93.184.215.14/", "allowed");
check("https://nowhere.example/", "unresolved");

check("http://public.example/", "refused");
check("https://public.example:22/", "refused");
check("https://ann:pw@public.example/", "refused");
check("ftp://public.example/", "refused");
check("file:///etc/passwd", "refused");
check("javascript:alert(1)", "refused");
check("https://public.example/a b", "refused");
check("https://public.example/\r\nx", "refused");
check("https:\\\\public.example\\", "refused");
check("", "refused");

check("https://inside.example/", "refused");
check("https://both.example/", "refused");
check("https://metadata.example/latest", "refused");
for (
  const host of [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "localhost",
    "localhost.",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:53aa:64c::]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[fe80::1]",
    "[ff02::1]",
    "[2001:db8::1]",
  ]
) {
  // A name with a dot at its end is another name for the resolver, and unknown to this one.
  check(`https://${host}/`, host === "localhost." ? "unresolved" : "refused");
}

check("http://inside.example:8080/x", "allowed", ["inside.example:8080"]);
check("http://inside.example:8081/x", "refused", ["inside.example:8080"]);
check("https://inside.example/x", "allowed", ["inside.example:443"]);
check("http://10.1.2.3:9000/x", "allowed", ["10.0.0.0/8"]);
check("http://inside.example:9000/x", "allowed", ["10.0.0.0/8"]);
check("http://public.example/x", "refused", ["10.0.0.0/8"]);
check("https://public.example:9000/x", "refused", ["10.0.0.0/8"]);
check("http://[::1]:8080/", "allowed", ["::1"]);
check("http://localhost:8080/", "allowed", ["localhost:8080"]);
check("http://ann:pw@localhost:8080/", "refused", ["localhost:8080"]);

Deno.test("isPublic() holds for no address of a reserved block", () => {
  for (
    const text of [
      "0.1.2.3",
      "192.88.99.1",
      "203.0.113.9",
      "::2",
      "100::1",
      "2001:2::1",
      "3fff::1",
      "4000::1",
    ]
  ) {
    const address = parseAddress(text);
    if (address === null || isPublic(address)) throw new Error(text);
  }
});

Deno.test("parseAddress() reads nothing but addresses", () => {
  for (
    const text of [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "01.2.3.4",
      "256.1.1.1",
      ":::",
      "1::2::3",
      "g::1",
      "1:2:3:4:5:6:7:8:9",
      "::1%eth0",
    ]
  ) {
    if (parseAddress(text) !== null) throw new Error(text);
  }
});
