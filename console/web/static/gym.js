// All lanes: who runs, the phase, the value against the band, what needs a hand, and the coach's buttons.
import { assignOn, byId, clock, follow, make, number, post, seenBy, showWho, toast, verdictWord } from "./page.js";

const tiles = new Map([...document.querySelectorAll(".tile")].map((tile) => [tile.dataset.lane, tile]));
const states = new Map();

function receive(message) {
  for (const [name, news] of Object.entries(message.lanes)) {
    const tile = tiles.get(name);
    if (!tile) continue;
    const known = states.get(name) || { state: null, last: null };
    if (news.state) known.state = news.state;
    for (const one of news.strides) if (one.leg === "near") known.last = one;
    states.set(name, known);
    tile.dataset.seq = news.seq;
    show(tile, known);
  }
}

// The key that is missing says more than the silence that follows from it.
function whyLost({ faults }) {
  const own = faults.filter((one) => one.process === "follow");
  const found = own.find((one) => one.code !== "camera_machine_silent") || own[0];
  return found ? found.text : "No connection";
}

function show(tile, { state, last }) {
  if (!state) return;
  const part = (name) => tile.querySelector(name);
  const { phase } = state;
  const help = state.lost ? whyLost(state) : state.faults.length ? state.faults[0].text
    : phase && phase.name === "stand" ? "Waiting for the runner to stand still" : state.view && !state.measuring && phase && phase.name !== "idle" ? state.view.runner : "";
  tile.classList.toggle("help", Boolean(help));
  tile.dataset.lost = state.lost ? "yes" : "";
  part(".tile-help").textContent = help;
  part(".tile-phase").textContent = phase ? `${phase.title}${phase.paused ? ", paused" : ""} ${clock(phase.left_s)}` : "–";
  showWho(part(".tile-runner"), phase);
  showLegs(tile, state);
  const fresh = last && state.measuring && !state.lost;
  part(".tile-value").textContent = fresh ? number(last.value, state.measure) : "–";
  part(".verdict").dataset.verdict = fresh ? last.verdict : "no_target";
  part(".tile-verdict").textContent = fresh ? verdictWord(last.verdict) : "";
  tile.dataset.stride = fresh ? last.number : "";
  for (const button of tile.querySelectorAll("[data-act]")) button.disabled = state.lost;
  for (const [act, on, words] of [["pause", phase && phase.paused, ["Pause", "Resume"]], ["mute", phase && phase.muted, ["Mute", "Sound on"]]]) {
    const button = part(`[data-act="${act}"]`);
    if (!button) continue;
    button.textContent = words[Number(Boolean(on))];
    button.setAttribute("aria-label", `${button.textContent}: ${tile.dataset.lane}`);
    button.setAttribute("aria-pressed", String(Boolean(on)));
  }
}

async function act(lane, name) {
  const known = states.get(lane);
  const { ok, body } = await post("/api/command", { lane, name, seen: seenBy(name, known && known.state && known.state.phase) });
  if (!ok) toast(body.mistake);
}

const dialog = byId("assigning");
let chosen = "";

function showMode(mode) {
  for (const button of dialog.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  byId("naming").hidden = mode !== "session";
  byId("mode-help").textContent = mode === "session" ? "Until the baseline begins, it applies to the present session; then to the next one."
    : "Anyone who steps on is measured as a guest.";
}

function choose(lane) {
  const { phase } = states.get(lane).state;
  chosen = lane;
  byId("assigning-title").textContent = `Next runner on ${lane}`;
  byId("nickname").value = phase ? phase.runner : "";
  showMode(phase ? phase.mode : "session");
  dialog.showModal();
  byId("nickname").select();
}

if (dialog) {
  for (const [lane, tile] of tiles) {
    for (const button of tile.querySelectorAll("[data-act]")) {
      button.disabled = true;
      button.addEventListener("click", (event) => {
        if (button.dataset.act === "runner") choose(lane);
        else if (event.detail < 2) act(lane, button.dataset.act);
      });
    }
  }
  for (const button of dialog.querySelectorAll("[data-mode]")) button.addEventListener("click", () => showMode(button.dataset.mode));
  byId("cancel").addEventListener("click", () => dialog.close());
  byId("assign").addEventListener("submit", (event) => {
    event.preventDefault();
    const lane = chosen;
    const mode = dialog.querySelector('[data-mode][aria-pressed="true"]').dataset.mode;
    dialog.close();
    assignOn(lane, mode, mode === "session" ? byId("nickname").value : "", () => states.get(lane).state.phase);
  });
  fetch("/api/runners").then((answer) => answer.json()).then((names) => {
    byId("runners").replaceChildren(...names.map((name) => make("option", { value: name })));
  }).catch(() => {});
}

// Of a lane with two cameras.
function showLegs(tile, { legs, measure, lost }) {
  tile.querySelector(".legs").hidden = !legs;
  tile.querySelector(".tile-main").hidden = Boolean(legs);
  if (!legs) return;
  for (const side of ["left", "right"]) {
    const part = tile.querySelector(`.tile-${side}`);
    const leg = lost ? { value: null, verdict: "no_target" } : legs[side];
    part.querySelector(".leg-value").textContent = number(leg.value, measure);
    part.querySelector(".verdict").dataset.verdict = leg.verdict;
    part.querySelector(".leg-word").textContent = leg.value === null ? "" : verdictWord(leg.verdict);
  }
}

follow("/live", receive, (there) => {
  byId("lost").hidden = there;
  if (there) return;
  // What was live is so no longer.
  for (const [name, known] of states) {
    if (known.state) known.state = { ...known.state, lost: true, faults: [] };
    show(tiles.get(name), known);
  }
});
