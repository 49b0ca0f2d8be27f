/** Reads server-sent events as a client does. */
import { assert } from "../../src/assert.ts";

export interface SentEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

export async function nextEvent(events: AsyncGenerator<SentEvent>): Promise<SentEvent> {
  const { value, done } = await events.next();
  assert(!done, "the stream ended");
  return value;
}

/** Comments and heartbeats are passed over. */
export async function* readEvents(response: Response): AsyncGenerator<SentEvent> {
  let text = "";
  assert(response.body !== null, "a stream has a body");
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const fields = new Map(
        text.slice(0, end).split("\n").map((line) => {
          const colon = line.indexOf(": ");
          return [line.slice(0, colon), line.slice(colon + 2)] as const;
        }),
      );
      text = text.slice(end + 2);
      const data = fields.get("data");
      if (data !== undefined) {
        yield { event: fields.get("event") ?? "message", id: fields.get("id") ?? "", data };
      }
    }
  }
}
