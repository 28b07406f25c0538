// What all pages share: sending to the console, short messages, and a connection that comes back.

const token = document.querySelector('meta[name="forgery-token"]').content;
let hiding;

export const byId = (id) => document.getElementById(id);

export function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { box.hidden = true; }, 6000);
}

// Sends JSON. Returns {ok, status, body}; never throws.
export function post(address, message) {
  return ask(address, {
    method: "POST",
    headers: { "content-type": "application/json", "x-hipcue-token": token },
    body: JSON.stringify(message),
  });
}

// Likewise without anything to send.
export async function ask(address, details = {}) {
  try {
    const answer = await fetch(address, details);
    const isJson = (answer.headers.get("content-type") || "").startsWith("application/json");
    const body = isJson ? await answer.json() : { mistake: await answer.text() };
    return { ok: answer.ok, status: answer.status, body };
  } catch {
    return { ok: false, status: 0, body: { mistake: "The console cannot be reached." } };
  }
}

const SILENT_MS = 5000; // The console sends four times a second.
const WOKEN_MS = 1500;
const OPENED_MS = 15000;

// Keeps a websocket open. `receive` gets each message, `connected` whether there is a connection.
export function follow(address, receive, connected) {
  let wait = 500;
  let socket = null;
  let silent;
  let again;
  const expect = (ms) => { clearTimeout(silent); silent = setTimeout(lose, ms); };
  const open = () => {
    clearTimeout(again);
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${address}`);
    socket.onmessage = (event) => { wait = 500; expect(SILENT_MS); connected(true); receive(JSON.parse(event.data)); };
    socket.onclose = lose;
    expect(OPENED_MS);
  };
  function lose() {
    clearTimeout(silent);
    // Closing a dead connection takes a browser seconds: it is not waited for.
    socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
    connected(false);
    again = setTimeout(open, wait);
    wait = Math.min(5000, wait * 2);
    leaveIfRevoked();
  }
  // A tablet that was asleep, or out of the network, holds a connection that may be dead.
  const wake = () => {
    if (document.hidden) return;
    if (!socket) { wait = 500; open(); } else if (socket.readyState === WebSocket.OPEN) expect(WOKEN_MS);
  };
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", wake);
  open();
}

async function leaveIfRevoked() {
  const answer = await fetch("/devices", { method: "HEAD" }).catch(() => null);
  if (answer && answer.status === 401) location.reload(); // It says how to pair.
}

const DOUBLE_TAP_MS = 700;
const ASKED_MS = 6000;

// A button that acts when it is pressed a second time: the first time it asks. A double tap is one press.
export function askFirst(button, question, act) {
  const label = button.textContent;
  let resting;
  const rest = () => { button.textContent = label; button.dataset.sure = ""; };
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    clearTimeout(resting);
    if (button.dataset.sure === "yes") { rest(); act(); return; }
    button.dataset.sure = "yes";
    button.textContent = question;
    button.setAttribute("aria-disabled", "true");
    setTimeout(() => button.removeAttribute("aria-disabled"), DOUBLE_TAP_MS);
    resting = setTimeout(rest, ASKED_MS);
  });
}

// What a command changes, as the page shows it: the console sends a command once, whoever gives it and however often.
export function seenBy(name, phase) {
  return phase ? { pause: phase.paused, mute: phase.muted, next_phase: phase.name, end_session: phase.name }[name] : undefined;
}

const VERDICTS = { in: "In the band", below: "Below the band", above: "Above the band", unsure: "Not counted: badly seen", no_target: "No target now" };
export const verdictWord = (verdict) => VERDICTS[verdict] || "";
export const minus = (text) => String(text).replace("-", "−");

export function number(value, measure) {
  if (value === null || value === undefined) return "–";
  const decimals = measure ? measure.decimals : 0;
  const text = minus(value.toFixed(decimals));
  return (/[1-9]/.test(text) ? text : text.replace("−", "")) + (measure ? measure.unit : "");
}

// A name has its own direction of writing, whatever stands beside it.
export function showWho(element, phase) {
  const name = phase && phase.runner;
  const rest = name ? (phase.session_number ? `, session ${phase.session_number}` : "") : guest(phase);
  if (element.textContent !== `${name || ""}${rest}`) element.replaceChildren(...(name ? [make("bdi", {}, name)] : []), rest);
}

function guest(phase) {
  if (!phase) return "";
  const runs = phase.name !== "idle";
  if (phase.mode === "open_gym") return runs ? "Open gym: a guest" : "Open gym";
  return runs ? "A guest" : "Nobody assigned";
}

const ATTEMPTS = 3;
const TAKEN_WITHIN_MS = 3000;
const newest = new Map(); // by lane: the coach's last choice; an earlier one is not asked for again

// Asks a gym's lane to take its next runner, and shows whether it has. `present` gives the lane's phase.
export async function assignOn(lane, mode, runner, present) {
  const wanted = runner.trim().split(/\s+/).join(" ");
  const what = mode === "open_gym" ? "open gym" : wanted || "a guest";
  const order = Symbol(what);
  newest.set(lane, order);
  // A lane's console that has only just started misses what is sent; asking again does no harm.
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { ok, body } = await post("/api/runner", { lane, mode, runner: wanted });
    if (newest.get(lane) !== order) return undefined; // The coach has chosen again.
    if (!ok) return toast(body.mistake);
    toast(`${lane}: asked for ${what}…`);
    const until = performance.now() + TAKEN_WITHIN_MS;
    while (performance.now() < until) {
      const phase = present();
      if (phase && phase.mode === mode && phase.runner === wanted) return toast(`${lane}: ${what}.`);
      if (phase && ["baseline", "drill", "retention", "summary"].includes(phase.name)) return toast(`${lane}: asked for ${what}, from the next session on.`);
      await new Promise((resolve) => { setTimeout(resolve, 250); });
      if (newest.get(lane) !== order) return undefined;
    }
  }
  return toast(`${lane} has not taken it. Its own console must be on, and its runner must not be given on the command line.`);
}

export function clock(seconds) {
  if (seconds === null || seconds === undefined) return "";
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// An element with attributes and children; text is never markup.
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, action] of Object.entries(value)) element.addEventListener(event, action);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

export function draw(name, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}
