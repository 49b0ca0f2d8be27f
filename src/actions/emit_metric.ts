/** Action `emit_metric`: counts or measures under a name that the author chose. */
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ActionHandler } from "./actions.ts";

/** `name`, `value` (1), `type` (`counter`, `gauge`, `histogram`); `tags` go to the log, they would multiply the series. */
export function emitMetric(deps: { readonly log: Log; readonly metrics: Metrics | null }): ActionHandler {
  return (action) => {
    const { name, value: given = 1, type = "counter", tags } = action.params;
    if (typeof name !== "string" || name === "") {
      deps.log.warning("A metric without a name is not kept", {
        machine: action.machineName,
        entity: action.entityId,
      });
      return Promise.resolve({ type: "done", output: null });
    }
    const value = typeof given === "boolean" ? NaN : Number(given ?? NaN);
    if (!Number.isFinite(value) || (type === "counter" && value < 0)) {
      const error = `Cannot emit metric "${name}": its value must be a number`;
      return Promise.resolve({ type: "failed", error, isFinal: true, retryAfterMs: null });
    }
    const labels = { machine: action.machineName, name };
    if (type === "gauge") deps.metrics?.set("stator_emitted_value", labels, value);
    else if (type === "histogram" || type === "timer") {
      deps.metrics?.observe("stator_emitted_observation", labels, value);
    } else deps.metrics?.count("stator_emitted_total", labels, value);
    deps.log.debug("Metric emitted", { ...labels, value, type, tags, entity: action.entityId });
    return Promise.resolve({ type: "done", output: null });
  };
}
