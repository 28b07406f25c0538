// The lane's last seconds in slow motion: a picture with the near leg's lines, the thigh's curve, and a cursor.
// The pictures are in this page's memory only, and go when the replay is closed or the runner's session is over.
import { byId, draw } from "./page.js";

const SLOWNESS = 4;
const LENGTH_BYTES = 4;
const GAP_MS = 250;
const LEFT = 64;
const lane = byId("lane").dataset.lane;
let pictures = [];
let band = null;
let at = 0;
let playing = false;
let shownAt = 0;
let drawing = 0;

// The answer: the length of its JSON, the JSON, and the pictures one after the other.
function taken(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, LENGTH_BYTES, length)));
  let start = LENGTH_BYTES + length;
  for (const one of head.pictures) {
    one.blob = new Blob([new Uint8Array(buffer, start, one.bytes)], { type: "image/jpeg" });
    start += one.bytes;
  }
  return head;
}

async function fetchReplay() {
  byId("replay-fetch").disabled = true;
  byId("replay-note").textContent = "Fetching…";
  try {
    const answer = await fetch(`/api/replay/${encodeURIComponent(lane)}`);
    if (!answer.ok) throw new Error((await answer.json()).mistake);
    const head = taken(await answer.arrayBuffer());
    close();
    if (head.pictures.length < 2) {
      byId("replay-note").textContent = "Nothing to replay yet. It shows the last seconds of running since this page was opened.";
      return;
    }
    pictures = head.pictures;
    band = head.band;
    open();
  } catch (error) {
    byId("replay-note").textContent = error instanceof TypeError ? "The console cannot be reached." : error.message;
  } finally {
    byId("replay-fetch").disabled = false;
  }
}

function open() {
  const seconds = (pictures[pictures.length - 1].t_ms - pictures[0].t_ms) / 1000;
  byId("replay-note").textContent = `${seconds.toFixed(1)} s at quarter speed. The pictures go when it is closed.`;
  byId("replay-view").hidden = byId("replay-play").hidden = byId("replay-close").hidden = false;
  byId("replay-at").max = pictures.length - 1;
  at = 0;
  drawCurve();
  show();
  play(true);
}

function close() {
  play(false);
  pictures = [];
  for (const id of ["replay-view", "replay-play", "replay-close"]) byId(id).hidden = true;
  const canvas = byId("replay-picture");
  canvas.width = canvas.height = 0;
  byId("replay-curve").replaceChildren();
  byId("replay-note").textContent = "";
}

function play(wanted) {
  if (wanted && at === pictures.length - 1) at = 0;
  if (wanted && !playing) requestAnimationFrame(step);
  playing = wanted;
  shownAt = performance.now();
  byId("replay-play").textContent = wanted ? "Pause" : "Play";
}

function step(now) {
  if (!playing) return;
  const before = at;
  while (at + 1 < pictures.length && now - shownAt >= SLOWNESS * (pictures[at + 1].t_ms - pictures[at].t_ms)) {
    shownAt += SLOWNESS * (pictures[at + 1].t_ms - pictures[at].t_ms);
    at += 1;
  }
  if (at !== before) show();
  if (at + 1 >= pictures.length) play(false);
  else requestAnimationFrame(step);
}

// Pictures are decompressed one at a time; if another one is due meanwhile, that one is drawn.
async function show() {
  const one = pictures[at];
  byId("replay-at").value = at;
  byId("replay-at").setAttribute("aria-valuetext", `${((one.t_ms - pictures[0].t_ms) / 1000).toFixed(1)} s`);
  const cursor = byId("replay-curve").querySelector(".c-cue");
  if (cursor) for (const end of ["x1", "x2"]) cursor.setAttribute(end, placeOf(one));
  const number = ++drawing;
  const image = await createImageBitmap(one.blob);
  if (number !== drawing || !pictures.length) return;
  const canvas = byId("replay-picture");
  if (canvas.width !== image.width || canvas.height !== image.height) {
    canvas.width = image.width;
    canvas.height = image.height;
  }
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  image.close();
  drawLines(pen, one.joints, canvas.height / 90);
  canvas.dataset.at = at;
}

function drawLines(pen, joints, thick) {
  pen.lineCap = "round";
  for (const [colour, extra] of [["#080b0f", 2], ["#f6f8fa", 0]]) {
    joints.forEach((joint, index) => {
      const next = joints[index + 1];
      if (!joint || !next) return;
      pen.strokeStyle = colour;
      pen.lineWidth = (index === 1 ? 1 : 0.5) * thick + extra;
      pen.beginPath();
      pen.moveTo(...joint);
      pen.lineTo(...next);
      pen.stroke();
    });
  }
}

const width = () => byId("replay-curve").clientWidth || 600;

function placeOf(one) {
  const span = pictures[pictures.length - 1].t_ms - pictures[0].t_ms || 1;
  return LEFT + ((one.t_ms - pictures[0].t_ms) / span) * (width() - LEFT - 2);
}

function drawCurve() {
  const svg = byId("replay-curve");
  const height = svg.clientHeight || 110;
  svg.setAttribute("viewBox", `0 0 ${width()} ${height}`);
  const values = [...pictures.map((one) => one.behind_deg).filter((one) => one !== null), ...(band || [])];
  const low = Math.min(...values, 0);
  const high = Math.max(...values, 0);
  const y = (value) => 8 + ((high - value) / (high - low || 1)) * (height - 16);
  const parts = [];
  if (band) {
    const [bottom, top] = band.map(y);
    parts.push(draw("rect", { class: "c-band", x: LEFT, y: top, width: width() - LEFT, height: Math.max(1, bottom - top) }));
    for (const edge of [bottom, top]) parts.push(draw("line", { class: "c-edge", x1: LEFT, x2: width(), y1: edge, y2: edge }));
  }
  parts.push(draw("line", { class: "c-line", x1: LEFT, x2: width(), y1: y(0), y2: y(0) }));
  parts.push(draw("text", { x: 0, y: 16 }, "Behind"), draw("text", { x: 0, y: height - 8 }, "In front"));
  let path = "";
  let last = null;
  for (const one of pictures) {
    if (one.behind_deg === null) continue;
    path += `${last === null || one.t_ms - last > GAP_MS ? "M" : "L"}${placeOf(one).toFixed(1)} ${y(one.behind_deg).toFixed(1)}`;
    last = one.t_ms;
  }
  if (path) parts.push(draw("path", { class: "c-curve", d: path }));
  parts.push(draw("line", { class: "c-cue", x1: LEFT, x2: LEFT, y1: 0, y2: height }));
  svg.replaceChildren(...parts);
}

byId("replay-fetch").addEventListener("click", fetchReplay);
byId("replay-play").addEventListener("click", () => play(!playing));
byId("replay-close").addEventListener("click", close);
byId("replay-at").addEventListener("input", () => {
  play(false);
  at = Number(byId("replay-at").value);
  show();
});
byId("replay-curve").addEventListener("pointerdown", (event) => {
  const share = (event.offsetX - LEFT) / Math.max(1, width() - LEFT);
  const wanted = pictures[0].t_ms + share * (pictures[pictures.length - 1].t_ms - pictures[0].t_ms);
  play(false);
  at = pictures.reduce((best, one, index) => (Math.abs(one.t_ms - wanted) < Math.abs(pictures[best].t_ms - wanted) ? index : best), 0);
  show();
});
window.addEventListener("resize", () => { if (pictures.length) { drawCurve(); show(); } });
byId("lane").addEventListener("runner-gone", close);
