/** One address serves pages and API: no operation may be taken for a page. */
import { ACCESS } from "../../src/api/access.ts";
import { createUi } from "../../src/ui/app.tsx";
import { assertEquals } from "../api/assertions.ts";

Deno.test("the pages pass every operation on to the API, but for their own start page", async () => {
  const passed: string[] = [];
  const ui = createUi({
    appName: "Stator",
    theme: "light",
    api: (request) => {
      const operation = `${request.method} ${new URL(request.url).pathname}`;
      passed.push(operation);
      return Promise.resolve(Response.json({ passed: operation }));
    },
  });
  for (const operation of Object.keys(ACCESS)) {
    if (operation === "GET /") continue;
    const [method = "", pattern = ""] = operation.split(" ");
    const path = pattern.replaceAll(/\{[^}]+\}/g, "x");
    passed.length = 0;
    await ui.fetch(new Request(`http://stator.test${path}`, { method }));
    assertEquals(passed, [`${method} ${path}`], operation);
  }
});
