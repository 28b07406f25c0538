// The chart of the last strides, and the scale of the last one against the band.
import { draw, minus } from "./page.js";

const SHOWN = 40;
const LEFT = 34;

function limits(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = Math.max(1e-9, (high - low) * 0.15, Math.abs(high) * 0.02);
  return [low - room, high + room];
}

function shape(verdict, x, y, title) {
  const kind = { class: `c-${verdict}` };
  const marks = {
    below: () => draw("polygon", { ...kind, points: `${x - 6},${y - 5} ${x + 6},${y - 5} ${x},${y + 6}` }),
    above: () => draw("polygon", { ...kind, points: `${x - 6},${y + 5} ${x + 6},${y + 5} ${x},${y - 6}` }),
  };
  const mark = (marks[verdict] || (() => draw("circle", { ...kind, cx: x, cy: y, r: 5 })))();
  mark.append(draw("title", {}, title));
  return mark;
}

const latest = (strides) => strides.filter((one) => one.value !== null).slice(-SHOWN);

// `strides`: of a near leg, oldest first. `cues`: by the time of their stride. `beside`: of the other leg, whose chart has the same scale.
export function drawChart(svg, strides, cues, baseline, format, beside = []) {
  const width = svg.clientWidth || 600;
  const height = svg.clientHeight || 240;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const shown = latest(strides);
  if (!shown.length) {
    svg.replaceChildren(draw("text", { x: width / 2, y: height / 2, "text-anchor": "middle" }, "No strides yet"));
    return;
  }
  const drawn = [...shown, ...latest(beside)].flatMap((one) => [one.value, ...(one.band || [])]);
  const [low, high] = limits([...drawn, ...(baseline !== null ? [baseline] : [])]);
  const y = (value) => height - 22 - ((value - low) / (high - low)) * (height - 40);
  const step = (width - LEFT - 14) / SHOWN;
  const x = (index) => LEFT + step * (SHOWN - shown.length + index + 0.5);
  const parts = [];
  shown.forEach((one, index) => {
    if (!one.band) return;
    const [bottom, top] = one.band.map(y);
    parts.push(draw("rect", { class: "c-band", x: x(index) - step / 2, y: top, width: step + 0.5, height: Math.max(1, bottom - top) }));
    for (const edge of [bottom, top]) parts.push(draw("line", { class: "c-edge", x1: x(index) - step / 2, x2: x(index) + step / 2, y1: edge, y2: edge }));
  });
  const every = [1, 2, 5, 10, 20, 50, 100, 200].find((one) => (high - low) / one <= 6) || 500;
  for (let tick = Math.ceil(low / every) * every; tick <= high; tick += every) {
    parts.push(draw("line", { class: "c-line", x1: LEFT, x2: width, y1: y(tick), y2: y(tick), opacity: 0.5 }));
    parts.push(draw("text", { x: LEFT - 6, y: y(tick) + 4, "text-anchor": "end" }, minus(tick)));
  }
  if (baseline !== null) parts.push(draw("line", { class: "c-base", x1: LEFT, x2: width, y1: y(baseline), y2: y(baseline) }));
  shown.forEach((one, index) => {
    const cue = cues.get(one.t_ms);
    if (cue) {
      const line = draw("line", { class: "c-cue", x1: x(index), x2: x(index), y1: 6, y2: height - 22 });
      line.append(draw("title", {}, cue.text || cue.rule));
      parts.push(line);
      parts.push(draw("text", { x: Math.min(x(index), width - 60), y: height - 6, "text-anchor": "middle" }, cue.rule));
    }
    parts.push(shape(one.verdict, x(index), y(one.value), `${format(one.value)}${cue ? `, cue: ${cue.text || cue.rule}` : ""}`));
  });
  svg.replaceChildren(...parts);
}

export function drawScale(svg, stride, band, format) {
  if (!band || !stride || stride.value === null) {
    svg.replaceChildren();
    return;
  }
  const room = Math.max(band[1] - band[0], Math.abs(stride.value - (band[0] + band[1]) / 2) - (band[1] - band[0]) / 2 + (band[1] - band[0]) * 0.3);
  const [low, high] = [band[0] - room, band[1] + room];
  const x = (value) => 20 + ((value - low) / (high - low)) * 360;
  svg.replaceChildren(
    draw("line", { class: "c-line", x1: 20, x2: 380, y1: 24, y2: 24 }),
    draw("rect", { class: "c-band", x: x(band[0]), y: 12, width: x(band[1]) - x(band[0]), height: 24 }),
    ...band.map((edge) => draw("line", { class: "c-edge", x1: x(edge), x2: x(edge), y1: 10, y2: 38 })),
    ...band.map((edge) => draw("text", { x: x(edge), y: 55, "text-anchor": "middle" }, format(edge))),
    shape(stride.verdict, x(stride.value), 24, format(stride.value)),
  );
}
