import { post, toast } from "./page.js";

for (const button of document.querySelectorAll("[data-revoke]")) {
  button.addEventListener("click", async () => {
    if (button.dataset.sure !== "yes") {
      button.dataset.sure = "yes";
      button.textContent = "Really revoke?";
      setTimeout(() => { button.dataset.sure = ""; button.textContent = "Revoke"; }, 6000);
      return;
    }
    const { ok, body } = await post("/api/devices/revoke", { name: button.dataset.revoke });
    if (ok) location.reload();
    else toast(body.mistake);
  });
}
