/** What a machine is called: name and namespace in their normal form. */
import type { MetaDraft } from "./draft.ts";
import type { Findings } from "./findings.ts";
import { isName, NAME_RULE } from "./names.ts";

export interface Identity {
  readonly name: string;
  /** null when none was written. */
  readonly namespace: string | null;
}

const NAMESPACE = /^[a-z0-9_]+(?:\/[a-z0-9_]+)*$/;

/** Lower case, trimmed. Findings `P01` to `P03`. */
export function identityOf(meta: MetaDraft, findings: Findings): Identity {
  const name = meta.machineName?.trim().toLowerCase() ?? "";
  if (name === "") {
    findings.error("P01", ["meta", "machine_name"], "Cannot name the machine: meta.machine_name is missing");
  } else if (!isName(name)) {
    findings.error("P02", ["meta", "machine_name"], `Cannot name the machine "${name}": ${NAME_RULE} only`, {
      hint: suggestion(name),
      data: { names: [name] },
    });
  }
  const namespace = namespaceOf(meta.namespace);
  if (namespace !== null && !NAMESPACE.test(namespace)) {
    findings.error(
      "P03",
      ["meta", "namespace"],
      `Cannot use namespace "${namespace}": words of ${NAME_RULE} between /`,
      {
        data: { names: [namespace] },
      },
    );
  }
  return { name, namespace };
}

/** Lower case, single slashes, none outside; an empty one is none. */
function namespaceOf(text: string | null): string | null {
  if (text === null) return null;
  const namespace = text.trim().toLowerCase().replaceAll(/\/+/g, "/").replace(/^\//, "").replace(/\/$/, "");
  return namespace === "" ? null : namespace;
}

function suggestion(name: string): string | undefined {
  const word = name.replaceAll(/[^a-z0-9_]+/g, "_").replace(/^_+/, "").replace(/_+$/, "");
  return word === "" ? undefined : `Write ${word}`;
}
