/** The frame of every page: title, places to go, and what to say when something is missing or refused. */
import type { Child } from "hono/jsx";
import type { Problem } from "./api_client.ts";

export interface Frame {
  readonly appName: string;
  readonly theme: string;
  /** Path prefix the site is served under, "" at the root. */
  readonly path: string;
  readonly user:
    | { readonly username: string; readonly role: string; readonly isAuthDisabled: boolean }
    | null;
  readonly deadLetters: number | null;
}

const PLACES = [
  ["/", "Overview"],
  ["/machines", "Machines"],
  ["/entities", "Entities"],
  ["/history", "History"],
  ["/dead-letters", "Dead letters"],
  ["/docs", "API"],
] as const;

export function Page(props: { frame: Frame; title: string; children?: Child }) {
  const { frame, title } = props;
  return (
    <html lang="en" data-theme={frame.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · ${frame.appName}`}</title>
        <link rel="icon" href="/ui/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/ui/style.css" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        <header class="bar">
          <a class="brand" href="/">{frame.appName}</a>
          <nav aria-label="Main">
            {PLACES.map(([href, label]) => (
              <a href={href} aria-current={isCurrent(frame.path, href) ? "page" : undefined}>
                {label}
                {href === "/dead-letters" && frame.deadLetters
                  ? <span class="badge">{frame.deadLetters}</span>
                  : null}
              </a>
            ))}
          </nav>
          <User frame={frame} />
        </header>
        {frame.user?.isAuthDisabled
          ? (
            <p class="strip" role="status">
              Login is off: everybody who reaches this address is an administrator
            </p>
          )
          : null}
        <main id="content">{props.children}</main>
      </body>
    </html>
  );
}

function User(props: { frame: Frame }) {
  const user = props.frame.user;
  if (user === null) return <a class="user" href="/login">Sign in</a>;
  if (user.isAuthDisabled) return <span class="user">{user.role}</span>;
  return (
    <form class="user" method="post" action="/logout">
      <span>{user.username} · {user.role}</span>
      <button class="quiet" type="submit">Sign out</button>
    </form>
  );
}

/** The last word of a page that could not be shown. */
export function ProblemNote(props: { problem: Problem; what: string }) {
  const { problem, what } = props;
  return (
    <section class="note bad" role="alert">
      <h2>{what}</h2>
      <p class="lines">{problem.detail}</p>
      <p class="quiet">
        Code <code>{problem.code}</code>
        {problem.requestId === "" ? null : (
          <>
            , request <code>{problem.requestId}</code>
          </>
        )}
      </p>
    </section>
  );
}

/** One sentence why nothing is here, and the command that changes it. */
export function EmptyNote(props: { why: string; command?: string; children?: Child }) {
  return (
    <section class="note">
      <p>{props.why}</p>
      {props.command === undefined ? null : <pre><code>{props.command}</code></pre>}
      {props.children}
    </section>
  );
}

export function Time(props: { at: string | null }) {
  if (props.at === null) return <span class="quiet">–</span>;
  return <time datetime={props.at} title={props.at}>{props.at.replace("T", " ").slice(0, 19)}</time>;
}

/** A configuration as chips, one a leaf: `checks:docs=a,unit=b` → `docs a`, `unit b`. */
export function StateChips(props: { state: string | null }) {
  if (props.state === null) return <span class="quiet">–</span>;
  const colon = props.state.indexOf(":");
  if (colon < 0) return <span class="chip">{props.state}</span>;
  return (
    <>
      {props.state.slice(colon + 1).split(",").map((part) => (
        <span class="chip">{part.replace("=", " / ")}</span>
      ))}
    </>
  );
}

function isCurrent(path: string, href: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}
