// The four actions of the panel, and the teammates. Three are small forms, one open at a time; the skip acts at once.

import { h } from "/page/static/dom.js";

export function actions(act) {
  return h("div", { class: "doings" },
    form(["💬", "Post as a customer", "See where it goes"], "say", "Post it", [
      area("Public post", "text", "@northwindair our bags are still in Porto and nobody answers!"),
      pair(field("From", "author", { value: "@marta" }), field("Followers", "followers", { type: "number", min: 0, value: 120 })),
      choice("Outlet", "outlet", [["x", "X"], ["forum", "Forum"], ["reviews", "Reviews"], ["news", "News"]])], act),
    form(["🌩️", "Start a storm", "Hundreds of posts at once"], "storm", "Start it", [
      pair(field("Posts", "many", { type: "number", min: 1, max: 2000, value: 120 }), field("About", "about", { value: "the lost bags" }))], act),
    form(["🔌", "Break Slack", "Nothing gets lost"], "break", "Break it", [
      pair(choice("How", "how", [["down", "Down"], ["limited", "429, too many requests"], ["slow", "Slow"], ["dropped", "Accepts posts, drops responses"]]),
        field("Minutes of the day", "minutes", { type: "number", min: 1, max: 240, value: 5 }))], act,
    (go) => h("button", { type: "button", class: "button", onclick: () => go({ do: "mend" }) }, "Restore Slack")),
    skipButton(act), teammates(act));
}

const face = ([mark, name, hint]) => [h("span", { class: "doing-mark", "aria-hidden": "true" }, mark), h("span", {}, h("strong", {}, name), h("span", { class: "hint" }, hint))];

/** Run an action; the button is busy until it is answered. */
async function run(act, button, body) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  await act(body);
  button.removeAttribute("aria-busy");
}

function skipButton(act) {
  const button = h("button", { type: "button", class: "doing", "data-doing": "night", onclick: () => run(act, button, { do: "night" }) }, face(["🌙", "Skip to 4am", "A crisis, and who is paged"]));
  return button;
}

export function skipHours(act) {
  const button = h("button", { type: "submit", class: "button" }, "Skip");
  const submit = (event) => (event.preventDefault(), run(act, button, { do: "skip", ...Object.fromEntries(new FormData(event.target)) }));
  return h("form", { class: "skip-hours", "data-doing": "skip", "aria-label": "Skip ahead", novalidate: true, onsubmit: submit }, field("Hours to skip", "hours", { type: "number", min: 1, max: 24, value: 1 }), button);
}

function form(words, what, press, fields, act, more = null) {
  const button = h("button", { type: "submit", class: "button primary" }, press);
  const go = (body) => run(act, button, body);
  const submit = (event) => (event.preventDefault(), go({ do: what, ...Object.fromEntries(new FormData(event.target)) }));
  return h("details", { class: "doing", name: "doing", "data-doing": what }, h("summary", {}, face(words)),
    h("form", { onsubmit: submit, novalidate: true, "aria-label": words[1] }, fields, h("div", { class: "row" }, button, more?.(go))));
}

let last = 0;
const named = (label, make) => {
  const id = `doing-${++last}`;
  return h("div", { class: "small-field" }, h("label", { for: id }, label), make(id));
};
const field = (label, name, given) => named(label, (id) => h("input", { type: "text", autocomplete: "off", ...given, id, name }));
const area = (label, name, value) => named(label, (id) => h("textarea", { id, name, rows: 3, value, maxlength: 2000 }));
const choice = (label, name, options) => named(label, (id) => h("select", { id, name }, options.map(([value, words]) => h("option", { value }, words))));
const pair = (...fields) => h("div", { class: "pair" }, fields);

function teammates(act) {
  const box = h("input", { type: "checkbox", id: "teammates", checked: true, onchange: () => act({ do: "teammates", on: box.checked }) });
  document.addEventListener("demo", ({ detail }) => document.activeElement === box || (box.checked = detail.teammates));
  return h("label", { class: "box", for: "teammates" }, box, h("span", {}, "Teammates reply automatically", h("span", { class: "hint" }, "They claim what nobody took for ten minutes.")));
}
