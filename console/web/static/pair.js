// Pairs this device with the token behind the # of the address, which no server's log ever holds.
import { byId, post } from "./page.js";

const token = location.hash.slice(1);
if (token) {
  history.replaceState(null, "", "/pair");
  byId("pair").hidden = false;
  byId("how").hidden = true;
  byId("name").select();
}
byId("pair").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { ok, body } = await post("/pair", { token, name: byId("name").value });
  if (ok) {
    location.assign("/");
  } else {
    byId("mistake").textContent = body.mistake;
    byId("mistake").hidden = false;
    byId("pair").hidden = true;
    byId("how").hidden = false;
  }
});
