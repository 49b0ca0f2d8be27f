/** Executable content of a state chart as action lists. */
import type { JsonValue } from "../../json.ts";
import {
  delayMsOf,
  type Draft,
  type ImportContext,
  literalExpression,
  literalOf,
  oneOrList,
  wordsOf,
} from "./context.ts";
import { translateScript } from "./script.ts";
import type { XmlElement } from "./xml.ts";

const SELF_PROCESSORS = new Set([
  "",
  "scxml",
  "http://www.w3.org/TR/scxml/#SCXMLEventProcessor",
  "http://www.w3.org/TR/scxml",
]);
const NAME = /^[A-Za-z_]\w*$/;

/** All children of an element that holds executable content, in order. */
export function actionsOf(
  context: ImportContext,
  holder: XmlElement,
  skip: ReadonlySet<string> = new Set(),
): Draft[] {
  return holder.children.filter((child) => !skip.has(child.name)).flatMap((child) =>
    actionOf(context, child)
  );
}

/** The blocks of `onentry` or `onexit`: one stays a plain list, several keep their own boundary for errors. */
export function blocksOf(context: ImportContext, state: XmlElement, name: string): Draft[] {
  const blocks = state.children.filter((child) => child.name === name).map((block) =>
    actionsOf(context, block)
  );
  if (blocks.length < 2) return blocks[0] ?? [];
  return blocks.map((actions) => ({ block: actions }));
}

function actionOf(context: ImportContext, element: XmlElement): Draft[] {
  switch (element.name) {
    case "raise":
      return [{ raise: element.attributes.get("event") ?? "" }];
    case "log":
      return [logOf(context, element)];
    case "assign":
      return [assignOf(context, element)];
    case "if":
      return [branchOf(context, element)];
    case "foreach":
      return [foreachOf(context, element)];
    case "send":
      return sendOf(context, element);
    case "cancel":
      return cancelOf(context, element);
    case "script":
      return scriptOf(context, element);
    default:
      context.refuse(element, "this element has no counterpart");
      return [];
  }
}

function logOf(context: ImportContext, element: XmlElement): Draft {
  const label = element.attributes.get("label") ?? "";
  const source = element.attributes.get("expr");
  if (source !== undefined) {
    const value = context.value(element, source);
    if (value.type === "fail") return { fail: value.message };
  }
  return {
    name: "log",
    params: { message: [label, source ?? ""].filter((part) => part !== "").join(": ") || "log" },
  };
}

function assignOf(context: ImportContext, element: XmlElement): Draft {
  const location = element.attributes.get("location") ?? "";
  if (location.includes(".") || location.includes("[")) {
    context.refuse(element, `"${location}" is a path, only whole variables can be assigned`);
    return { fail: "path" };
  }
  if (!NAME.test(location) || location.startsWith("_")) return { fail: `"${location}" is not a variable` };
  const source = element.attributes.get("expr");
  if (source !== undefined) {
    const value = context.value(element, source);
    return value.type === "fail" ? { fail: value.message } : { compute: { [location]: value.text } };
  }
  const literal = literalExpression(element.children.length > 0 ? {} : literalOf(element.text));
  if (literal === null) context.refuse(element, "content that is not a plain value");
  return { compute: { [location]: literal ?? "None" } };
}

/** `elseif` and `else` split the children of one flat `if`. */
function branchOf(context: ImportContext, element: XmlElement): Draft {
  const arms: { condition: string | null; children: XmlElement[] }[] = [
    { condition: context.condition(element, element.attributes.get("cond") ?? "false"), children: [] },
  ];
  for (const child of element.children) {
    if (child.name === "elseif") {
      arms.push({
        condition: context.condition(child, child.attributes.get("cond") ?? "false"),
        children: [],
      });
    } else if (child.name === "else") arms.push({ condition: null, children: [] });
    else arms.at(-1)?.children.push(child);
  }
  return arms.reduceRight<Draft[]>((rest, arm) => {
    const actions = arm.children.flatMap((child) => actionOf(context, child));
    if (arm.condition === null) return actions;
    return [{ branch: { when: arm.condition, then: actions, else: rest } }];
  }, [])[0] ?? {};
}

function foreachOf(context: ImportContext, element: XmlElement): Draft {
  const item = element.attributes.get("item") ?? "";
  const index = element.attributes.get("index");
  const isNamed = NAME.test(item) && (index === undefined || NAME.test(index));
  if (!isNamed) return { fail: `"${item}" is not a variable` };
  const list = context.value(element, element.attributes.get("array") ?? "");
  if (list.type === "fail") return { fail: list.message };
  const body = actionsOf(context, element);
  return { foreach: { in: list.text, as: item, ...(index === undefined ? {} : { index }), do: body } };
}

function sendOf(context: ImportContext, element: XmlElement): Draft[] {
  const attribute = (name: string) => element.attributes.get(name);
  for (const name of ["idlocation", "targetexpr", "typeexpr"]) {
    if (attribute(name) !== undefined) context.refuse(element, `${name} is not kept`);
  }
  if (!SELF_PROCESSORS.has(attribute("type") ?? "")) context.refuse(element, `type ${attribute("type")}`);
  const target = attribute("target");
  if (target !== undefined && target !== "#_internal") context.refuse(element, `target ${target}`);
  const payload = payloadOf(context, element, wordsOf(element, "namelist"));
  if (payload.type === "fail") return [{ fail: payload.message }];
  const trigger = triggerOf(context, element);
  if ("fail" in trigger) return [trigger];
  const withPayload: Draft = payload.value === null ? {} : { payload: payload.value };
  if (target === "#_internal" && trigger.trigger !== undefined) {
    return [{ raise: { ...trigger, ...withPayload } }];
  }
  const after = delayOf(context, element);
  const id = attribute("id");
  return [{
    send: {
      ...trigger,
      ...withPayload,
      ...(after === null ? {} : { after }),
      ...(id === undefined ? {} : { id }),
    },
  }];
}

function triggerOf(context: ImportContext, element: XmlElement): Draft {
  const source = element.attributes.get("eventexpr");
  if (source === undefined) return { trigger: element.attributes.get("event") ?? "" };
  const value = context.value(element, source);
  return value.type === "fail" ? { fail: value.message } : { trigger_expr: value.text };
}

function delayOf(context: ImportContext, element: XmlElement): number | null {
  const constant = /^\s*(['"])([^'"]*)\1\s*$/.exec(element.attributes.get("delayexpr") ?? "");
  const isComputed = element.attributes.has("delayexpr") && constant === null;
  if (isComputed) context.refuse(element, "delayexpr that is not a constant");
  const text = element.attributes.get("delay") ?? constant?.[2];
  if (text === undefined) return null;
  const delayMs = delayMsOf(text);
  if (delayMs === null) context.refuse(element, `delay "${text}"`);
  return delayMs === 0 ? null : delayMs;
}

type Payload = { readonly type: "payload"; readonly value: JsonValue } | {
  readonly type: "fail";
  readonly message: string;
};

/** `param`, `namelist` and `content` of `send` and `donedata`: a mapping of expressions, or one expression. */
export function payloadOf(context: ImportContext, element: XmlElement, names: readonly string[]): Payload {
  const content = element.children.find((child) => child.name === "content");
  if (content !== undefined) return contentOf(context, content);
  const payload: Draft = {};
  for (const name of names) payload[name] = name;
  for (const param of element.children.filter((child) => child.name === "param")) {
    const source = param.attributes.get("expr") ?? param.attributes.get("location") ?? "";
    const value = context.value(param, source);
    if (value.type === "fail") return value;
    payload[param.attributes.get("name") ?? ""] = value.text;
  }
  return { type: "payload", value: Object.keys(payload).length === 0 ? null : payload };
}

function contentOf(context: ImportContext, content: XmlElement): Payload {
  const source = content.attributes.get("expr");
  if (source !== undefined) {
    const value = context.value(content, source);
    return value.type === "fail" ? value : { type: "payload", value: value.text };
  }
  const literal = literalExpression(content.children.length > 0 ? {} : literalOf(content.text));
  if (literal === null) context.refuse(content, "content that is not a plain value");
  return { type: "payload", value: literal };
}

function cancelOf(context: ImportContext, element: XmlElement): Draft[] {
  const id = element.attributes.get("sendid");
  if (id === undefined) context.refuse(element, "only sendid is kept");
  return id === undefined ? [] : [{ cancel: id }];
}

function scriptOf(context: ImportContext, element: XmlElement): Draft[] {
  if (element.attributes.has("src")) {
    context.refuse(element, "scripts from files are not read");
    return [];
  }
  const script = translateScript(element.text, context);
  if (script.type === "unsupported") {
    context.refuse(element, script.reason);
    return [];
  }
  return script.list.map(([name, expression]) => ({ compute: { [name]: expression } }));
}

/** Targets of a transition as `dest`. */
export function destOf(element: XmlElement): Draft {
  const targets = wordsOf(element, "target");
  return targets.length === 0 ? {} : { dest: oneOrList(targets) };
}
