// Importing and forgetting sessions.
import { askFirst, byId, make, post } from "./page.js";

function say(list, sentences, bad = []) {
  list.replaceChildren(
    ...sentences.map((one) => make("li", { class: "banner" }, one)),
    ...bad.map((one) => make("li", { class: "banner bad" }, one)),
  );
}

const folder = byId("import");
if (folder) {
  folder.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = folder.querySelector("button");
    button.disabled = true;
    say(byId("imported"), ["Importing…"]);
    const { ok, body } = await post("/api/sessions/import", { folder: byId("folder").value });
    button.disabled = false;
    if (ok) {
      say(byId("imported"), body.said ? [`${body.said}.`] : [], body.problems);
      if (body.said) byId("imported").append(make("li", {}, make("a", { href: "/sessions" }, "Show them")));
    } else say(byId("imported"), [], [body.mistake]);
  });
}

const forget = byId("forget");
if (forget) {
  askFirst(forget, "Really forget it?", async () => {
    forget.disabled = true;
    const { ok, body } = await post("/api/sessions/forget", { session: forget.dataset.session });
    if (ok) {
      say(byId("forgotten"), body.said);
      document.querySelector("iframe.report").remove();
    } else {
      forget.disabled = false;
      say(byId("forgotten"), [], [body.mistake]);
    }
  });
}
