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
export async function post(address, message) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", "x-hipcue-token": token },
      body: JSON.stringify(message),
    });
    const isJson = (answer.headers.get("content-type") || "").startsWith("application/json");
    const body = isJson ? await answer.json() : { mistake: await answer.text() };
    return { ok: answer.ok, status: answer.status, body };
  } catch {
    return { ok: false, status: 0, body: { mistake: "The console cannot be reached." } };
  }
}

// Keeps a websocket open. `receive` gets each message, `connected` whether there is a connection.
export function follow(address, receive, connected) {
  let wait = 500;
  const open = () => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${address}`);
    let silent;
    const alive = () => {
      clearTimeout(silent);
      silent = setTimeout(() => socket.close(), 5000);
    };
    socket.onopen = () => { wait = 500; alive(); };
    socket.onmessage = (event) => { alive(); connected(true); receive(JSON.parse(event.data)); };
    socket.onclose = () => {
      clearTimeout(silent);
      connected(false);
      setTimeout(open, wait);
      wait = Math.min(5000, wait * 2);
    };
  };
  open();
}

const VERDICTS = { in: "In the band", below: "Below the band", above: "Above the band", unsure: "Not counted: badly seen", no_target: "No target now" };
export const verdictWord = (verdict) => VERDICTS[verdict] || "";

export function number(value, measure) {
  if (value === null || value === undefined) return "–";
  const decimals = measure ? measure.decimals : 0;
  const text = value.toFixed(decimals).replace("-", "−");
  return (/[1-9]/.test(text) ? text : text.replace("−", "")) + (measure ? measure.unit : "");
}

export function whoRuns(phase) {
  if (!phase) return "";
  if (phase.runner) return `${phase.runner}${phase.session_number ? `, session ${phase.session_number}` : ""}`;
  const guest = phase.name !== "idle";
  if (phase.mode === "open_gym") return guest ? "Open gym: a guest" : "Open gym";
  return guest ? "A guest" : "Nobody assigned";
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
