/** The shipped manifests: names, ports, probes and limits that people rely on, and no secret in any of them. */
import { valueOf } from "../../src/definition/source_node.ts";
import { parseText } from "../../src/definition/yaml.ts";
import { METRICS } from "../../src/telemetry/metrics.ts";
import { SETTING_NAMES } from "../../src/settings.ts";
import { runProcess } from "../testing/process.ts";
import project from "../../deno.json" with { type: "json" };

const DEPLOY = new URL("../../deploy/", import.meta.url);

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, DEPLOY));
}

/** Anchors and merge keys are unfolded by hand: the reader of machine files knows aliases only. */
function documentsOf(text: string): readonly unknown[] {
  return text.split(/^---$/m).map((part) => {
    const parsed = parseText(part, { format: "yaml" });
    if (!parsed.ok) {
      throw new Error(parsed.diagnostics.map((one) => `${one.line}: ${one.message}`).join("\n"));
    }
    return valueOf(parsed.root);
  });
}

/** `a.b.0.c`; undefined when there is none. */
function at(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path.split(".")) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Object.entries(found).find(([name]) => name === key)?.[1];
  }
  return found;
}

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

async function objects(): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  for await (const entry of Deno.readDir(new URL("kubernetes/", DEPLOY))) {
    for (const document of documentsOf(await read(`kubernetes/${entry.name}`))) {
      found.set(`${at(document, "kind")} ${at(document, "metadata.name")}`, document);
    }
  }
  return found;
}

const POD = "spec.template.spec";
const CONTAINER = `${POD}.containers.0`;

/** Object, path, value. */
const FACTS: readonly (readonly [string, string, unknown])[] = [
  ["ConfigMap pystator-config", "apiVersion", "v1"],
  ["ConfigMap pystator-config", "data.PYSTATOR_AUTH_INITIAL_USER", "admin"],
  ["ConfigMap pystator-config", "data.CORS_ORIGINS", "https://pystator.example.com"],
  ["Secret pystator-secrets", "type", "Opaque"],
  ["Deployment pystator-api", "apiVersion", "apps/v1"],
  ["Deployment pystator-api", "spec.replicas", 3],
  ["Deployment pystator-api", "spec.selector.matchLabels.app", "pystator-api"],
  ["Deployment pystator-api", "spec.template.metadata.labels.app", "pystator-api"],
  ["Deployment pystator-api", `${CONTAINER}.name`, "api"],
  ["Deployment pystator-api", `${CONTAINER}.image`, "your-registry/pystator:latest"],
  ["Deployment pystator-api", `${CONTAINER}.ports.0.containerPort`, 8000],
  ["Deployment pystator-api", `${CONTAINER}.envFrom.0.configMapRef.name`, "pystator-config"],
  ["Deployment pystator-api", `${CONTAINER}.envFrom.1.secretRef.name`, "pystator-secrets"],
  ["Deployment pystator-api", `${CONTAINER}.readinessProbe.httpGet`, { path: "/health", port: 8000 }],
  ["Deployment pystator-api", `${CONTAINER}.readinessProbe.initialDelaySeconds`, 5],
  ["Deployment pystator-api", `${CONTAINER}.readinessProbe.periodSeconds`, 10],
  ["Deployment pystator-api", `${CONTAINER}.livenessProbe.httpGet`, { path: "/health/live", port: 8000 }],
  ["Deployment pystator-api", `${CONTAINER}.livenessProbe.initialDelaySeconds`, 15],
  ["Deployment pystator-api", `${CONTAINER}.livenessProbe.periodSeconds`, 20],
  ["Deployment pystator-api", `${CONTAINER}.resources`, {
    requests: { memory: "256Mi", cpu: "250m" },
    limits: { memory: "512Mi", cpu: "500m" },
  }],
  ["Service pystator-api", "spec.selector.app", "pystator-api"],
  ["Service pystator-api", "spec.ports.0.port", 80],
  ["Service pystator-api", "spec.ports.0.targetPort", 8000],
  ["Ingress pystator-ingress", "apiVersion", "networking.k8s.io/v1"],
  ["Ingress pystator-ingress", "spec.rules.0.host", "api.pystator.example.com"],
  ["Ingress pystator-ingress", "spec.rules.0.http.paths.0.path", "/"],
  ["Ingress pystator-ingress", "spec.rules.0.http.paths.0.pathType", "Prefix"],
  ["Ingress pystator-ingress", "spec.rules.0.http.paths.0.backend.service", {
    name: "pystator-api",
    port: { number: 80 },
  }],
  ["Job pystator-db-migrate", `${CONTAINER}.command`, ["pystator", "db", "upgrade"]],
  ["Job pystator-db-migrate", `${CONTAINER}.envFrom`, [{ secretRef: { name: "pystator-secrets" } }]],
  ["Job pystator-db-migrate", `${POD}.restartPolicy`, "Never"],
  ["Job pystator-db-migrate", "spec.backoffLimit", 3],
  ["NetworkPolicy pystator-api-policy", "spec.podSelector.matchLabels.app", "pystator-api"],
  ["NetworkPolicy pystator-api-policy", "spec.ingress.0.from.0.podSelector.matchLabels.app", "ingress-nginx"],
  ["NetworkPolicy pystator-api-policy", "spec.ingress.0.ports", [{ protocol: "TCP", port: 8000 }]],
  ["NetworkPolicy pystator-default-deny", "spec.policyTypes", ["Ingress", "Egress"]],
  ["Deployment pystator-worker", `${CONTAINER}.startupProbe.httpGet`, {
    path: "/healthz/startup",
    port: 9090,
  }],
  ["Deployment pystator-worker", `${CONTAINER}.readinessProbe.httpGet`, {
    path: "/healthz/ready",
    port: 9090,
  }],
  ["Deployment pystator-worker", `${CONTAINER}.livenessProbe.httpGet`, { path: "/healthz/live", port: 9090 }],
  ["Deployment pystator-ui", `${CONTAINER}.ports.0.containerPort`, 3000],
  ["PodDisruptionBudget pystator-worker", "spec.minAvailable", 1],
];

Deno.test("Kubernetes manifests hold the names and values that people rely on", async () => {
  const found = await objects();
  for (const [name, path, expected] of FACTS) {
    same([name, path, at(found.get(name), path)], [name, path, expected]);
  }
});

Deno.test("every pod of the manifests is bounded and has no rights to spare", async () => {
  for (const [name, object] of await objects()) {
    if (at(object, CONTAINER) === undefined) continue;
    same([name, at(object, `${POD}.automountServiceAccountToken`)], [name, false]);
    same([name, at(object, `${POD}.securityContext.runAsNonRoot`)], [name, true]);
    same([name, at(object, `${POD}.securityContext.seccompProfile.type`)], [name, "RuntimeDefault"]);
    same([name, at(object, `${CONTAINER}.securityContext`)], [name, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    }]);
    for (const limit of ["memory", "cpu"]) {
      same([name, typeof at(object, `${CONTAINER}.resources.limits.${limit}`)], [name, "string"]);
    }
  }
});

Deno.test("a worker gets more time to end than it takes to drain", async () => {
  const worker = (await objects()).get("Deployment pystator-worker");
  const env = new Map(
    listOf(at(worker, `${CONTAINER}.env`)).map((one) => [at(one, "name"), at(one, "value")]),
  );
  const graceS = Number(at(worker, `${POD}.terminationGracePeriodSeconds`));
  same(graceS > Number(env.get("PYSTATOR_WORKER_DRAIN_TIMEOUT_S")), true);
});

Deno.test("the autoscaler looks at a metric that exists", async () => {
  const scaler = (await objects()).get("HorizontalPodAutoscaler pystator-worker");
  same(Object.hasOwn(METRICS, String(at(scaler, "spec.metrics.0.pods.metric.name"))), true);
});

Deno.test("manifests name settings that exist, and no secret", async () => {
  const texts = [await read("compose.yaml"), await Deno.readTextFile(new URL("../Dockerfile", DEPLOY))];
  for await (const entry of Deno.readDir(new URL("kubernetes/", DEPLOY))) {
    texts.push(await read(`kubernetes/${entry.name}`));
  }
  for await (const entry of Deno.readDir(new URL("image/", DEPLOY))) {
    texts.push(await read(`image/${entry.name}`));
  }
  const named = texts.flatMap((text) =>
    [...text.matchAll(/\bPYSTATOR_[A-Z_]+[A-Z]\b/g)].map(([name]) => name)
  );
  same([...new Set(named.filter((name) => !SETTING_NAMES.has(name)))], []);
  const secret = (await objects()).get("Secret pystator-secrets");
  for (const [name, value] of Object.entries(Object(at(secret, "stringData")))) {
    same([name, value], [name, ""]);
  }
});

Deno.test("the kustomization lists every manifest but the sample of a secret", async () => {
  const [kustomization] = documentsOf(await read("kubernetes/kustomization.yaml"));
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL("kubernetes/", DEPLOY))) files.push(entry.name);
  const expected = files.filter((name) => !["kustomization.yaml", "secret.example.yaml"].includes(name));
  same(listOf(at(kustomization, "resources")).map(String).toSorted(), expected.toSorted());
});

Deno.test("compose holds the services, ports and settings of the guide", async () => {
  const [compose] = documentsOf(
    (await read("compose.yaml")).replaceAll(/^ *<<: \*stator\n/gm, "").replace(/&stator$/m, ""),
  );
  const services = at(compose, "services");
  same(["api", "ui", "worker", "db", "redis"].filter((name) => at(services, name) === undefined), []);
  same(Object.keys(Object(at(compose, "volumes"))), ["postgres_data", "redis_data"]);
  same(at(services, "api.ports"), ["8000:8000"]);
  same(at(services, "api.command"), [
    "pystator",
    "api",
    "--host",
    "0.0.0.0",
    "--port",
    "8000",
    "--no-reload",
  ]);
  same(at(services, "ui.command"), ["pystator", "ui", "serve", "--host", "0.0.0.0", "--port", "3000"]);
  same(at(services, "worker.command"), ["pystator", "worker"]);
  same(at(services, "worker.environment.PYSTATOR_WORKER_CONCURRENCY"), "5");
  same(
    at(services, "api.environment.PYSTATOR_DATABASE_URL"),
    "postgresql://pystator:pystator@db:5432/pystator",
  );
  same(at(services, "db.healthcheck.interval"), "5s");
  same(at(services, "worker.depends_on.api.condition"), "service_healthy");
});

Deno.test("the image is built for the pinned Deno and for nobody in particular", async () => {
  const text = await Deno.readTextFile(new URL("../Dockerfile", DEPLOY));
  const ci = await Deno.readTextFile(new URL("../.ci/run", DEPLOY));
  const version = /denoland\/deno:debian-([\d.]+)/.exec(text)?.[1];
  same([version, ci.includes(`DENO_VERSION=${version}`), Deno.version.deno], [version, true, version]);
  for (
    const part of [
      "AS production\n",
      "AS production-ui\n",
      "ARG SERVICE=",
      "USER 10001:10001",
      "EXPOSE 8000 8004 3000 3004",
      'ENTRYPOINT ["entrypoint"]',
    ]
  ) {
    same([part, text.includes(part)], [part, true]);
  }
  same(/\b(sudo|chmod 777|ADD http)/.test(text), false);
});

/** First words, environment, and what would be started. */
const STARTS: readonly (readonly [readonly string[], Readonly<Record<string, string>>, string])[] = [
  [[], {}, "stator api --host 0.0.0.0 --port 8000"],
  [[], { SERVICE: "worker" }, "stator worker"],
  [["api"], { SERVICE: "worker", API_PORT: "8004" }, "stator api --host 0.0.0.0 --port 8004"],
  [["ui"], { UI_PORT: "3004" }, "stator ui serve --host 0.0.0.0 --port 3004"],
  [["worker", "--concurrency", "2"], {}, "stator worker --concurrency 2"],
  [["worker"], { RUN_MIGRATIONS: "true" }, "stator db upgrade\nstator worker"],
  [["api"], { RUN_MIGRATIONS: "false" }, "stator api --host 0.0.0.0 --port 8000"],
  [
    ["pystator", "api", "--host", "0.0.0.0", "--port", "8000", "--no-reload"],
    {},
    "pystator api --host 0.0.0.0 --port 8000 --no-reload",
  ],
];

Deno.test("the entrypoint starts what it is told", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["stator", "pystator"]) {
      await Deno.writeTextFile(
        `${folder}/${name}`,
        `#!/bin/sh\necho ${name} "$@"\n[ "$1 $FAIL" != "db yes" ]\n`,
        { mode: 0o755 },
      );
    }
    const entrypoint = new URL("image/entrypoint", DEPLOY).pathname;
    const run = async (words: readonly string[], env: Readonly<Record<string, string>>) => {
      const command = new Deno.Command("sh", {
        args: [entrypoint, ...words],
        clearEnv: true,
        env: { PATH: `${folder}:/usr/bin:/bin`, ...env },
        stdout: "piped",
      });
      const { code, stdout } = await command.output();
      return { code, text: new TextDecoder().decode(stdout).trim() };
    };
    for (const [words, env, expected] of STARTS) {
      same([words, await run(words, env)], [words, { code: 0, text: expected }]);
    }
    const failed = await run(["api"], { RUN_MIGRATIONS: "true", FAIL: "yes" });
    same(failed, { code: 1, text: "stator db upgrade" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the rights that the image gives are enough to answer", async () => {
  const script = await read("image/stator");
  const flags = [...script.matchAll(/--(?:no-prompt|cached-only|allow-[a-z]+(?:=[^ \\\n]*)?)/g)].map((
    [flag],
  ) => flag);
  same(flags.some((flag) => /allow-(all|run|ffi)/.test(flag)), false);
  const main = new URL("../main.ts", DEPLOY).pathname;
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await runProcess({
      args: ["run", "--quiet", ...flags, main, "--version"],
      cwd: folder,
      env: {},
    });
    same([code, stdout.trim(), stderr], [0, project.version, ""]);
    const status = await runProcess({
      args: ["run", "--quiet", ...flags, main, "db", "upgrade"],
      cwd: folder,
      env: {},
    });
    same([status.code, status.stderr], [0, ""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
