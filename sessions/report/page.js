"use strict";
// The values of a mark where it is pointed at, touched or reached by the arrow keys. Without this script, a mouse still shows them.
for (const chart of document.querySelectorAll("svg.chart")) {
  const marks = [...chart.querySelectorAll(".marks circle")].filter((mark) => mark.querySelector("title"));
  if (marks.length === 0) continue;
  const place = (mark) => [Number(mark.getAttribute("cx")), Number(mark.getAttribute("cy"))];
  const points = marks
    .map((mark) => ({ at: place(mark), words: mark.querySelector("title").textContent }))
    .sort((one, other) => one.at[0] - other.at[0]);
  for (const mark of marks) mark.querySelector("title").remove();

  const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  ring.setAttribute("class", "line-ink line");
  const reading = document.createElement("p");
  reading.className = "reading";
  chart.after(reading);
  let chosen = -1;

  const choose = (index) => {
    chosen = Math.min(Math.max(index, 0), points.length - 1);
    const { at, words } = points[chosen];
    ring.setAttribute("cx", at[0]);
    ring.setAttribute("cy", at[1]);
    ring.setAttribute("r", 7);
    chart.append(ring);
    reading.textContent = words;
    chart.setAttribute("aria-valuenow", chosen + 1);
    chart.setAttribute("aria-valuetext", words);
  };
  const nearest = (event) => {
    const matrix = chart.getScreenCTM();
    if (!matrix) return;
    const from = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    // Sideways counts more: marks stand close to each other there.
    const distance = ({ at }) => 4 * (at[0] - from.x) ** 2 + (at[1] - from.y) ** 2;
    let best = 0;
    for (let index = 1; index < points.length; index++) if (distance(points[index]) < distance(points[best])) best = index;
    choose(best);
  };
  const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  chart.addEventListener("pointermove", nearest);
  chart.addEventListener("pointerdown", nearest);
  chart.addEventListener("keydown", (event) => {
    const to = { Home: 0, End: points.length - 1 }[event.key] ?? (event.key in steps ? chosen + steps[event.key] : undefined);
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
  });
  chart.addEventListener("focus", () => { if (chosen < 0) choose(0); });
  chart.setAttribute("tabindex", "0");
  chart.setAttribute("role", "slider");
  chart.setAttribute("aria-valuemin", "1");
  chart.setAttribute("aria-valuemax", points.length);
  chart.setAttribute("aria-valuenow", "1");
  chart.setAttribute("aria-valuetext", points[0].words);
}
