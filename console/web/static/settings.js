// The settings editor: shows all values, collects changes, sends them against what was seen, and puts mistakes at their fields.
import { ask, byId, make, post, toast } from "./page.js";

const editor = byId("editor");
const writes = editor.dataset.writes === "yes";
let known = null; // what the console last said
const changes = new Map(); // path → {value, was}

const at = (values, path) => {
  const parts = path.split(".");
  if (parts[0] === "cue") {
    const rule = values.cue.find((one) => one.name === parts[1]);
    return rule && parts.length > 2 ? rule[parts[2]] : rule;
  }
  return parts.reduce((found, part) => (found === undefined || found === null ? undefined : found[part]), values);
};
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const fields = () => [...document.querySelectorAll("#form-panel .field")];
const fieldOf = (path) => fields().find((one) => one.dataset.path === path);
const shown = (value) => (Array.isArray(value) ? value.map((one) => (typeof one === "object" ? Object.values(one).join(": ") : one)).join(", ") : String(value));

function parsed(text) {
  const plain = text.trim().replace(",", ".").replace("−", "-");
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : text;
}

function read(field) {
  if (field.dataset.rows) {
    const names = field.dataset.rows.split(" ");
    return [...field.querySelectorAll("tbody tr")].map((row) => Object.fromEntries([...row.querySelectorAll("input")].map((input, index) => [names[index], parsed(input.value)])));
  }
  const input = field.querySelector("[data-kind]");
  switch (input.dataset.kind) {
    case "boolean": return input.checked;
    case "number": case "integer": return parsed(input.value);
    case "list": return input.value.split(",").map((one) => one.trim()).filter(Boolean).map((one) => (/^-?[0-9.]+$/.test(one) ? Number(one) : one));
    default: return input.value;
  }
}

function write(field, value) {
  if (field.dataset.rows) {
    field.querySelector("tbody").replaceChildren(...(value || []).map((row) => rowOf(field, row)));
    return;
  }
  const input = field.querySelector("[data-kind]");
  if (input.dataset.kind === "boolean") input.checked = value === true;
  else input.value = value === undefined || value === null ? "" : Array.isArray(value) ? value.join(", ") : String(value);
}

function rowOf(field, values) {
  const names = field.dataset.rows.split(" ");
  const heads = [...field.querySelectorAll("thead th")];
  const row = make("tr", {}, ...names.map((name, index) => make("td", {}, make("input", { type: "text", inputmode: "decimal", size: 6, value: values[name] ?? "", "aria-label": heads[index].textContent }))));
  if (writes) {
    row.append(make("td", {}, make("button", { type: "button", class: "plain", "aria-label": "Remove this row", on: { click: () => { row.remove(); note(field); } } }, "×")));
  }
  return row;
}

function mistakeAt(field, ...content) {
  const place = field.querySelector(".field-mistake");
  field.classList.add("wrong");
  place.replaceChildren(...content);
  place.hidden = false;
  for (let parent = field.closest("details"); parent; parent = parent.parentElement.closest("details")) parent.open = true;
}

function clearMistakes() {
  byId("mistake").hidden = true;
  for (const field of fields()) {
    field.classList.remove("wrong");
    field.querySelector(".field-mistake").hidden = true;
  }
}

function note(field) {
  const path = field.dataset.path;
  const value = read(field);
  const was = at(known.values, path);
  if (same(value, was)) changes.delete(path);
  else changes.set(path, { value, was: changes.get(path) ? changes.get(path).was : was });
  field.classList.toggle("changed", changes.has(path));
  count();
}

function count() {
  if (!writes) return;
  byId("save-bar").hidden = changes.size === 0;
  byId("count").textContent = `${changes.size} change${changes.size === 1 ? "" : "s"}`;
}

function buildRules() {
  const list = byId("rules");
  const open = new Set([...list.querySelectorAll("details[open]")].map((one) => one.dataset.rule));
  list.replaceChildren(...known.values.cue.map((rule) => {
    const copy = byId("rule").content.firstElementChild.cloneNode(true);
    copy.dataset.rule = rule.name;
    copy.open = open.has(rule.name);
    copy.querySelector("summary").textContent = `${rule.name}: ${rule.when}${rule.enabled ? "" : " (off)"}`;
    for (const field of copy.querySelectorAll(".field")) {
      const key = field.dataset.path.split(".")[1];
      field.dataset.path = `cue.${rule.name}.${key}`;
      const input = field.querySelector("[data-kind]");
      const id = `rule-${rule.name}-${key}`;
      input.id = id;
      field.querySelector("label").htmlFor = id;
      field.querySelector(".help").id = `${id}-help`;
    }
    return copy;
  }));
}

// Shows what the console said. What has been changed here and not saved stays. Nothing can be changed before the first answer.
function show(answer) {
  known = answer;
  for (const one of editor.querySelectorAll("fieldset")) one.disabled = false;
  buildRules();
  for (const field of fields()) {
    const path = field.dataset.path;
    const mine = changes.get(path);
    write(field, mine ? mine.value : at(known.values, path));
    field.classList.toggle("changed", Boolean(mine));
    const fixed = !writes || field.dataset.fixed === "yes" || known.locked.includes(path);
    for (const input of field.querySelectorAll("input, select, button")) input.disabled = fixed;
    for (const input of field.querySelectorAll("[data-kind]")) input.setAttribute("aria-describedby", field.querySelector(".help").id);
    if (known.locked.includes(path) && !field.querySelector(".locked")) {
      field.querySelector(".help").append(make("span", { class: "locked" }, " Given on the command line; applies until the program ends."));
    }
  }
  byId("toml").value = known.text;
  byId("toml").dataset.hash = known.hash;
  byId("mistake").hidden = !known.mistake;
  byId("mistake").textContent = known.mistake ? `The file is not valid, so the lane keeps its present settings. ${known.mistake}` : "";
  byId("versions").replaceChildren(...known.versions.map((one) => make("li", {}, `${one.at.slice(0, 16).replace("T", " ")}, ${one.by}: ${one.keys.join(", ")}`)));
  if (!known.versions.length) byId("versions").append(make("li", { class: "quiet" }, "None yet"));
  if (writes) byId("undo").disabled = !known.versions.length;
  count();
}

function refuse(answer) {
  const { body } = answer;
  if (answer.status === 409) {
    for (const one of body.conflicts) {
      const path = one.path.join(".");
      const field = fieldOf(path);
      if (!field || !changes.has(path)) {
        byId("mistake").textContent = `${body.mistake} ${path} is now ${shown(one.theirs)}.`;
        byId("mistake").hidden = false;
        continue;
      }
      mistakeAt(field, `Somebody else has set this to ${shown(one.theirs)} meanwhile. `,
        make("button", { type: "button", class: "plain", on: { click: () => { changes.delete(path); load(); } } }, "Take theirs"), " ",
        make("button", { type: "button", class: "plain", on: { click: () => { changes.set(path, { value: one.yours, was: one.theirs }); save(); } } }, "Keep mine"));
    }
    return;
  }
  const path = (body.path || []).join(".");
  const field = path && (fieldOf(path) || fields().find((one) => path.startsWith(`${one.dataset.path}.`)));
  if (field) {
    mistakeAt(field, body.mistake);
    const input = field.querySelector("input, select");
    if (input) input.focus();
  } else {
    byId("mistake").textContent = body.mistake;
    byId("mistake").hidden = false;
    byId("mistake").scrollIntoView({ block: "center" });
  }
}

async function load() {
  const answer = await ask("/api/settings");
  clearMistakes();
  if (answer.ok) show(answer.body);
  else refuse(answer);
}

async function save() {
  clearMistakes();
  const sent = [...changes].map(([path, one]) => ({ path: path.split("."), value: one.value, was: one.was }));
  const later = sent.some((one) => { const field = fieldOf(one.path.join(".")); return field && !field.dataset.live; });
  const answer = await post("/api/settings", { changes: sent });
  if (!answer.ok) { refuse(answer); return; }
  changes.clear();
  show(answer.body);
  toast(later ? "Saved. Settings marked “next start” apply then, the others at the next stride." : "Saved. Applies at the next stride.");
}

function choose(tab) {
  for (const name of ["form", "text"]) {
    const chosen = name === tab;
    byId(`${name}-tab`).setAttribute("aria-selected", String(chosen));
    byId(`${name}-tab`).tabIndex = chosen ? 0 : -1;
    byId(`${name}-panel`).hidden = !chosen;
  }
}

for (const name of ["form", "text"]) {
  byId(`${name}-tab`).addEventListener("click", () => choose(name));
  byId(`${name}-tab`).addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = name === "form" ? "text" : "form";
    choose(other);
    byId(`${other}-tab`).focus();
  });
}
byId("form-panel").addEventListener("input", (event) => {
  const field = event.target.closest(".field");
  if (field) note(field);
});
byId("form-panel").addEventListener("click", (event) => {
  if (!event.target.classList.contains("add-row")) return;
  const field = event.target.closest(".field");
  field.querySelector("tbody").append(rowOf(field, {}));
  note(field);
});
byId("form-panel").addEventListener("submit", (event) => { event.preventDefault(); if (changes.size) save(); });
byId("text-panel").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await post("/api/settings/text", { text: byId("toml").value, hash: byId("toml").dataset.hash });
  if (answer.ok) { clearMistakes(); show(answer.body); toast("Saved. Applies at the next stride."); } else {
    byId("mistake").textContent = answer.body.mistake + (answer.body.conflicts || []).map((one) => ` ${one.path.join(".")} is now ${shown(one.theirs)}.`).join("");
    byId("mistake").hidden = false;
  }
});
if (writes) {
  byId("discard").addEventListener("click", () => { changes.clear(); load(); });
  byId("undo").addEventListener("click", async (event) => {
    if (event.detail > 1) return; // A double tap takes one change back.
    const answer = await post("/api/settings/undo", {});
    if (answer.ok) { clearMistakes(); show(answer.body); toast("The last change is undone."); } else refuse(answer);
  });
  const listPresets = (names) => byId("preset").replaceChildren(...names.map((name) => make("option", { value: name }, name)));
  fetch("/api/presets").then((answer) => answer.json()).then(listPresets).catch(() => {});
  byId("use-preset").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await post("/api/presets/use", { name: byId("preset").value });
    if (answer.ok) { changes.clear(); clearMistakes(); show(answer.body); toast(`${byId("preset").value} is used from the next stride on.`); } else refuse(answer);
  });
  byId("save-preset").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await post("/api/presets", { name: byId("preset-name").value.trim() });
    if (answer.ok) { listPresets(answer.body); toast("Saved."); } else refuse(answer);
  });
  byId("add-rule").addEventListener("click", async () => {
    const name = byId("new-rule").value.trim();
    const answer = await post("/api/settings", { changes: [{ path: ["cue", name], value: { enabled: false, when: "hip_extension below band" } }] });
    if (answer.ok) { byId("new-rule").value = ""; show(answer.body); document.querySelector(`[data-rule="${CSS.escape(name)}"]`).open = true; toast("Added, and off until you switch it on."); } else refuse(answer);
  });
  window.addEventListener("beforeunload", (event) => { if (changes.size) event.preventDefault(); });
}
load();
