/** A W3C SCXML document as a machine document with the rules of profile `scxml`. */
import type { JsonObject } from "../../json.ts";
import type { ImportResult } from "../import_problem.ts";
import { actionsOf, blocksOf, destOf, payloadOf } from "./actions.ts";
import {
  createImportContext,
  type Draft,
  type ImportContext,
  literalOf,
  oneOrList,
  wordsOf,
} from "./context.ts";
import { ERRING_EXPRESSION } from "./ecmascript.ts";
import { translateScript } from "./script.ts";
import { parseXml, type XmlElement } from "./xml.ts";

/** An expression that is only a number or a plain text. */
const LITERAL = /^\(?(-?\d+(?:\.\d+)?|"[^"\\]*")\)?$/;
const STATE_ELEMENTS = new Set(["state", "parallel", "final", "history"]);
const KNOWN_CHILDREN = new Set([
  ...STATE_ELEMENTS,
  "initial",
  "transition",
  "onentry",
  "onexit",
  "datamodel",
  "donedata",
  "script",
]);

/**
 * Reads SCXML text (at most 256 KiB). What has no counterpart is a problem with element and line; all of them are
 * listed. The result still has to pass `loadMachine`.
 */
export function importScxml(text: string): ImportResult {
  let root: XmlElement;
  try {
    root = parseXml(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      problems: [{ element: "xml", line: Number(/(\d+):\d+/.exec(reason)?.[1] ?? 1), reason }],
    };
  }
  const machineName = (root.attributes.get("name") ?? "imported").toLowerCase().replaceAll(
    /[^a-z0-9_]+/g,
    "_",
  );
  const model = root.attributes.get("datamodel") ?? "null";
  const datamodel = model === "ecmascript" || model === "python" ? model : "null";
  const context = createImportContext(root.attributes.get("name") ?? "", datamodel);
  if (root.name !== "scxml") context.refuse(root, "the root must be scxml");
  if (!["null", "ecmascript", "python"].includes(model)) context.refuse(root, `datamodel ${model}`);

  const importer = createImporter(context, root, machineName);
  const document = importer.document();
  if (context.problems.length > 0) return { ok: false, problems: context.problems };
  return { ok: true, document, warnings: context.warnings };
}

function createImporter(context: ImportContext, root: XmlElement, machineName: string) {
  const states: Draft[] = [];
  const transitions: Draft[] = [];
  const variables: Draft[] = [];
  const names = new Map<XmlElement, string>();
  const isLate = root.attributes.get("binding") === "late";
  let unnamed = 0;

  const nameOf = (element: XmlElement): string => {
    const known = names.get(element) ?? element.attributes.get("id") ?? `_s${++unnamed}`;
    names.set(element, known);
    return known;
  };
  const substates = (element: XmlElement) =>
    element.children.filter((child) => STATE_ELEMENTS.has(child.name));
  const firstState = (element: XmlElement) => substates(element).find((child) => child.name !== "history");

  const document = (): JsonObject => {
    readData(root, null);
    readScript(root);
    for (const child of substates(root)) readState(child, null);
    for (const child of root.children) refuseUnknown(context, child);
    const first = firstState(root);
    if (first === undefined) context.refuse(root, "a machine needs a state");
    const initial = wordsOf(root, "initial");
    const meta: Draft = { machine_name: machineName, version: "1.0.0", semantics: "scxml" };
    if (first !== undefined) meta.initial = initial.length > 0 ? initial : [nameOf(first)];
    return { meta, ...(variables.length === 0 ? {} : { state_variables: variables }), states, transitions };
  };

  const readState = (element: XmlElement, parent: string | null): void => {
    const name = nameOf(element);
    const state: Draft = { name, ...typeOf(element), ...(parent === null ? {} : { parent }) };
    states.push(state);
    if (element.name === "history") return readHistory(element, state);
    readInitial(element, state);
    const entry = [...readData(element, name), ...blocksOf(context, element, "onentry")];
    const exit = blocksOf(context, element, "onexit");
    if (entry.length > 0) state.on_enter = entry;
    if (exit.length > 0) state.on_exit = exit;
    readDoneData(element, state);
    for (const child of element.children) {
      refuseUnknown(context, child);
      if (child.name === "transition") transitions.push(transitionOf(child, name));
    }
    for (const child of substates(element)) readState(child, name);
  };

  const readHistory = (element: XmlElement, state: Draft): void => {
    state.history = element.attributes.get("type") === "deep" ? "deep" : "shallow";
    const transition = element.children.find((child) => child.name === "transition");
    if (transition === undefined) return;
    state.default = oneOrList(wordsOf(transition, "target"));
    const actions = actionsOf(context, transition);
    if (actions.length > 0) state.default_actions = actions;
  };

  const readInitial = (element: XmlElement, state: Draft): void => {
    if (element.name !== "state") return;
    const first = firstState(element);
    if (first === undefined) return;
    const transition = element.children.find((child) => child.name === "initial")?.children
      .find((child) => child.name === "transition");
    const targets = wordsOf(element, "initial");
    const chosen = transition === undefined ? targets : wordsOf(transition, "target");
    state.initial_child = chosen.length > 0 ? oneOrList(chosen) : nameOf(first);
    const actions = transition === undefined ? [] : actionsOf(context, transition);
    if (actions.length > 0) state.initial_actions = actions;
  };

  /** Variables of one element; with late binding the actions that give them their value on the first entry. */
  const readData = (element: XmlElement, owner: string | null): Draft[] => {
    const late: Draft[] = [];
    for (const model of element.children.filter((child) => child.name === "datamodel")) {
      for (const data of model.children) {
        const variable = variableOf(context, data);
        const source = variable.default_expr ?? null;
        if (!isLate || owner === null) {
          variables.push(variable);
          continue;
        }
        variables.push({ key: variable.key ?? "", default: null });
        const value = source ?? JSON.stringify(variable.default ?? null);
        late.push({ compute: { [String(variable.key)]: value === "null" ? "None" : value } });
      }
    }
    if (late.length === 0) return [];
    const flag = `bound_${owner}`.replaceAll(/\W/g, "_");
    variables.push({ key: flag, default: false });
    return [{ branch: { when: `not ${flag}`, then: [...late, { set: { [flag]: true } }] } }];
  };

  /** A script of the whole document runs once, when the data are set up. */
  const readScript = (element: XmlElement): void => {
    for (const script of element.children.filter((child) => child.name === "script")) {
      const translation = translateScript(script.text, context);
      if (translation.type === "unsupported" || script.attributes.has("src")) {
        context.refuse(
          script,
          translation.type === "unsupported" ? translation.reason : "scripts from files are not read",
        );
        continue;
      }
      for (const [key, expression] of translation.list) {
        const known = variables.findIndex((variable) => variable.key === key);
        const isSelf = new RegExp(`\\b${key}\\b`).test(expression);
        if (isSelf) context.refuse(script, `"${key}" is computed from itself`);
        if (known >= 0) variables.splice(known, 1);
        variables.push({ key, default_expr: expression });
      }
    }
  };

  const readDoneData = (element: XmlElement, state: Draft): void => {
    const data = element.children.find((child) => child.name === "donedata");
    if (data === undefined) return;
    const payload = payloadOf(context, data, []);
    if (payload.type === "payload" && payload.value !== null) state.done_data = payload.value;
    if (payload.type === "fail") state.done_data = ERRING_EXPRESSION;
  };

  const transitionOf = (element: XmlElement, source: string): Draft => {
    const events = wordsOf(element, "event").map((event) => event === ".*" ? "*" : event);
    const cond = element.attributes.get("cond");
    const actions = actionsOf(context, element);
    return {
      ...(events.length === 0 ? { auto: true } : { trigger: oneOrList(events) }),
      source,
      ...destOf(element),
      ...(element.attributes.get("type") === "internal" ? { internal: true } : {}),
      ...(cond === undefined ? {} : { guards: [{ expr: context.condition(element, cond) }] }),
      ...(actions.length === 0 ? {} : { actions }),
    };
  };

  return { document };
}

function typeOf(element: XmlElement): Draft {
  if (element.name === "parallel") return { type: "parallel" };
  if (element.name === "final") return { type: "terminal" };
  return element.name === "history" ? { type: "history" } : {};
}

function variableOf(context: ImportContext, data: XmlElement): Draft {
  const key = data.attributes.get("id") ?? "";
  if (data.attributes.has("src")) context.refuse(data, "data from files are not read");
  const source = data.attributes.get("expr");
  if (source !== undefined) {
    const value = context.value(data, source);
    const text = value.type === "expression" ? value.text : ERRING_EXPRESSION;
    const literal = LITERAL.exec(text)?.[1];
    return literal === undefined ? { key, default_expr: text } : { key, default: JSON.parse(literal) };
  }
  if (data.children.length > 0) {
    context.refuse(data, "XML content");
    return { key };
  }
  return data.text.trim() === "" ? { key, default: null } : { key, default: literalOf(data.text) };
}

function refuseUnknown(context: ImportContext, child: XmlElement): void {
  if (!KNOWN_CHILDREN.has(child.name)) context.refuse(child, "this element has no counterpart");
}
