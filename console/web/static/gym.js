// All lanes: who runs, the phase, the value against the band, and what needs a hand.
import { byId, clock, follow, number, verdictWord, whoRuns } from "./page.js";

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
  part(".tile-help").textContent = help;
  part(".tile-phase").textContent = phase ? `${phase.title}${phase.paused ? ", paused" : ""} ${clock(phase.left_s)}` : "–";
  part(".tile-runner").textContent = whoRuns(phase);
  showLegs(tile, state);
  const fresh = last && state.measuring && !state.lost;
  part(".tile-value").textContent = fresh ? number(last.value, state.measure) : "–";
  part(".verdict").dataset.verdict = fresh ? last.verdict : "no_target";
  part(".tile-verdict").textContent = fresh ? verdictWord(last.verdict) : "";
  tile.dataset.stride = fresh ? last.number : "";
}

// Of a lane with two cameras.
function showLegs(tile, { legs, measure, lost }) {
  tile.querySelector(".legs").hidden = !legs;
  for (const one of ["> .number", "> .verdict"]) tile.querySelector(`:scope ${one}`).hidden = Boolean(legs);
  if (!legs) return;
  for (const side of ["left", "right"]) {
    const part = tile.querySelector(`.tile-${side}`);
    const leg = lost ? { value: null, verdict: "no_target" } : legs[side];
    part.querySelector(".leg-value").textContent = number(leg.value, measure);
    part.querySelector(".verdict").dataset.verdict = leg.verdict;
    part.querySelector(".leg-word").textContent = leg.value === null ? "" : verdictWord(leg.verdict);
  }
}

follow("/live", receive, (there) => { byId("lost").hidden = there; });
