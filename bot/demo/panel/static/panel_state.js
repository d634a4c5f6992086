// The figures of the panel; a part is redrawn only if it has changed.

import { h, put } from "/page/static/dom.js";
import { clockTime, slackDate, span } from "/page/static/dates.js";
import { nameOf, state } from "/page/static/state.js";

const PARTS = [["Slack", slackFault], ["Queues", queues], ["The books", books], ["Last heard", assessments], ["Slack’s limits", limits], ["On call", onCall]];
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

const part = (name, shown) => ({ Slack: [shown.trouble.how, Math.ceil(shown.trouble.left / 5)], Queues: [shown.queues, shown.day], "The books": shown.books, "Last heard": shown.assessments, "Slack’s limits": shown.limits, "On call": shown.on_call })[name];

function slackFault({ trouble: now, store }) {
  if (store) return h("p", { class: "bad" }, store);
  return now.how && h("p", { class: "bad" }, h("strong", {}, `Slack ${now.how}`), `, for ${span(now.left)} more of the day.`);
}

const LATE = 30;

function queues({ queues: rows, day }) {
  const ahead = day.left ? `${day.left} posts of the day are still to be said; the next in ${span(day.next_in)}.` : "The recorded day is over: say something yourself.";
  return [h("table", {}, h("thead", {}, h("tr", {}, ["Worker", "Waiting", "Oldest"].map((name, index) => h("th", { scope: "col", class: index ? "align-right" : null }, name)))),
    h("tbody", {}, rows.filter((one) => one.worker !== "ingest").map((one) => h("tr", { class: one.age > LATE ? "late" : null },
      h("th", { scope: "row" }, one.worker, h("span", { class: "hint" }, one.what)),
      h("td", { class: "align-right" }, one.length.toLocaleString("en")),
      h("td", { class: "align-right" }, one.length ? span(one.age) : "–"))))), h("p", { class: "hint" }, ahead)];
}

const BOOKS = [["opened", "cases opened"], ["joined", "joined a case"], ["tallied", "only counted"], ["spam", "spam"], ["waiting", "waiting"], ["dead", "failed"]];

function books({ books: totals }) {
  if (!("seen" in totals)) return null;
  return [h("p", { class: "sum" }, h("strong", {}, totals.seen.toLocaleString("en")), " heard", totals.unaccounted ? h("strong", { class: "bad" }, `, ${totals.unaccounted} not accounted for`) : ", every one accounted for"),
    h("dl", { class: "figures" }, BOOKS.filter(([word]) => totals[word] || word === "opened").map(([word, name]) => h("div", {}, h("dt", {}, name), h("dd", { "data-book": word }, totals[word].toLocaleString("en")))))];
}

function assessments({ assessments: list }) {
  if (!list.length) return h("p", { class: "hint" }, "Nothing yet.");
  return h("ol", { class: "heard" }, list.map((one) => h("li", {},
    h("div", { class: "heard-head" }, h("span", { class: `dot ${one.sentiment}`, "aria-hidden": "true" }),
      h("span", {}, h("strong", {}, one.intent), ` · ${one.sentiment}${one.confidence ? ` ${one.confidence.toFixed(2)}` : ""}`),
      h("span", { class: "to" }, one.to === "nobody" ? "counted" : `→ ${one.to}`)),
    h("p", { class: "said" }, h("span", { class: "who" }, `${clockTime(one.at)} ${one.who}: `), one.text),
    one.because.length > 0 && h("p", { class: "hint" }, `Because ${one.because.join("; ")}`))));
}

function limits({ limits: list }) {
  if (!list.length) return h("p", { class: "hint" }, "Nothing was sent yet.");
  return h("ul", { class: "limits" }, list.map((one) => {
    const words = `${one.used} of ${one.allowed} ${one.span === 60 ? "a minute" : `in ${one.span} s`}, ${one.allowed - one.used} left`;
    return h("li", {}, h("span", {}, h("code", {}, one.method), one.where && ` ${one.where}`), h("meter", { min: 0, max: one.allowed, high: one.allowed * 0.8, value: one.used, "aria-label": `${one.method} ${one.where}` }), h("span", { class: "hint" }, words));
  }));
}

function onCall({ on_call: list }) {
  return h("dl", { class: "calls" }, list.map((one) => h("div", {}, h("dt", {}, one.department, !one.open && h("span", { class: "hint" }, " (closed now)")),
    h("dd", {}, one.people.length ? `${one.people.map(mentionName).join(", then ")}${why(one)}` : "nobody"))));
}

const why = (one) => one.hole ? ` (managers; ${one.hole} has a hole)` : one.instead ? " (deputies; nobody is on call)" : one.until ? `, until ${slackDate(one.until, "{date_short_pretty} at {time}")}` : "";

const mentionName = (id) => `@${state.groups.get(id)?.handle ?? nameOf(id)}`;
