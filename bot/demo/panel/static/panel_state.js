// The figures of the panel; a part is redrawn only if it has changed.

import { h, put } from "/page/static/dom.js";
import { clockTime, slackDate, span } from "/page/static/dates.js";
import { nameOf, state } from "/page/static/state.js";

const PARTS = [["Queues", queues], ["Totals", books], ["Latest mentions", assessments], ["Slack’s limits", limits], ["On call", onCall]];
const drawn = new Map();

export function drawState(node, shown) {
  if (!node.children.length) node.append(...PARTS.map(([name]) => h("section", { class: "part", "aria-label": name })));
  PARTS.forEach(([name, draw], index) => {
    const given = JSON.stringify([part(name, shown), shown.store, state.me?.name]);
    if (drawn.get(name) === given) return;
    drawn.set(name, given);
    const inside = draw(shown);
    node.children[index].hidden = !inside;
    put(node.children[index], inside ? [h("h3", {}, name), inside] : []);
  });
}

const part = (name, shown) => ({ Queues: shown.queues, Totals: shown.books, "Latest mentions": shown.assessments, "Slack’s limits": shown.limits, "On call": shown.on_call })[name];

/** The day in a line: what is still to come, what was processed, and what is broken. */
export function drawSummary(node, { day, books: totals, trouble: now, store }) {
  const count = (many, name) => `${many.toLocaleString("en")} ${name}${many === 1 ? "" : "s"}`;
  const ahead = day.left ? `${count(day.left, "post")} to go` : "The recorded day is over";
  const lost = totals.unaccounted ? `${totals.unaccounted} lost` : "none lost";
  const lines = [store, now.how && `Slack ${now.how}, for ${span(now.left)} more.`, "seen" in totals && `${ahead} · ${count(totals.seen, "mention")} processed, ${lost}`].filter(Boolean);
  if (node.textContent === lines.join("")) return;
  put(node, lines.map((words) => h("span", { class: words === store || words.startsWith("Slack ") ? "bad" : null }, words)));
}

const LATE = 30;

function queues({ queues: rows }) {
  return [h("table", {}, h("thead", {}, h("tr", {}, ["Worker", "Waiting", "Oldest"].map((name, index) => h("th", { scope: "col", class: index ? "align-right" : null }, name)))),
    h("tbody", {}, rows.map((one) => h("tr", { class: one.age > LATE ? "late" : null },
      h("th", { scope: "row" }, one.worker, h("span", { class: "hint" }, one.what)),
      h("td", { class: "align-right" }, one.length.toLocaleString("en")),
      h("td", { class: "align-right" }, one.length ? span(one.age) : "–")))))];
}

const BOOKS = [["opened", "cases opened"], ["joined", "added to a case"], ["tallied", "only counted"], ["spam", "spam"], ["waiting", "waiting"], ["dead", "failed"]];

function books({ books: totals }) {
  if (!("seen" in totals)) return null;
  return [h("p", { class: "sum" }, h("strong", {}, totals.seen.toLocaleString("en")), " mentions processed", totals.unaccounted ? h("strong", { class: "bad" }, `, ${totals.unaccounted} lost`) : ", none lost"),
    h("dl", { class: "figures" }, BOOKS.filter(([word]) => totals[word] || word === "opened").map(([word, name]) => h("div", {}, h("dt", {}, name), h("dd", { "data-book": word }, totals[word].toLocaleString("en")))))];
}

function assessments({ assessments: list }) {
  if (!list.length) return h("p", { class: "hint" }, "Nothing yet.");
  return h("ol", { class: "heard" }, list.map((one) => h("li", {},
    h("div", { class: "heard-head" }, h("span", { class: `dot ${one.sentiment}`, "aria-hidden": "true" }),
      h("span", {}, h("strong", {}, one.intent), ` · ${one.sentiment}${one.confidence ? ` ${one.confidence.toFixed(2)}` : ""}`),
      h("span", { class: "to" }, one.to === "nobody" ? "only counted" : `→ ${one.to}`)),
    h("p", { class: "said" }, h("span", { class: "who" }, `${clockTime(one.at)} ${one.who}: `), one.text),
    one.because.length > 0 && h("p", { class: "hint" }, one.because.join(" · ")))));
}

function limits({ limits: list }) {
  if (!list.length) return h("p", { class: "hint" }, "Nothing sent yet.");
  return h("ul", { class: "limits" }, list.map((one) => {
    const words = `${one.used} of ${one.allowed} ${one.span === 60 ? "a minute" : `in ${one.span} s`}, ${one.allowed - one.used} left`;
    return h("li", {}, h("span", {}, h("code", {}, one.method), one.where && ` ${one.where}`), h("meter", { min: 0, max: one.allowed, high: one.allowed * 0.8, value: one.used, "aria-label": `${one.method} ${one.where}` }), h("span", { class: "hint" }, words));
  }));
}

function onCall({ on_call: list }) {
  return h("dl", { class: "calls" }, list.map((one) => h("div", {}, h("dt", {}, one.department, !one.open && h("span", { class: "hint" }, " (closed now)")),
    h("dd", {}, one.people.length ? `${one.people.map(mentionName).join(", then ")}${why(one)}` : "nobody"))));
}

const why = (one) => one.hole ? ` (managers, as ${one.hole} has a coverage gap)` : one.instead ? " (deputies, as nobody is on call)" : one.until ? `, until ${slackDate(one.until, "{date_short_pretty} at {time}")}` : "";

const mentionName = (id) => `@${state.groups.get(id)?.handle ?? nameOf(id)}`;
