// The demo's controls: four actions, the guide, and what happens under the hood.

import { ask, send } from "/page/static/api.js";
import { h } from "/page/static/dom.js";
import { actions, skipHours } from "./actions.js";
import { buildGuide, drawGuide, waitFor } from "./guide.js";
import { drawState, drawSummary } from "./panel_state.js";

const EVERY = 1000; // ms; what one does oneself is shown at once
const WIDE = "(min-width: 68rem)"; // conversation and panel side by side; panel.css has the same number

const find = (id) => document.getElementById(id);
let timer = 0;

function build() {
  const speeds = h("div", { class: "speeds", role: "group", "aria-label": "Speed of the day" },
    [[0, "Pause"], [1, "1×"], [10, "10×"], [60, "60×"]].map(([speed, words]) =>
      h("button", { type: "button", "data-speed": speed, "aria-pressed": "false", onclick: () => act({ do: "speed", speed }) }, words)));
  find("bar-extra").append(speeds);
  buildGuide();
  find("bar-extra").append(h("button", { type: "button", class: "bar-button", id: "panel-toggle", "aria-expanded": "false", "aria-controls": "panel", onclick: () => open(find("panel").hidden) }, "Controls"));
  const hood = h("details", { class: "hood", id: "hood", ontoggle: refresh }, h("summary", {}, "Under the hood"), skipHours(act), h("div", { id: "panel-state" }));
  find("frame").append(h("aside", { class: "panel", id: "panel", "aria-label": "Controls", hidden: true, onkeydown: closeOnEscape },
    h("div", { class: "pane-head" }, h("h2", {}, "Controls"), h("button", { type: "button", class: "icon", "aria-label": "Close the controls", onclick: () => open(false) }, "✕")),
    h("div", { class: "panel-body", tabindex: "0", role: "region", "aria-label": "Actions and figures" },
      h("p", { class: "hint", id: "panel-summary" }), actions(act), h("p", { class: "did", id: "did", role: "status" }), hood)));
  open(matchMedia(WIDE).matches && localStorage.getItem("panel") !== "shut", false);
}

function open(yes, chosen = true) {
  find("panel").hidden = !yes;
  find("panel-toggle").setAttribute("aria-expanded", String(yes));
  if (!chosen) return;
  localStorage.setItem("panel", yes ? "open" : "shut");
  if (yes) find("panel").querySelector("summary").focus();
  else find("panel-toggle").focus();
  if (yes) refresh();
}

/** Close the panel on Escape where it covers the conversation. */
function closeOnEscape(event) {
  if (event.key === "Escape" && !matchMedia(WIDE).matches) open(false);
}

async function act(body) {
  const outcome = await send("/demo/act", body);
  const status = find("did");
  status.textContent = outcome.did ?? outcome.refused;
  status.classList.toggle("refused", !outcome.ok);
  if (outcome.person) goTo(outcome.person);
  refresh();
  return outcome;
}

/** Become the person who was paged, with the focus on the newest of their direct messages. */
async function goTo(person) {
  if (!matchMedia(WIDE).matches) open(false, false);
  location.hash = `#/${person}/dm`;
  (await waitFor({ person, place: "", focus: "#log article" }))?.focus({ preventScroll: true });
}

async function refresh() {
  clearTimeout(timer);
  try {
    const state = await ask("/demo/state");
    for (const button of document.querySelectorAll(".speeds button")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === state.speed));
      button.disabled = state.skipping;
    }
    drawSummary(find("panel-summary"), state);
    if (find("hood").open && !find("panel").hidden) drawState(find("panel-state"), state);
    drawGuide(state.guide, () => find("panel").hidden && open(true));
    document.dispatchEvent(new CustomEvent("demo", { detail: state }));
  } catch {
    // The page reports the lost connection; polling goes on.
  }
  timer = setTimeout(refresh, document.visibilityState === "visible" ? EVERY : 5 * EVERY);
}

/** Load a style sheet; what it is for is shown only then. */
function load(name) {
  return new Promise((loaded) => document.head.append(h("link", { rel: "stylesheet", href: `/demo/static/${name}.css`, onload: loaded, onerror: loaded })));
}

await Promise.all(["panel", "guide"].map(load));
build();
refresh();
