// The panel "Behind the scenes": shows the state of the app, and runs actions on it.

import { ask, send } from "/page/static/api.js";
import { h } from "/page/static/dom.js";
import { drawState } from "./panel_state.js";
import { actions } from "./actions.js";

const EVERY = 1000; // ms; what one does oneself is shown at once
const WIDE = "(min-width: 68rem)"; // conversation and panel side by side; panel.css has the same number

const find = (id) => document.getElementById(id);
let timer = 0;

function build() {
  document.head.append(h("link", { rel: "stylesheet", href: "/demo/static/panel.css" }));
  const toggle = h("button", { type: "button", class: "bar-button", id: "panel-toggle", "aria-expanded": "false", "aria-controls": "panel", onclick: () => open(find("panel").hidden) }, "Behind the scenes");
  const speeds = h("div", { class: "speeds", role: "group", "aria-label": "Speed of the day" },
    [[0, "Pause"], [1, "1×"], [10, "10×"], [60, "60×"]].map(([speed, words]) =>
      h("button", { type: "button", "data-speed": speed, "aria-pressed": "false", onclick: () => act({ do: "speed", speed }) }, words)));
  find("bar-extra").append(speeds, toggle);
  const did = h("p", { class: "did", id: "did", role: "status" });
  const panel = h("aside", { class: "panel", id: "panel", "aria-label": "Behind the scenes", hidden: true, onkeydown: closeOnEscape },
    h("div", { class: "pane-head" }, h("h2", {}, "Behind the scenes"), h("button", { type: "button", class: "icon", "aria-label": "Close the panel", onclick: () => open(false) }, "✕")),
    h("div", { class: "panel-body", tabindex: "0", role: "region", "aria-label": "What happens behind" }, actions(act), did, h("div", { id: "panel-state" })));
  find("frame").append(panel);
  open(matchMedia(WIDE).matches && localStorage.getItem("panel") !== "shut", false);
}

function open(yes, chosen = true) {
  find("panel").hidden = !yes;
  find("panel-toggle").setAttribute("aria-expanded", String(yes));
  if (!chosen) return;
  localStorage.setItem("panel", yes ? "open" : "shut");
  if (yes) find("panel").querySelector("button, select, input, summary").focus();
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
  refresh();
  return outcome;
}

async function refresh() {
  clearTimeout(timer);
  try {
    const state = await ask("/demo/state");
    for (const button of document.querySelectorAll(".speeds button")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === state.speed));
      button.disabled = state.night;
    }
    if (!find("panel").hidden) drawState(find("panel-state"), state);
    document.dispatchEvent(new CustomEvent("demo", { detail: state }));
  } catch {
    // The page reports the lost connection; polling goes on.
  }
  timer = setTimeout(refresh, document.visibilityState === "visible" ? EVERY : 5 * EVERY);
}

build();
refresh();
