import { askFirst, post, toast } from "./page.js";

for (const button of document.querySelectorAll("[data-revoke]")) {
  askFirst(button, "Really revoke?", async () => {
    const { ok, body } = await post("/api/devices/revoke", { name: button.dataset.revoke });
    if (ok) location.reload();
    else toast(body.mistake);
  });
}
