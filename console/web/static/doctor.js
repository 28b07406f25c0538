// Starts an examination, and shows its result once it is there.
import { byId, post } from "./page.js";

const LOOK_MS = 500;

async function wait() {
  byId("examining").hidden = false;
  if (byId("examine")) byId("examine").disabled = true;
  for (;;) {
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
    try {
      const answer = await fetch("/api/doctor");
      if (answer.ok && (await answer.json()).state === "idle") break;
    } catch { /* the console may be away for a moment */ }
  }
  location.reload();
}

if (byId("doctor").dataset.state === "running") wait();
if (byId("examine")) {
  byId("examine").addEventListener("click", async () => {
    const { ok, body } = await post("/api/doctor", {});
    byId("mistake").hidden = ok;
    byId("mistake").textContent = ok ? "" : body.mistake;
    if (ok) wait();
  });
}
