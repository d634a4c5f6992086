// The app's Home tab.

import { h, keepFocus, put } from "./dom.js";
import { act } from "./act.js";
import { drawBlocks } from "./blocks/index.js";
import { state } from "./state.js";

const pane = () => document.getElementById("home");

export function openHome() {
  if (!state.home) put(pane(), h("p", { class: "empty" }, "Loading…"));
  else drawHome(state.home);
  act({ act: "opens_home" });
}

export function drawHome(view) {
  state.home = view;
  if (state.place?.kind !== "home" || !view) return;
  const place = { holder: { view: view.id }, values: view.values };
  keepFocus(pane(), () => put(pane(), h("div", { class: "home-blocks" }, drawBlocks(view.blocks, place))));
}
