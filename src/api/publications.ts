/** What machines published lately, kept for readers of streams for an hour. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../errors.ts";
import type { DocumentStore, StoredDocument } from "../store/store.ts";

export const PUBLICATION_KIND = "publication";
export const PUBLICATION_KEPT_MS = 3_600_000;

/** Where a reader is: everything before `atMs`, and some of that very ms. */
export interface ReadPlace {
  readonly atMs: number;
  readonly ids: readonly string[];
}

/** Writers that are about to write an earlier time get this long to do so. */
const SETTLED_MS = 250;
const PAGE = 100;
const PAGES_MAX = 20;
const IDS_MAX = 40;
const ID_LENGTH = 8;

/** Oldest first; what was kept no longer, or lies more than 2,000 back, is not told any more. */
export async function publicationsSince(
  documents: DocumentStore,
  place: ReadPlace,
  nowMs: number,
): Promise<readonly StoredDocument[]> {
  const found: StoredDocument[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const query = { limit: PAGE, cursor, isNewestFirst: true };
    const page: Awaited<ReturnType<DocumentStore["list"]>> = await documents.list(PUBLICATION_KIND, query);
    const fresh = page.items.filter(({ createdAtMs }) => createdAtMs >= place.atMs);
    found.push(...fresh.filter((item) => isNew(item, place) && item.createdAtMs <= nowMs - SETTLED_MS));
    cursor = page.nextCursor;
    if (cursor === null || fresh.length < page.items.length) break;
  }
  return found.toReversed();
}

/** The place behind `told`, which are in order. */
export function placeBehind(place: ReadPlace, told: readonly StoredDocument[]): ReadPlace {
  const atMs = told.at(-1)?.createdAtMs ?? place.atMs;
  const ids = told.filter((item) => item.createdAtMs === atMs).map(({ id }) => id.slice(0, ID_LENGTH));
  return { atMs, ids: [...(place.atMs === atMs ? place.ids : []), ...ids].slice(-IDS_MAX) };
}

export function textOfPlace({ atMs, ids }: ReadPlace): string {
  return `${atMs}${ids.length === 0 ? "" : `.${ids.join(".")}`}`;
}

const Place = z.string().max(1_000).regex(/^\d{1,15}(?:\.[0-9a-z-]{1,8})*$/);

export function placeFrom(text: string): ReadPlace {
  const read = Place.safeParse(text);
  if (!read.success) {
    throw new AppError("bad_request", "Cannot resume the stream: the id is of another stream");
  }
  const [atMs = "0", ...ids] = read.data.split(".");
  return { atMs: Number(atMs), ids };
}

function isNew({ createdAtMs, id }: StoredDocument, place: ReadPlace): boolean {
  return createdAtMs > place.atMs || !place.ids.includes(id.slice(0, ID_LENGTH));
}
