/** Signing in and out by plain forms. */
import type { Pages } from "../app.tsx";
import { dropTokens, keepTokens, type Tokens } from "../session.ts";

export function addLoginPages(pages: Pages): void {
  pages.get(
    "/login",
    (visit) => visit.show("Sign in", <LoginForm next={nextOf(visit.c.req.query("next"))} />),
  );

  pages.post("/login", async (visit) => {
    const form = await visit.c.req.formData();
    const next = nextOf(String(form.get("next") ?? "/"));
    const answer = await visit.api.post<Tokens>("/auth/login", {
      username: String(form.get("username") ?? ""),
      password: String(form.get("password") ?? ""),
    });
    if (!answer.ok) {
      const { status, detail } = answer.problem;
      const text = status === 401 || status === 422 ? "Name or password is wrong" : detail;
      return visit.show("Sign in", <LoginForm next={next} error={text} />, status === 429 ? 429 : 422);
    }
    keepTokens(visit.c, answer.data);
    return visit.c.redirect(next, 303);
  });

  pages.post("/logout", async (visit) => {
    await visit.api.post("/auth/logout", {});
    dropTokens(visit.c);
    return visit.c.redirect("/login", 303);
  });
}

function LoginForm(props: { next: string; error?: string }) {
  return (
    <section class="card narrow">
      <h1>Sign in</h1>
      {props.error === undefined ? null : <p class="chip bad" role="alert">{props.error}</p>}
      <form method="post" action="/login">
        <input type="hidden" name="next" value={props.next} />
        <label for="username">Name</label>
        <input id="username" name="username" autocomplete="username" required />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required />
        <button type="submit">Sign in</button>
      </form>
    </section>
  );
}

/** Only a path of this site: `//host` and `/\host` would lead elsewhere. */
function nextOf(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : "/";
}
