// The actions of the panel: four small forms, one open at a time.

import { h } from "/page/static/dom.js";

export function actions(act) {
  const parts = [
    form("Say something", "say", "Say it", [
      area("What is said in public", "text", "@northwindair our bags are still in Porto and nobody answers!"),
      pair(field("By", "author", { value: "@marta" }), field("Followers", "followers", { type: "number", min: 0, value: 120 })),
      choice("Where", "outlet", [["x", "X"], ["forum", "Forum"], ["reviews", "Reviews"], ["news", "News"]])], act),
    form("Start a storm", "storm", "Start it", [
      pair(field("How many posts", "many", { type: "number", min: 1, max: 2000, value: 120 }), field("About what", "about", { value: "the lost bags" }))], act),
    form("Break Slack", "break", "Break it", [
      pair(choice("How", "how", [["limited", "429, too many requests"], ["down", "Down"], ["slow", "Slow"], ["dropped", "Takes it, answers nothing"]]),
        field("Minutes of the day", "minutes", { type: "number", min: 1, max: 240, value: 5 }))], act,
    (go) => h("button", { type: "button", class: "button", onclick: () => go({ do: "mend" }) }, "Mend it")),
    form("Pass the night", "night", "Pass it", [
      field("Hours", "hours", { type: "number", min: 1, max: 24, value: 8 }),
      box("A crisis in it", "crisis", "At 4am if these hours reach it, else midway. The clock slows down until somebody acknowledges.")], act),
  ];
  return h("div", { class: "doings" }, h("h3", {}, "Make something happen"), parts, colleagues(act));
}

function form(name, what, press, fields, act, more = null) {
  const button = h("button", { type: "submit", class: "button primary" }, press);
  const go = async (body) => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    await act(body);
    button.removeAttribute("aria-busy");
  };
  const submit = (event) => {
    event.preventDefault();
    go({ do: what, ...Object.fromEntries(new FormData(event.target)) });
  };
  return h("details", { class: "doing", name: "doing", "data-doing": what }, h("summary", {}, name),
    h("form", { onsubmit: submit, novalidate: true, "aria-label": name }, fields, h("div", { class: "row" }, button, more?.(go))));
}

let last = 0;
const named = (label, make) => {
  const id = `doing-${++last}`;
  return h("div", { class: "small-field" }, h("label", { for: id }, label), make(id));
};
const field = (label, name, given) => named(label, (id) => h("input", { type: "text", autocomplete: "off", ...given, id, name }));
const area = (label, name, value) => named(label, (id) => h("textarea", { id, name, rows: 3, value, maxlength: 2000 }));
const choice = (label, name, options) => named(label, (id) => h("select", { id, name }, options.map(([value, words]) => h("option", { value }, words))));
const box = (label, name, hint) => {
  const id = `doing-${++last}`;
  return h("label", { class: "box", for: id }, h("input", { type: "checkbox", id, name }), h("span", {}, label, h("span", { class: "hint" }, hint)));
};
const pair = (...fields) => h("div", { class: "pair" }, fields);

function colleagues(act) {
  const box = h("input", { type: "checkbox", id: "colleagues", onchange: () => act({ do: "colleagues", on: box.checked }) });
  document.addEventListener("demo", ({ detail }) => document.activeElement === box || (box.checked = detail.colleagues));
  return h("label", { class: "box", for: "colleagues" }, box, h("span", {}, "Colleagues answer", h("span", { class: "hint" }, "They claim what nobody took for ten minutes.")));
}
