// The guide through the first five minutes. What is ticked comes from the app; "Show me" leads to the control.

import { announce, notice } from "/page/static/announce.js";
import { h, keepFocus, put } from "/page/static/dom.js";
import { state } from "/page/static/state.js";
import { openPhone } from "./phone.js";

const find = (id) => document.getElementById(id);
let drawn = "";
let done = null; // keys of the steps that were done when it was last drawn

export function buildGuide() {
  const toggle = h("button", { type: "button", class: "bar-button", id: "guide-toggle", "aria-expanded": "false", "aria-controls": "guide", onclick: () => openGuide(find("guide").hidden) }, "Guide");
  find("bar-extra").append(toggle);
  find("frame").before(h("section", { class: "guide", id: "guide", "aria-label": "Guide", hidden: true },
    h("div", { class: "guide-head" }, h("h2", { id: "guide-title", tabindex: "-1" }, "First steps"), h("p", { id: "guide-count" }),
      h("button", { type: "button", class: "icon", "aria-label": "Close the guide", onclick: () => openGuide(false) }, "✕")),
    h("ol", { id: "guide-steps" })),
  h("section", { class: "guide", id: "guide-phone", "aria-label": "Phone", hidden: true }));
  openGuide(localStorage.getItem("guide") !== "shut", false);
}

function openGuide(yes, chosen = true) {
  find("guide").hidden = !yes;
  find("guide-toggle").setAttribute("aria-expanded", String(yes));
  if (!chosen) return;
  localStorage.setItem("guide", yes ? "open" : "shut");
  (yes ? find("guide-title") : find("guide-toggle")).focus();
}

export function drawGuide(guide, openPanel) {
  if (!guide || drawn === JSON.stringify(guide)) return;
  drawn = JSON.stringify(guide);
  const next = guide.steps.find((one) => !one.done);
  const many = guide.steps.filter((one) => one.done).length;
  find("guide-count").textContent = next ? `${many} of ${guide.steps.length} done` : "All done";
  keepFocus(find("guide-steps"), () => put(find("guide-steps"), guide.steps.map((step, index) => item(step, index, step === next, openPanel))), find("guide-title"));
  keepFocus(find("guide-phone"), () => put(find("guide-phone"), guide.phone && phone(guide.phone)));
  find("guide-phone").hidden = !guide.phone || Boolean(guide.phone.answered_by && find("guide").hidden);
  const fresh = guide.steps.filter((one) => one.done && done && !done.has(one.key));
  for (const one of fresh) announce(`Done: ${one.title}.${next ? ` Next: ${next.title}.` : " The guide is complete."}`);
  done = new Set(guide.steps.filter((one) => one.done).map((one) => one.key));
}

function item(step, index, isNext, openPanel) {
  return h("li", { class: step.done ? "is-done" : null, "aria-current": isNext ? "step" : null, "data-step": step.key },
    h("span", { class: "tick", "aria-hidden": "true" }, step.done ? "✓" : String(index + 1)),
    h("div", { class: "guide-words" }, h("strong", {}, step.title), step.done && h("span", { class: "sr" }, ", done"), h("span", { class: "hint" }, step.hint)),
    !step.done && h("button", { type: "button", class: "button", "data-key": step.key, "aria-label": `Show me: ${step.title}`, onclick: () => showStep(step, openPanel) }, "Show me"));
}

function phone({ person, url, answered_by: by }) {
  const words = by ? `@${by} has acknowledged the page.` : `@${person} was paged in Slack. A page on a phone has this link.`;
  return h("p", { class: "guide-phone" }, h("span", { "aria-hidden": "true" }, "📱 "), words,
    url && h("a", { href: url, target: "_blank", rel: "noopener noreferrer", class: "button", "data-key": "phone", onclick: openPhone }, by ? "See it on the phone" : "Open it on the phone"));
}

const PATIENCE = 6000; // ms, for the page to become another person's and to read the messages

/** Go where the step is done, and put the focus on its control. */
async function showStep(step, openPanel) {
  if (step.person) location.hash = `#/${step.person}/${step.place}`;
  else openPanel();
  const node = await waitFor(step);
  if (!node) return notice("There is nothing to do this with right now. A new card comes in a moment.");
  if (step.types) node.value = step.types;
  node.scrollIntoView({ block: "nearest" });
  node.focus();
  node.classList.add("is-shown");
  setTimeout(() => node.classList.remove("is-shown"), 2400);
}

/** Return the last control that fits, once the page is that person's and its messages are read. */
export async function waitFor({ person, place, focus }) {
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    await new Promise((go) => setTimeout(go, 50)); // first of all the page follows the address
    const here = !person || (state.me?.name === person && !find("log").hasAttribute("aria-busy") && isPlace(place));
    const node = here && [...document.querySelectorAll(focus)].at(-1);
    if (node) return node;
  }
  return null;
}

const isPlace = (place) => !place || state.place?.id === place.split("/")[0];
