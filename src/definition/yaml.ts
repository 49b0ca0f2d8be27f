/** Text to tree: YAML 1.2 and JSON with places, within limits; the one file that knows the YAML package. */
import { type Event, EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from "js-yaml";
import { messageOf } from "../errors.ts";
import { createFindings, type Findings, type Path } from "./findings.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { lineStartsOf, type Place, placeIn, type SourceEntry, type SourceNode } from "./source_node.ts";
import { olderReading, plainValueOf, type Scalar } from "./yaml_scalar.ts";

export const TEXT_BYTES_MAX = 256 * 1024;
export const DEPTH_MAX = 64;
/** Counted after aliases are unfolded. */
export const NODES_MAX = 50_000;

/** A text with more findings is not read to its end. */
const REPORTS_MAX = 200;

export interface ParseOptions {
  readonly format: "yaml" | "json";
  /** Replaces the text of a scalar before its type is looked at; a throw becomes a finding. */
  readonly substitute?: (text: string) => string;
}

export type ParseResult =
  | { readonly ok: true; readonly root: SourceNode; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Codes `Y01` syntax, `Y02` limit, `Y03` duplicate key, `Y04` number, `Y05` tag, `Y06` documents, `Y07` alias, `Y08` text. */
export function parseText(text: string, options: ParseOptions): ParseResult {
  const findings = createFindings();
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > TEXT_BYTES_MAX) {
    findings.error("Y02", [], `Cannot read the file: ${bytes} bytes, at most ${TEXT_BYTES_MAX}`);
    return { ok: false, diagnostics: findings.list };
  }
  try {
    if (options.format === "json") JSON.parse(text);
    const events = parseEvents(text, { maxDepth: DEPTH_MAX });
    const root = createTreeBuilder({ text, findings, options }).build(events);
    const errors = findings.list.filter((finding) => finding.severity === "error");
    if (root === null || errors.length > 0) return { ok: false, diagnostics: findings.list };
    return { ok: true, root, warnings: findings.list };
  } catch (error) {
    return { ok: false, diagnostics: [...findings.list, failureOf(error, text)] };
  }
}

function failureOf(error: unknown, text: string): Diagnostic {
  if (error instanceof TreeError) return error.diagnostic;
  if (error instanceof YAMLException) {
    const isTooDeep = /depth|nesting/i.test(error.reason);
    return {
      code: isTooDeep ? "Y02" : "Y01",
      severity: "error",
      message: isTooDeep
        ? `Cannot read the file: nested deeper than ${DEPTH_MAX}`
        : `Cannot read the file: ${error.reason}`,
      path: [],
      ...(error.mark === undefined ? {} : { line: error.mark.line + 1, column: error.mark.column + 1 }),
    };
  }
  return {
    code: "Y01",
    severity: "error",
    message: `Cannot read the file: ${messageOf(error)}`,
    path: [],
    ...placeOfJsonError(text),
  };
}

/** JSON is YAML too, and the YAML parser knows where it stopped. */
function placeOfJsonError(text: string): Partial<Place> {
  try {
    parseEvents(text, { maxDepth: DEPTH_MAX });
    return {};
  } catch (error) {
    const mark = error instanceof YAMLException ? error.mark : undefined;
    return mark === undefined ? {} : { line: mark.line + 1, column: mark.column + 1 };
  }
}

/** Stops the reading at once: what follows cannot be understood or would not end. */
class TreeError extends Error {
  override readonly name = "TreeError";
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

interface Built {
  readonly node: SourceNode;
  /** Nodes inside, itself included, aliases unfolded. */
  readonly size: number;
  readonly height: number;
}

interface Frame {
  readonly type: "list" | "mapping";
  readonly offset: number;
  readonly anchor: string | null;
  readonly items: SourceNode[];
  readonly entries: Map<string, SourceEntry>;
  readonly merges: SourceNode[];
  key: { readonly text: string; readonly offset: number; readonly isMerge: boolean } | null;
  size: number;
  height: number;
}

interface BuilderInput {
  readonly text: string;
  readonly findings: Findings;
  readonly options: ParseOptions;
}

const OPEN = Symbol("still being read");

function createTreeBuilder({ text, findings, options }: BuilderInput) {
  const frames: Frame[] = [];
  const anchors = new Map<string, Built | typeof OPEN>();
  let root: SourceNode | null = null;
  let documents = 0;
  let nodes = 0;
  const lineStarts = lineStartsOf(text);

  return { build };

  function build(events: readonly Event[]): SourceNode | null {
    for (const event of events) read(event);
    if (root === null && documents <= 1) fail("Y01", 0, "Cannot read the file: it is empty");
    return root;
  }

  function read(event: Event): void {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        if (++documents > 1) fail("Y06", 0, "Cannot read the file: several documents, one allowed");
        if (event.directives.some((directive) => directive.kind === "tag")) {
          fail("Y05", 0, "Cannot read the file: %TAG is not allowed");
        }
        return;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const type = event.type === EVENT_ID.SEQUENCE ? "list" : "mapping";
        const tag = slice(event.tagStart, event.tagEnd);
        const allowed = type === "list" ? ["!!seq", "!"] : ["!!map", "!"];
        if (tag !== null && !allowed.includes(tag)) refuseTag(tag, event.start);
        return open(type, event.start, slice(event.anchorStart, event.anchorEnd));
      }
      case EVENT_ID.SCALAR:
        return readScalar(event);
      case EVENT_ID.ALIAS:
        return readAlias(event.anchorStart, slice(event.anchorStart, event.anchorEnd) ?? "");
      case EVENT_ID.POP:
        if (frames.length > 0) close();
        return;
    }
  }

  function open(type: "list" | "mapping", offset: number, anchor: string | null): void {
    const frame = frames.at(-1);
    if (frame?.type === "mapping" && frame.key === null) {
      fail("F16", offset, `Cannot use a ${type} as a key: a key is a text`);
    }
    if (anchor !== null) anchors.set(anchor, OPEN);
    frames.push({
      type,
      offset,
      anchor,
      items: [],
      entries: new Map(),
      merges: [],
      key: null,
      size: 1,
      height: 1,
    });
  }

  function close(): void {
    const frame = frames.pop();
    if (frame === undefined) return;
    for (const merged of frame.merges) merge(frame, merged);
    const { type, offset, items, entries, size, height } = frame;
    const node: SourceNode = type === "list" ? { type, offset, items } : { type, offset, entries };
    const built = { node, size, height };
    if (frame.anchor !== null) anchors.set(frame.anchor, built);
    nodes += 1;
    place(built, offset, false);
  }

  function readScalar(event: Event & { type: typeof EVENT_ID.SCALAR }): void {
    const written = getScalarValue(text, event);
    const offset = event.valueStart;
    const isPlain = event.style === SCALAR_STYLE.PLAIN;
    const tag = slice(event.tagStart, event.tagEnd);
    const content = substituted(written, offset);
    const frame = frames.at(-1);
    const isKey = frame?.type === "mapping" && frame.key === null;
    const value = typedValue(content, { tag, isPlain, offset });
    if (isPlain && tag === null) warnOlder(content, { offset, isKey });
    if (typeof value === "string" && (value.includes("\u0000") || !value.isWellFormed())) {
      report("Y08", offset, "Cannot use a text with the character U+0000 or half a surrogate pair");
    }
    if (isKey) return readKey(frame, { value, content, offset, isPlain });
    const isVerbatim = content === written && text.startsWith(written, offset);
    const built = {
      node: { type: "scalar", value, offset, isVerbatim } as const,
      size: 1,
      height: 1,
    };
    const anchor = slice(event.anchorStart, event.anchorEnd);
    if (anchor !== null) anchors.set(anchor, built);
    nodes += 1;
    place(built, offset, false);
  }

  function readKey(
    frame: Frame,
    key: { value: Scalar; content: string; offset: number; isPlain: boolean },
  ): void {
    const { value, content, offset, isPlain } = key;
    if (typeof value !== "string") {
      const shown = content === "" ? "an empty key" : `"${content}" as a key`;
      report("F16", offset, `Cannot use ${shown}: a key is a text`, "Write it in quotes");
    }
    frame.key = { text: content, offset, isMerge: isPlain && content === "<<" };
  }

  function readAlias(offset: number, name: string): void {
    const target = anchors.get(name);
    if (target === undefined) {
      fail("Y07", offset, `Cannot find anchor "${name}": not defined before this alias`);
    }
    if (target === OPEN) fail("Y07", offset, `Cannot use alias "${name}": it contains itself`);
    nodes += target.size;
    if (frames.length + target.height > DEPTH_MAX) {
      fail("Y02", offset, `Cannot read the file: nested deeper than ${DEPTH_MAX}`);
    }
    const frame = frames.at(-1);
    if (frame?.type === "mapping" && frame.key === null) {
      if (target.node.type !== "scalar" || typeof target.node.value !== "string") {
        fail("F16", offset, `Cannot use alias "${name}" as a key: a key is a text`);
      }
      frame.key = { text: target.node.value, offset, isMerge: false };
      return;
    }
    place(target, offset, true);
  }

  function place(built: Built, offset: number, isAlias: boolean): void {
    if (nodes > NODES_MAX) fail("Y02", offset, `Cannot read the file: more than ${NODES_MAX} nodes`);
    const frame = frames.at(-1);
    if (frame === undefined) {
      root = built.node;
      return;
    }
    frame.size += built.size;
    frame.height = Math.max(frame.height, built.height + 1);
    if (frame.type === "list") return void frame.items.push(built.node);
    const { key } = frame;
    frame.key = null;
    if (key === null) return;
    if (key.isMerge) return void mergeSources(frame, built.node, isAlias ? offset : key.offset);
    if (frame.entries.has(key.text)) {
      report("Y03", key.offset, `Cannot use key "${key.text}" twice in one mapping`);
      return;
    }
    frame.entries.set(key.text, { keyOffset: key.offset, node: built.node });
  }

  function mergeSources(frame: Frame, node: SourceNode, offset: number): void {
    const sources = node.type === "list" ? node.items : [node];
    for (const source of sources) {
      if (source.type !== "mapping") fail("Y01", offset, "Cannot merge with <<: a mapping is needed");
      frame.merges.push(source);
    }
  }

  /** Keys of the mapping itself win, then earlier merges. */
  function merge(frame: Frame, source: SourceNode): void {
    if (source.type !== "mapping") return;
    for (const [key, entry] of source.entries) if (!frame.entries.has(key)) frame.entries.set(key, entry);
  }

  function typedValue(
    content: string,
    { tag, isPlain, offset }: { tag: string | null; isPlain: boolean; offset: number },
  ): Scalar {
    if (tag === "!!str" || tag === "!") return content;
    if (tag === null && !isPlain) return content;
    const value = plainValueOf(content);
    if (Number.isNaN(value)) {
      report("Y04", offset, `Cannot use number "${content}": not finite or not exact`);
      return 0;
    }
    if (tag === null) return value;
    const kind = value === null
      ? "!!null"
      : typeof value === "boolean"
      ? "!!bool"
      : typeof value === "number"
      ? Number.isInteger(value) && tag === "!!int" ? "!!int" : "!!float"
      : "";
    if (kind !== tag) refuseTag(tag, offset);
    return value;
  }

  function substituted(written: string, offset: number): string {
    if (options.substitute === undefined || !written.includes("${")) return written;
    try {
      return options.substitute(written);
    } catch (error) {
      report("S01", offset, messageOf(error));
      return written;
    }
  }

  function warnOlder(content: string, { offset, isKey }: { offset: number; isKey: boolean }): void {
    const reading = options.format === "yaml" ? olderReading(content) : null;
    if (reading === null || (content === "on" && isKey) || findings.list.length >= REPORTS_MAX) return;
    findings.add({
      code: "yaml_1_1",
      severity: "warning",
      message: `Word "${content}" is read as YAML 1.2 does: YAML 1.1 takes it as ${reading}`,
      path: pathHere(),
      ...placeAt(offset),
      hint: `Write "${content}" in quotes`,
      data: { word: content },
    });
  }

  function refuseTag(tag: string, offset: number): void {
    report("Y05", offset, `Cannot use tag "${tag}": only the core tags of YAML 1.2 are known`);
  }

  function slice(start: number, end: number): string | null {
    if (start < 0) return null;
    const found = text.slice(start, end);
    return found.startsWith("!<tag:yaml.org,2002:") ? `!!${found.slice(20, -1)}` : found;
  }

  function pathHere(): Path {
    const path: (string | number)[] = [];
    for (const frame of frames) {
      if (frame.type === "list") path.push(frame.items.length);
      else if (frame.key !== null) path.push(frame.key.text);
    }
    return path;
  }

  function diagnosticAt(code: string, offset: number, message: string): Diagnostic {
    return { code, severity: "error", message, path: pathHere(), ...placeAt(offset) };
  }

  function report(code: string, offset: number, message: string, hint?: string): void {
    findings.add({ ...diagnosticAt(code, offset, message), ...(hint === undefined ? {} : { hint }) });
    if (findings.list.length >= REPORTS_MAX) {
      fail("Y02", offset, `Cannot read on: more than ${REPORTS_MAX} findings`);
    }
  }

  function fail(code: string, offset: number, message: string): never {
    throw new TreeError(diagnosticAt(code, offset, message));
  }

  function placeAt(offset: number): Place {
    return placeIn(lineStarts, offset);
  }
}
