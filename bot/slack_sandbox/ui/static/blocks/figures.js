// Tables and charts. A chart is a picture with its numbers behind it, for whoever cannot see it or wants to know exactly.

import { h, svg } from "../dom.js";
import { richText } from "./rich_text.js";

const cell = (one) => (one?.type === "rich_text" ? richText(one) : one?.text ?? String(one?.value ?? ""));

export function table(block) {
  const align = (index) => `align-${block.column_settings?.[index]?.align ?? "left"}`;
  const [head, ...rows] = block.rows;
  const drawn = h("table", {},
    h("thead", {}, h("tr", {}, head.map((one, index) => h("th", { scope: "col", class: align(index) }, cell(one))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((one, index) => h("td", { class: align(index) }, cell(one)))))));
  return scrolled(`Table of ${[...drawn.tHead.rows[0].cells].map((one) => one.textContent).join(", ")}`, drawn);
}

export function dataTable(block) {
  const [head, ...rows] = block.rows;
  const first = block.row_header_column_index ?? 0;
  const side = (one) => (one?.type === "raw_number" ? "align-right" : "align-left");
  return scrolled(block.caption, h("table", {}, h("caption", {}, block.caption),
    h("thead", {}, h("tr", {}, head.map((one, index) => h("th", { scope: "col", class: side(rows[0]?.[index]) }, cell(one))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((one, index) =>
      h(index === first ? "th" : "td", { scope: index === first ? "row" : null, class: side(one) }, cell(one))))))));
}

// A group, no landmark: a channel may hold the same table every week, and landmarks have to differ.
const scrolled = (name, inside) => h("div", { class: "block-table", tabindex: "0", role: "group", "aria-label": name }, inside);

export function chart(block) {
  const drawn = block.chart?.type === "pie" ? pie(block.chart) : plot(block.chart);
  return h("figure", { class: "block-chart" }, h("figcaption", {}, block.title), drawn, numbers(block));
}

function numbers(block) {
  const { chart: given } = block;
  const rows = given.type === "pie"
    ? [["", "value"], ...given.segments.map((one) => [one.label, one.value])]
    : [["", ...given.series.map((one) => one.name)], ...given.axis_config.categories.map((name, index) => [name, ...given.series.map((one) => one.data[index]?.value ?? "")])];
  const [head, ...body] = rows;
  return h("details", {}, h("summary", {}, "The numbers"), h("table", {},
    h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col" }, one || "of")))),
    h("tbody", {}, body.map(([name, ...values]) => h("tr", {}, h("th", { scope: "row" }, name), values.map((one) => h("td", { class: "align-right" }, String(one))))))));
}

const WIDE = 480;
const TALL = 220;
const FRAME = { left: 44, right: 8, top: 10, bottom: 36 };
const LABELS = 8;
const LETTER = 6.4; // the width of one in a label, about

function plot(given) {
  const { categories, x_label: x = "", y_label: y = "" } = given.axis_config;
  const highest = Math.max(1, ...given.series.flatMap((one) => one.data.map((point) => point.value)));
  const most = 2 * Math.ceil(highest / 2); // half of it is a whole number, too
  const up = (value) => TALL - FRAME.bottom - (value / most) * (TALL - FRAME.top - FRAME.bottom);
  const step = (WIDE - FRAME.left - FRAME.right) / categories.length;
  const across = (index) => FRAME.left + step * (index + 0.5);
  const marks = given.type === "bar" ? bars(given, across, up, step) : strokes(given, across, up);
  return h("div", { class: "chart" }, svg("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": `A ${given.type} chart${y ? ` of ${y}` : ""}${x ? ` by ${x}` : ""}. Its numbers follow.` },
    [0, 0.5, 1].map((part) => [
      svg("line", { class: "grid", x1: FRAME.left, x2: WIDE - FRAME.right, y1: up(most * part), y2: up(most * part) }),
      svg("text", { class: "tick", x: FRAME.left - 6, y: up(most * part) + 4, "text-anchor": "end" }, short(most * part))]),
    marks,
    axisLabels(categories, across).map(({ name, at, row }) => svg("text", { class: "tick", x: at, y: TALL - FRAME.bottom + 16 + row * 14, "text-anchor": "middle" }, name))),
  legend(given.series.map((one) => one.name), given.type === "bar" ? "" : "line "));
}

// Which categories are written below, and where. Those that say more than the others, as the first day of a sale does,
// come first, in a second row where the first is taken. Of the rest, those for which there is room.
function axisLabels(categories, across) {
  const words = categories.map((name) => name.split(" ").length);
  const fewest = Math.min(...words);
  const every = Math.ceil(categories.length / LABELS);
  const rows = [[], []];
  const place = (index, most) => {
    const half = (categories[index].length * LETTER) / 2 + 3;
    const at = Math.min(Math.max(across(index), half), WIDE - half);
    const row = rows.slice(0, most).findIndex((taken) => taken.every((one) => Math.abs(one.at - at) >= one.half + half));
    if (row >= 0) rows[row].push({ name: categories[index], at, half, row });
  };
  const indexes = [...categories.keys()];
  indexes.filter((index) => words[index] > fewest).forEach((index) => place(index, 2));
  indexes.filter((index) => words[index] === fewest && index % every === 0).forEach((index) => place(index, 1));
  return rows.flat();
}

function bars(given, across, up, step) {
  const each = Math.min(28, (step * 0.8) / given.series.length);
  return given.series.map((one, nth) => one.data.map((point, index) => svg("rect", {
    class: `series-${nth}`, x: across(index) + (nth - given.series.length / 2) * each + 1, width: Math.max(1, each - 2),
    y: up(Math.max(0, point.value)), height: Math.max(0, up(0) - up(Math.max(0, point.value))), rx: 2 })));
}

function strokes(given, across, up) {
  return given.series.map((one, nth) => {
    const points = one.data.map((point, index) => `${across(index)},${up(point.value)}`);
    const area = given.type === "area" && svg("polygon", { class: `area series-${nth}`, points: [`${across(0)},${up(0)}`, ...points, `${across(points.length - 1)},${up(0)}`].join(" ") });
    return [area || null, svg("polyline", { class: `stroke series-${nth}`, points: points.join(" ") }),
      one.data.map((point, index) => svg("circle", { class: `series-${nth}`, cx: across(index), cy: up(point.value), r: 3 }))];
  });
}

function pie(given) {
  const total = given.segments.reduce((sum, one) => sum + one.value, 0) || 1;
  let turned = 0;
  const slices = given.segments.map((one, nth) => {
    const from = turned;
    turned += one.value / total;
    if (one.value === total) return svg("circle", { class: `series-${nth}`, cx: 100, cy: 100, r: 90 });
    return svg("path", { class: `series-${nth}`, d: `M100,100 L${at(from)} A90,90 0 ${turned - from > 0.5 ? 1 : 0} 1 ${at(turned)} Z` });
  });
  return h("div", { class: "chart round" }, svg("svg", { viewBox: "0 0 200 200", role: "img", "aria-label": "A pie chart. Its numbers follow." }, slices),
    legend(given.segments.map((one) => `${one.label} ${Math.round((100 * one.value) / total)}\u00a0%`)));
}

const at = (part) => `${100 + 90 * Math.sin(2 * Math.PI * part)},${100 - 90 * Math.cos(2 * Math.PI * part)}`;
const legend = (names, kind = "") => h("ul", { class: "legend-list" }, names.map((name, nth) => h("li", {}, h("span", { class: `swatch ${kind}series-${nth}`, "aria-hidden": "true" }), name)));
const short = (value) => (value >= 1000 ? `${Math.round(value / 100) / 10}k` : String(Math.round(value * 10) / 10));
