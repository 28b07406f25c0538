// One lane live: number against band, the last strides with cues, phase and time left, faults, and the coach's buttons.
import { askFirst, assignOn, byId, clock, follow, make, minus, number, post, seenBy, showWho, toast, verdictWord } from "./page.js";
import { drawChart, drawScale } from "./strides.js";

const root = byId("lane");
const lane = root.dataset.lane;
const writes = root.dataset.writes === "yes";
const own = root.dataset.own === "yes"; // not one of a gym's: its settings and its sessions are here
const KEPT = 240;
let strides = [];
let cues = [];
let state = null;
let renew = false; // The next message brings all strides once more.
let version = null; // Of the lane's settings.

let note = { runner: "", text: "" }; // What was worth knowing when this page named the next runner.

const SIDES = ["left", "right"];
const near = () => strides.filter((one) => one.leg === "near");
const text = (id, value) => { if (byId(id).textContent !== value) byId(id).textContent = value; };
const exact = (value) => number(value, state && state.measure ? { ...state.measure, decimals: state.measure.decimals + 1 } : null);

function receive(message) {
  const news = message.lanes[lane];
  if (!news) return;
  if (renew) { strides = []; cues = []; renew = false; }
  if (news.state) {
    const before = state && state.phase && state.phase.name;
    state = news.state;
    if (state.phase && state.phase.name === "idle" && before && before !== "idle") {
      strides = [];
      cues = [];
      root.dispatchEvent(new Event("runner-gone"));
    }
  }
  strides = [...strides, ...news.strides].slice(-KEPT);
  cues = [...cues, ...news.cues].slice(-KEPT);
  if (news.state) showState();
  if (news.strides.length || news.cues.length || news.state) showStrides();
  root.dataset.seq = news.seq;
}

function withSpread(target) {
  if (!target || target.baseline === null) return "–";
  return `${exact(target.baseline)}${target.baseline_sd !== null ? ` ± ${target.baseline_sd}` : ""}`;
}

function showState() {
  const phase = state.phase;
  text("phase", phase ? phase.title : "Waiting for the lane");
  text("left", phase ? clock(phase.left_s) : "");
  showWho(byId("runner"), phase);
  text("flags", phase ? [phase.paused && "Paused", phase.muted && "Muted", phase.form_first && "Form first"].filter(Boolean).join(" · ") : "");
  text("measure", state.measure ? state.measure.label : "");
  text("baseline", withSpread(phase));
  text("band", phase && phase.band ? `${exact(phase.band[0])} to ${exact(phase.band[1])}` : "–");
  text("cadence", state.cadence_spm === null ? "–" : String(state.cadence_spm));
  const belt = state.belt;
  text("belt", belt && belt.kmh !== null ? `${belt.kmh} km/h${belt.incline_pct ? `, ${minus(belt.incline_pct)} %` : ""}` : "–");
  text("view", state.view ? [state.view.runner, state.view.detail].filter(Boolean).join(": ") : "");
  byId("lost").hidden = !state.lost;
  const notice = [phase && phase.notice, state.waiting.length && !(phase && phase.notice) ? `Applies at the next start: ${state.waiting.join(", ")}` : ""].filter(Boolean).join(" ");
  text("notice", notice);
  byId("notice").hidden = !notice;
  const faults = state.faults.map((one) => one.text);
  const list = byId("faults");
  if (list.dataset.shown !== faults.join("\n")) {
    list.dataset.shown = faults.join("\n");
    list.replaceChildren(...faults.map((one) => make("li", { class: "banner bad" }, one)));
  }
  showLegs(state.legs);
  showSummary(phase && phase.summary, state.session);
  if (!writes) return;
  if (own && state.version !== version) { version = state.version; showNext(); }
  if (phase && !own) showMode(phase, "", ["idle", "stand", "warm_up"].includes(phase.name) ? "Next" : "Now");
  const runs = phase && ["stand", "warm_up", "baseline", "drill", "retention"].includes(phase.name);
  byId("pause").textContent = phase && phase.paused ? "Resume" : "Pause";
  byId("pause").setAttribute("aria-pressed", String(Boolean(phase && phase.paused)));
  byId("mute").textContent = phase && phase.muted ? "Sound on" : "Mute";
  byId("mute").setAttribute("aria-pressed", String(Boolean(phase && phase.muted)));
  byId("next").disabled = !runs || phase.paused;
  byId("end").disabled = !runs || phase.name === "stand";
  for (const control of byId("set-belt").querySelectorAll("input, button")) control.disabled = !state.can_set_belt;
  text("belt-note", state.can_set_belt ? "As the treadmill shows them." : "Comes from the treadmill, or is not known: set belt.source to \"typed\" to enter it here.");
}

// Of a lane with two cameras: number, band, baseline and chart of each leg, and their difference once it is certain enough.
function showLegs(legs) {
  for (const id of ["legs", "compared", "leg-charts"]) byId(id).hidden = !legs;
  for (const id of ["number", "verdict", "scale", "chart", "far-leg", "one-baseline", "one-band"]) byId(id).toggleAttribute("hidden", Boolean(legs));
  if (!legs) return;
  for (const side of SIDES) {
    const leg = legs[side];
    text(`${side}-value`, number(leg.value, state.measure));
    byId(`${side}-verdict`).dataset.verdict = leg.verdict;
    text(`${side}-word`, leg.value === null ? "" : verdictWord(leg.verdict));
    text(`${side}-band`, leg.band ? `${exact(leg.band[0])} to ${exact(leg.band[1])}` : "–");
    text(`${side}-baseline`, withSpread(leg));
  }
  const found = legs.difference;
  text("difference", found ? `${found.value > 0 ? "+" : ""}${exact(found.value)} ± ${exact(found.ci95)}` : "–");
}

function showStrides() {
  const all = near();
  const last = all.length ? all[all.length - 1] : null;
  const fresh = last && state && state.measuring && !(state.phase && state.phase.name === "idle");
  const value = fresh ? number(last.value, state.measure) : "–";
  text("value", value);
  byId("value").dataset.number = fresh ? last.number : "";
  const verdict = fresh ? last.verdict : "no_target";
  byId("verdict").dataset.verdict = verdict;
  text("verdict-word", fresh ? verdictWord(verdict) : "");
  const far = strides.filter((one) => one.leg === "far");
  text("far", far.length ? exact(far[far.length - 1].value) : "–");
  drawScale(byId("scale"), fresh ? last : null, state && state.phase ? state.phase.band : null, exact);
  drawCharts(all);
  const shown = cues.slice(-6).reverse();
  const list = byId("cues");
  const key = shown.map((one) => one.seq).join();
  if (shown.length && list.dataset.shown !== key) {
    list.dataset.shown = key;
    list.replaceChildren(...shown.map((one) => make("li", {}, make("strong", {}, one.text || one.say || one.rule), ` stride ${one.stride}: ${one.reason}`)));
  }
}

function drawCharts(all) {
  const at = new Map(cues.map((one) => [one.t_ms, one]));
  const legs = state && state.legs;
  if (!legs) {
    drawChart(byId("chart"), all, at, state && state.phase ? state.phase.baseline : null, exact);
    return;
  }
  const [left, right] = SIDES.map((side) => all.filter((one) => one.side === side));
  drawChart(byId("left-chart"), left, at, legs.left.baseline, exact, right);
  drawChart(byId("right-chart"), right, at, legs.right.baseline, exact, left);
}

function showSummary(summary, session) {
  byId("summary").hidden = !summary;
  if (!summary) return;
  const names = { baseline: "Baseline", drill: "Drill", retention: "Retention" };
  byId("results").replaceChildren(...Object.entries(summary.phases).filter(([, one]) => one).map(([name, one]) => make("tr", {},
    make("th", { scope: "row" }, names[name]), make("td", {}, String(one.strides)), make("td", {}, `${exact(one.mean)} ± ${one.sd}`),
    make("td", {}, one.in_band_pct === null ? "–" : `${one.in_band_pct} %`))));
  byId("report").hidden = !(own && session);
  byId("report").firstChild.href = `/sessions/${encodeURIComponent(session)}`;
  byId("practise").replaceChildren(...summary.practise.map((one) => make("p", {}, make("strong", {}, `${one.title}: `), one.text)));
}

// Another coach, or the file itself, may have named the next runner.
function showNext() {
  fetch("/api/settings").then((answer) => answer.json()).then(({ values }) => showMode(values.session, note.runner === values.session.runner ? note.text : "")).catch(() => {});
}

// Whose session is recorded from the next baseline on.
function showMode({ mode, runner, session_number: number }, more = "", when = "Next") {
  for (const button of document.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  byId("naming").hidden = mode !== "session";
  const words = mode !== "session" ? ["Anyone who steps on is measured as a guest."]
    : runner ? [`${when}: `, make("bdi", {}, runner), `, session ${number || 1}. ${more}`]
    : [`${when}: a guest. Assign a runner before the baseline begins; later, the name is the next runner's.`];
  const box = make("p", {}, ...words);
  if (byId("assigned").textContent !== box.textContent) byId("assigned").replaceChildren(...box.childNodes);
}

// A lane beside this console has its next runner in its settings; one of a gym in its present phase.
async function assign(mode, runner) {
  if (!own) {
    await assignOn(lane, mode, runner, () => state && state.phase);
    return;
  }
  const { ok, body } = await post("/api/runner", { mode, runner });
  if (!ok) { text("assigned", body.mistake); return; }
  note = { runner: body.values.session.runner, text: body.note };
  showMode(body.values.session, body.note);
}

async function command(message) {
  const { ok, body } = await post("/api/command", { lane, seen: seenBy(message.name, state && state.phase), ...message });
  if (!ok) toast(body.mistake);
  else if (message.name === "calibrate") toast("The zero is set once the runner has stood still for three seconds.");
}

for (const button of document.querySelectorAll("[data-command]")) {
  const name = button.dataset.command;
  if (name === "end_session") askFirst(button, "Really end?", () => command({ name }));
  // Each tap on a step of the belt's speed counts; a double tap on the others is one.
  else button.addEventListener("click", (event) => { if (event.detail < 2 || name === "faster" || name === "slower") command({ name }); });
}
if (writes) {
  for (const button of document.querySelectorAll("[data-incline]")) {
    button.addEventListener("click", () => command({ name: "belt", incline_step_pct: Number(button.dataset.incline) }));
  }
  byId("set-belt").addEventListener("submit", (event) => {
    event.preventDefault();
    const entered = (id) => (byId(id).value === "" ? null : Number(byId(id).value));
    command({ name: "belt", speed_kmh: entered("speed"), incline_pct: entered("incline") });
  });
  byId("assign").addEventListener("submit", (event) => {
    event.preventDefault();
    assign("session", byId("nickname").value);
  });
  for (const button of document.querySelectorAll("[data-mode]")) {
    // The mode that the lane is in already stays, with its runner.
    button.addEventListener("click", () => { if (button.getAttribute("aria-pressed") !== "true") assign(button.dataset.mode, ""); });
  }
  fetch("/api/runners").then((answer) => answer.json()).then((names) => {
    byId("runners").replaceChildren(...names.map((name) => make("option", { value: name })));
  }).catch(() => {});
}
follow(`/live/${encodeURIComponent(lane)}`, receive, (there) => {
  if (there) return;
  renew = true;
  byId("lost").hidden = false;
  if (!state) return;
  // What was live is so no longer.
  const gone = (leg) => ({ ...leg, value: null, verdict: "no_target" });
  const legs = state.legs && { left: gone(state.legs.left), right: gone(state.legs.right), difference: null };
  state = { ...state, lost: true, measuring: false, view: null, cadence_spm: null, belt: null, can_set_belt: false, legs };
  showState();
  showStrides();
});
