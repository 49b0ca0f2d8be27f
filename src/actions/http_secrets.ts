/** Secrets in headers: `{{ secrets.NAME }}` becomes a value of the operator, for the hosts that it may go to. */

export interface HttpSecret {
  readonly name: string;
  readonly value: string;
  /** `host` or `host:port`. */
  readonly hosts: readonly string[];
}

const PLACEHOLDER = /\{\{\s*secrets\.([a-z0-9_]{1,100})\s*\}\}/g;

export type Filled =
  | { readonly type: "filled"; readonly text: string }
  | { readonly type: "refused"; readonly reason: string };

/**
 * Fills the secrets that the author wrote into `template`; `render` fills everything between them, so that a value of
 * the context can never name one. Messages carry names only.
 */
export function fillSecrets(
  template: string,
  options: {
    readonly url: string;
    readonly secrets: readonly HttpSecret[];
    readonly render: (text: string) => string;
  },
): Filled {
  const { secrets, render } = options;
  let text = "";
  let done = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    const [placeholder, name = ""] = match;
    const secret = secrets.find((one) => one.name === name);
    if (secret === undefined) return { type: "refused", reason: `There is no secret "${name}"` };
    if (!isMeant(secret, options.url)) {
      return { type: "refused", reason: `Secret "${name}" is not for this host` };
    }
    text += render(template.slice(done, match.index)) + secret.value;
    done = match.index + placeholder.length;
  }
  return { type: "filled", text: text + render(template.slice(done)) };
}

function isMeant({ hosts }: HttpSecret, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { host, hostname } = new URL(url);
  return hosts.includes(host) || hosts.includes(hostname);
}
