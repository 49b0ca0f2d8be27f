/** Dead letters in PostgreSQL: reading them, giving them up, putting them back. */
import type { DeadLetter } from "../../orchestrator/dead_letter.ts";
import { number, text, textOrNull } from "../columns.ts";
import { cursorScope } from "../cursor.ts";
import { originalSeq, replayedAs, replayedEvent } from "../replay.ts";
import { deadLetterFrom } from "../rows.ts";
import type { DeadLetterStore } from "../store.ts";
import type { PostgresDatabase } from "./connect.ts";
import { eventRow } from "./inbox.ts";
import { pageFrom } from "./paging.ts";
import type { PostgresDeps } from "./turns.ts";

export function createPostgresDeadLetters({ database, signal }: PostgresDeps): DeadLetterStore {
  return {
    async list(query) {
      const page = await pageFrom(database, {
        from: "stator.dead_letter",
        filters: [
          ["machine_name = $", query.machineName],
          ["entity_id = $", query.entityId],
          ["reason = $", query.reason],
          ["stage = $", query.stage],
          ["status = $", query.status],
          ["created_at >= $", query.createdFromMs],
          ["created_at <= $", query.createdToMs],
        ],
        scope: cursorScope("dead_letters", query),
        order: [
          { column: "created_at", isDescending: query.isAscending !== true, type: "bigint" },
          { column: "record_id", isDescending: query.isAscending !== true, type: "text" },
        ],
        query,
        isCounted: true,
      });
      return { ...page, items: page.items.map(deadLetterFrom) };
    },
    get: (recordId) => find(database, recordId),
    async stats(machineName) {
      const rows = await database.all(
        "select reason, status, stage, count(*) as count from stator.dead_letter " +
          "where $1::text is null or machine_name = $1::text group by 1, 2, 3",
        machineName ?? null,
      );
      const sumBy = (column: string): Readonly<Record<string, number>> => {
        const sums: Record<string, number> = {};
        for (const row of rows) {
          const name = text(row, column);
          sums[name] = (sums[name] ?? 0) + number(row, "count");
        }
        return sums;
      };
      return {
        total: rows.reduce((sum, row) => sum + number(row, "count"), 0),
        byReason: sumBy("reason"),
        byStatus: sumBy("status"),
        byStage: sumBy("stage"),
      };
    },
    async discard(recordId, actor) {
      const letter = await find(database, recordId);
      if (letter === null) return null;
      await database.get("select stator.discard($1, $2, $3)", recordId, letter.entityId, actor);
      signal.wake();
      return await find(database, recordId);
    },
    async replay(request) {
      const letter = await find(database, request.recordId);
      if (letter === null) return null;
      const earlier = replayedAs(letter);
      if (earlier !== null) return { letter, eventId: earlier };

      const isAction = letter.stage === "worker_dispatcher";
      const row = await database.get(
        "select stator.replay($1, $2, $3, $4, $5, $6, $7) as event_id",
        request.recordId,
        letter.entityId,
        request.eventId,
        request.actor,
        isAction ? null : JSON.stringify([eventRow(replayedEvent(letter, request))]),
        originalSeq(letter),
        isAction && request.payload !== undefined ? JSON.stringify(request.payload) : null,
      );
      signal.wake();
      const eventId = row === null ? null : textOrNull(row, "event_id");
      const replayed = await find(database, request.recordId);
      return eventId === null || replayed === null ? null : { letter: replayed, eventId };
    },
  };
}

async function find(database: PostgresDatabase, recordId: string): Promise<DeadLetter | null> {
  const row = await database.get("select * from stator.dead_letter where record_id = $1", recordId);
  return row === null ? null : deadLetterFrom(row);
}
