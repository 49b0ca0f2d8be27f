/** Services of states as plain requests: started where a macrostep ends, stopped when their state is left. */
import { nodeAt } from "./machine.ts";
import { setOwn } from "./own.ts";
import type { Work } from "./work.ts";

/** Starts the services of nodes that were entered in this macrostep and are still active. */
export function startInvokes(work: Work): void {
  if (work.enteredInvokes === null) return;
  const entered = [...work.enteredInvokes].sort((left, right) => left - right);
  work.enteredInvokes = null;
  if (work.isDone) return;
  for (const index of entered) {
    const node = nodeAt(work.machine, index);
    const generation = ++work.generation;
    const invokes: Record<string, number> = { ...work.invokes };
    setOwn(invokes, node.name, generation);
    work.invokes = invokes;
    for (const invoke of node.invokes) {
      work.requests.push({
        kind: "invoke_start",
        name: invoke.src,
        params: {
          id: invoke.id,
          src: invoke.src,
          state: node.name,
          generation,
          on_done: invoke.onDone ?? `done.invoke.${invoke.id}`,
          on_error: invoke.onError ?? `error.invoke.${invoke.id}`,
        },
        options: NO_OPTIONS,
        context: {},
      });
    }
  }
}

/** Stops the services of a node that ran before this macrostep; one that has not begun is just not started. */
export function stopInvokes(work: Work, index: number): void {
  if (work.enteredInvokes?.delete(index) === true) return;
  const node = nodeAt(work.machine, index);
  const { [node.name]: _, ...others } = work.invokes;
  work.invokes = others;
  for (const { id, src } of node.invokes) {
    work.requests.push({
      kind: "invoke_stop",
      name: src,
      params: { id, src, state: node.name },
      options: NO_OPTIONS,
      context: {},
    });
  }
}

const NO_OPTIONS = { when: null, timeoutS: null, retry: null, retryBackoffS: null };
