/** What people write beside a machine: notes on states and transitions, places on a canvas. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import type { StoredDocument } from "../../store/store.ts";
import { audit } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { Instant, MachineName, MachineVersion, timeOf } from "./shared.ts";

const NOTES_MAX = 5_000;
const NOTE_LENGTH_MAX = 65_536;
const POSITIONS_MAX = 2_000;

const NoteBody = z.strictObject({ body_markdown: z.string().max(NOTE_LENGTH_MAX) }).openapi("NoteRequest");
const Done = z.object({ ok: z.literal(true) }).openapi("Done");
const STATE_NAME = /^[A-Za-z0-9_.-]{1,200}$/;
const StateName = z.string().regex(STATE_NAME);
const TransitionKey = z.string().min(1).max(512);
const RenameBody = z.strictObject({ old_state_name: StateName, new_state_name: StateName }).openapi(
  "RenameNoteRequest",
);
const Renamed = z.object({ ok: z.literal(true), moved: z.boolean() }).openapi("RenamedNote");

const versionFields = { machine_name: z.string(), machine_version: z.string() };
const StateNotes = z.object({
  ...versionFields,
  items: z.array(
    z.object({ state_name: z.string(), body_markdown: z.string(), updated_at: Instant.nullable() }),
  ),
}).openapi("WorkspaceAnnotationsListResponse");
const TransitionNotes = z.object({
  ...versionFields,
  items: z.array(
    z.object({ transition_key: z.string(), body_markdown: z.string(), updated_at: Instant.nullable() }),
  ),
}).openapi("TransitionAnnotations");

const Position = z.strictObject({ x: z.number().default(0), y: z.number().default(0) });
const POSITION_NAMES = { description: "By state", propertyNames: { pattern: STATE_NAME.source } };
const Positions = z.record(StateName, Position).openapi(POSITION_NAMES);
const Layout = z.object({
  ...versionFields,
  positions: z.record(z.string(), z.object({ x: z.number(), y: z.number() })),
})
  .openapi("WorkspaceLayoutsListResponse");
const LayoutBody = z.strictObject({ positions: Positions }).openapi("LayoutRequest");
const LayoutSaved = z.object({ ok: z.literal(true), upserted: z.int() }).openapi("LayoutSaved");

const versionQuery = z.strictObject({ machine_name: MachineName, machine_version: MachineVersion });
const versionParams = { machine_name: MachineName, machine_version: MachineVersion };
const GONE = { description: "Gone" };
const NO_MACHINE = problemAnswer("No such machine");

const listNotesRoute = defineRoute({
  method: "get",
  path: "/api/v1/annotations",
  tags: ["workspace"],
  summary: "Notes on the states of a machine",
  request: { query: versionQuery },
  responses: { 200: jsonAnswer(StateNotes, "Notes") },
});

const putNoteRoute = defineRoute({
  method: "put",
  path: "/api/v1/annotations/{machine_name}/{machine_version}/{state_name}",
  tags: ["workspace"],
  summary: "Write the note on a state",
  request: { params: z.object({ ...versionParams, state_name: StateName }), body: jsonBody(NoteBody) },
  responses: { 200: jsonAnswer(Done, "Written"), 404: NO_MACHINE },
});

const deleteNoteRoute = defineRoute({
  method: "delete",
  path: "/api/v1/annotations/{machine_name}/{machine_version}/{state_name}",
  tags: ["workspace"],
  summary: "Remove the note on a state",
  request: { params: z.object({ ...versionParams, state_name: StateName }) },
  responses: { 204: GONE, 404: problemAnswer("No such note") },
});

const renameNoteRoute = defineRoute({
  method: "post",
  path: "/api/v1/annotations/{machine_name}/{machine_version}/rename",
  tags: ["workspace"],
  summary: "Move a note when its state gets another name; an existing note there stays",
  request: { params: z.object(versionParams), body: jsonBody(RenameBody) },
  responses: {
    200: jsonAnswer(Renamed, "Moved, or there was nothing to move"),
    409: problemAnswer("A note is there"),
  },
});

const listTransitionNotesRoute = defineRoute({
  method: "get",
  path: "/api/v1/transition-annotations",
  tags: ["workspace"],
  summary: "Notes on the transitions of a machine",
  request: { query: versionQuery },
  responses: { 200: jsonAnswer(TransitionNotes, "Notes") },
});

const putTransitionNoteRoute = defineRoute({
  method: "put",
  path: "/api/v1/transition-annotations/{machine_name}/{machine_version}/{transition_key}",
  tags: ["workspace"],
  summary: "Write the note on a transition",
  request: {
    params: z.object({ ...versionParams, transition_key: TransitionKey }),
    body: jsonBody(NoteBody),
  },
  responses: { 200: jsonAnswer(Done, "Written"), 404: NO_MACHINE },
});

const deleteTransitionNoteRoute = defineRoute({
  method: "delete",
  path: "/api/v1/transition-annotations/{machine_name}/{machine_version}/{transition_key}",
  tags: ["workspace"],
  summary: "Remove the note on a transition",
  request: { params: z.object({ ...versionParams, transition_key: TransitionKey }) },
  responses: { 204: GONE, 404: problemAnswer("No such note") },
});

const layoutRoute = defineRoute({
  method: "get",
  path: "/api/v1/layouts",
  tags: ["workspace"],
  summary: "Places of states on a canvas",
  request: { query: versionQuery },
  responses: { 200: jsonAnswer(Layout, "Places") },
});

const putLayoutRoute = defineRoute({
  method: "put",
  path: "/api/v1/layouts/{machine_name}/{machine_version}",
  tags: ["workspace"],
  summary: "Keep places; those that are not named stay",
  request: { params: z.object(versionParams), body: jsonBody(LayoutBody) },
  responses: {
    200: jsonAnswer(LayoutSaved, "Kept"),
    404: NO_MACHINE,
    409: problemAnswer("Changed meanwhile"),
  },
});

const deleteLayoutRoute = defineRoute({
  method: "delete",
  path: "/api/v1/layouts/{machine_name}/{machine_version}",
  tags: ["workspace"],
  summary: "Forget all places",
  request: { params: z.object(versionParams) },
  responses: { 204: GONE },
});

const deletePlaceRoute = defineRoute({
  method: "delete",
  path: "/api/v1/layouts/{machine_name}/{machine_version}/{state_name}",
  tags: ["workspace"],
  summary: "Forget the place of one state",
  request: { params: z.object({ ...versionParams, state_name: StateName }) },
  responses: { 204: GONE, 404: problemAnswer("No such place") },
});

type NoteKind = "state_note" | "transition_note";
const LAYOUT_KIND = "layout";

interface Version {
  readonly machine_name: string;
  readonly machine_version: string;
}

export function addWorkspaceRoutes(app: ApiApp, deps: RouteDeps): void {
  const { documents } = deps.store.operations;

  app.openapi(listNotesRoute, async (c) => {
    const notes = await notesOf("state_note", c.req.valid("query"));
    return c.json({
      ...c.req.valid("query"),
      items: notes.map(({ key, ...note }) => ({ state_name: key, ...note })),
    }, 200);
  });

  app.openapi(putNoteRoute, async (c) => {
    const { state_name: key, ...version } = c.req.valid("param");
    await writeNote("state_note", { version, key, text: c.req.valid("json").body_markdown });
    await tell(c, "annotation.changed", { version, key });
    return c.json({ ok: true as const }, 200);
  });

  app.openapi(deleteNoteRoute, async (c) => {
    const { state_name: key, ...version } = c.req.valid("param");
    removed(await documents.delete("state_note", idOf(version, key)));
    await tell(c, "annotation.deleted", { version, key });
    return c.body(null, 204);
  });

  app.openapi(renameNoteRoute, async (c) => {
    const version = c.req.valid("param");
    const { old_state_name: from, new_state_name: to } = c.req.valid("json");
    const note = await documents.get("state_note", idOf(version, from));
    if (note === null) return c.json({ ok: true as const, moved: false }, 200);
    const written = await documents.put("state_note", idOf(version, to), { ...note.body, key: to }, NEW);
    if (written === null) throw new AppError("conflict", `Cannot move the note: "${to}" has one`);
    await documents.delete("state_note", note.id);
    await tell(c, "annotation.renamed", { version, key: to });
    return c.json({ ok: true as const, moved: true }, 200);
  });

  app.openapi(listTransitionNotesRoute, async (c) => {
    const notes = await notesOf("transition_note", c.req.valid("query"));
    return c.json({
      ...c.req.valid("query"),
      items: notes.map(({ key, ...note }) => ({ transition_key: key, ...note })),
    }, 200);
  });

  app.openapi(putTransitionNoteRoute, async (c) => {
    const { transition_key: key, ...version } = c.req.valid("param");
    await writeNote("transition_note", { version, key, text: c.req.valid("json").body_markdown });
    await tell(c, "annotation.changed", { version, key });
    return c.json({ ok: true as const }, 200);
  });

  app.openapi(deleteTransitionNoteRoute, async (c) => {
    const { transition_key: key, ...version } = c.req.valid("param");
    removed(await documents.delete("transition_note", idOf(version, key)));
    await tell(c, "annotation.deleted", { version, key });
    return c.body(null, 204);
  });

  app.openapi(layoutRoute, async (c) => {
    const stored = await documents.get(LAYOUT_KIND, idOf(c.req.valid("query"), ""));
    return c.json({ ...c.req.valid("query"), positions: positionsOf(stored) }, 200);
  });

  app.openapi(putLayoutRoute, async (c) => {
    const version = c.req.valid("param");
    const { positions } = c.req.valid("json");
    await requireMachine(version);
    await changeLayout(version, (known) => ({ ...known, ...positions }));
    await tell(c, "layout.changed", { version, key: "" });
    return c.json({ ok: true as const, upserted: Object.keys(positions).length }, 200);
  });

  app.openapi(deleteLayoutRoute, async (c) => {
    const version = c.req.valid("param");
    await documents.delete(LAYOUT_KIND, idOf(version, ""));
    await tell(c, "layout.deleted", { version, key: "" });
    return c.body(null, 204);
  });

  app.openapi(deletePlaceRoute, async (c) => {
    const { state_name: state, ...version } = c.req.valid("param");
    const known = positionsOf(await documents.get(LAYOUT_KIND, idOf(version, "")));
    removed(Object.hasOwn(known, state));
    await changeLayout(version, ({ [state]: _gone, ...rest }) => rest);
    await tell(c, "layout.changed", { version, key: state });
    return c.body(null, 204);
  });

  function tell(
    c: Context<ApiEnv>,
    action: string,
    { version, key }: { readonly version: Version; readonly key: string },
  ): Promise<void> {
    const resource = `machine:${version.machine_name}/${version.machine_version}`;
    return audit(c, deps, { action, resource, details: { key } });
  }

  async function notesOf(kind: NoteKind, version: Version) {
    const { items } = await documents.list(kind, {
      prefix: idOf(version, ""),
      limit: NOTES_MAX,
      isNewestFirst: false,
    });
    return items.map(({ body, updatedAtMs }) => ({
      key: String(body["key"]),
      body_markdown: String(body["text"]),
      updated_at: timeOf(updatedAtMs),
    }));
  }

  async function writeNote(
    kind: NoteKind,
    { version, key, text }: { readonly version: Version; readonly key: string; readonly text: string },
  ): Promise<void> {
    await requireMachine(version);
    await documents.put(kind, idOf(version, key), { key, text }, {
      expectedVersion: null,
      expiresAtMs: null,
    });
  }

  async function changeLayout(
    version: Version,
    change: (known: PlacesByState) => PlacesByState,
  ): Promise<void> {
    const id = idOf(version, "");
    const stored = await documents.get(LAYOUT_KIND, id);
    const positions = change(positionsOf(stored));
    if (Object.keys(positions).length > POSITIONS_MAX) {
      throw new AppError("validation_failed", `Cannot keep the places: more than ${POSITIONS_MAX}`);
    }
    const written = await documents.put(
      LAYOUT_KIND,
      id,
      { positions: JSON.parse(JSON.stringify(positions)) },
      {
        expectedVersion: stored?.version ?? 0,
        expiresAtMs: null,
      },
    );
    if (written === null) {
      throw new AppError("revision_conflict", "Cannot keep the places: they changed meanwhile");
    }
  }

  async function requireMachine({ machine_name: name, machine_version: version }: Version): Promise<void> {
    if (await deps.store.machines.find(name, version) === null) {
      throw new AppError(
        "machine_not_found",
        `Cannot annotate machine "${name}" ${version}: no such version`,
      );
    }
  }
}

type PlacesByState = Record<string, { readonly x: number; readonly y: number }>;

const NEW = { expectedVersion: 0, expiresAtMs: null } as const;

/** `/` is in no name and no version, so that a prefix never meets another machine. */
function idOf(version: Version, key: string): string {
  return `${version.machine_name}/${version.machine_version}/${key}`;
}

function removed(isRemoved: boolean): void {
  if (!isRemoved) throw new AppError("not_found", "Cannot remove it: there is none");
}

const StoredLayout = z.object({
  positions: z.record(z.string(), z.object({ x: z.number(), y: z.number() })),
});

function positionsOf(stored: StoredDocument | null): PlacesByState {
  const body: JsonObject = stored?.body ?? {};
  const read = StoredLayout.safeParse(body);
  return read.success ? read.data.positions : {};
}
