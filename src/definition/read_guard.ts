/** Guards of a transition: names, expressions, checks, and combinations of them. */
import type { GuardSpec } from "../engine/spec.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { type Cursor, isList, isObject, kindOf, own, warnUnknownKeys, wrongKind } from "./cursor.ts";
import { dotted, type Findings, type Path } from "./findings.ts";
import { LIST_MAX } from "./limits.ts";
import { isName, NAME_RULE } from "./names.ts";
import { readCheck } from "./read_check.ts";
import { checkSource } from "./read_expression.ts";

const FORMS = ["expr", "name", "check", "allOf", "anyOf", "not"] as const;
const FORM_KEYS = new Set<string>(FORMS);
const NAMED_KEYS = new Set(["name", "params", "description"]);
const GUARD_DEPTH_MAX = 16;

/** All guards under `key`; one guard may stand without a list. */
export function readGuards(cursor: Cursor, key: string): readonly GuardSpec[] {
  const value = own(cursor.object, key);
  if (value === undefined || value === null) return [];
  const { findings } = cursor;
  const path = [...cursor.path, key];
  const reader: GuardReader = { findings, listPath: path };
  if (typeof value === "string" || isObject(value)) {
    const guard = readGuard(reader, path, value, 0);
    return guard === null ? [] : [guard];
  }
  if (!isList(value)) {
    wrongKind(findings, path, "a guard or a list of guards", value);
    return [];
  }
  if (value.length > LIST_MAX) {
    findings.error("L01", path, `Cannot use ${value.length} guards: at most ${LIST_MAX}`);
    return [];
  }
  return value.map((item, index) => {
    if (typeof item === "string" || isObject(item)) return readGuard(reader, [...path, index], item, 0);
    wrongKind(findings, [...path, index], "a guard", item);
    return null;
  }).filter((guard) => guard !== null);
}

interface GuardReader {
  readonly findings: Findings;
  /** Where the whole list stands: the place that a wrong name is reported at. */
  readonly listPath: Path;
}

function readGuard(
  reader: GuardReader,
  path: Path,
  value: JsonValue | undefined,
  depth: number,
): GuardSpec | null {
  const { findings } = reader;
  if (depth > GUARD_DEPTH_MAX) {
    findings.error("L01", path, `Cannot use the guard: nested deeper than ${GUARD_DEPTH_MAX}`);
    return null;
  }
  if (typeof value === "string") return readNamed(reader, path, { name: value, params: {} });
  if (!isObject(value)) {
    findings.error(
      "B11",
      path,
      `Cannot read the guard: a name or a mapping expected, ${kindOf(value ?? null)} found`,
    );
    return null;
  }
  const forms = FORMS.filter((form) => own(value, form) !== undefined);
  const [form] = forms;
  if (form === undefined || forms.length > 1) {
    findings.error(
      "B11",
      path,
      forms.length === 0
        ? `Cannot read the guard: no form key`
        : `Cannot read the guard: ${forms.map((key) => `"${key}"`).join(" and ")} together`,
      { hint: `Exactly one of ${FORMS.join(", ")}` },
    );
    return null;
  }
  warnUnknownKeys({ object: value, path, findings }, form === "name" ? NAMED_KEYS : FORM_KEYS);
  return readForm(reader, [...path, form], { form, value, depth });
}

interface FormInput {
  readonly form: typeof FORMS[number];
  readonly value: JsonObject;
  readonly depth: number;
}

function readForm(reader: GuardReader, path: Path, { form, value, depth }: FormInput): GuardSpec | null {
  const { findings } = reader;
  const inner = own(value, form) ?? null;
  switch (form) {
    case "name": {
      const params = own(value, "params") ?? {};
      if (isObject(params)) return readNamed(reader, path, { name: inner, params });
      findings.error("B11", path, `Cannot read the guard: "params" must be a mapping`);
      return null;
    }
    case "expr":
      if (typeof inner !== "string") {
        findings.error("B11", path, `Cannot read the guard: "expr" must be a text, ${kindOf(inner)} found`);
        return null;
      }
      checkSource(findings, path, inner);
      return { type: "expr", source: inner };
    case "check":
      return readCheck(findings, path, inner);
    case "not": {
      const guard = readGuard(reader, path, inner, depth + 1);
      return guard === null ? null : { type: "not", guard };
    }
    case "allOf":
    case "anyOf": {
      if (!isList(inner) || inner.length === 0) {
        findings.error("B12", path, `Cannot read "${form}": a list that is not empty expected`);
        return null;
      }
      const guards = inner.map((item, index) => readGuard(reader, [...path, index], item, depth + 1));
      return { type: form, guards: guards.filter((guard) => guard !== null) };
    }
  }
}

interface NamedInput {
  readonly name: JsonValue;
  readonly params: JsonObject;
}

function readNamed(reader: GuardReader, path: Path, { name, params }: NamedInput): GuardSpec | null {
  if (typeof name === "string" && isName(name)) return { type: "named", name, params };
  const shown = typeof name === "string" ? `"${name}"` : kindOf(name);
  reader.findings.error("F09", path, `Cannot use guard name ${shown}: ${NAME_RULE} only`, {
    data: { at: dotted(reader.listPath) },
  });
  return null;
}
