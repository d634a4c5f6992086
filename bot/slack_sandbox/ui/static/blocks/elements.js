// What can be pressed and picked. Each control has a data-key, by which the focus finds it again after a redraw.

import { h, safeUrl } from "../dom.js";
import { plainWords, text } from "../mrkdwn.js";
import { askConfirmation } from "../confirm.js";
import { openMenu } from "../menu.js";
import { act } from "../act.js";
import { linkAttributes } from "../links.js";
import { field } from "./inputs.js";
import { choosers } from "./choosers.js";

export const actions = (block, place) => h("div", { class: "block-actions" }, block.elements.map((one) => element(one, block, place)));
export const contextActions = actions;
export { field as input };

const keyOf = (one, block) => `${one.action_id} ${one.value ?? ""}`.trim() || block.block_id;

const ELEMENTS = {
  button,
  workflow_button: button,
  icon_button: button,
  overflow,
  feedback_buttons: feedback,
};

export function element(one, block, place) {
  const draw = ELEMENTS[one.type] ?? choosers[one.type];
  if (draw) return draw(one, block, place);
  return h("span", { class: "unknown" }, h("strong", {}, one.type ?? "no type"), " is an element this page cannot draw.");
}

function button(one, block, place) {
  const url = linkAttributes(one.url);
  const press = (event) => pressed(event.currentTarget, one, block, place, url);
  const given = {
    class: `button ${one.style ?? ""}`,
    "aria-label": one.accessibility_label ? spoken(plainWords(one.text), one.accessibility_label) : null,
    "data-key": keyOf(one, block),
    "data-action": one.action_id,
    onclick: press,
  };
  if (url) return h("a", { ...given, ...url }, plainWords(one.text));
  return h("button", { ...given, type: "button" }, plainWords(one.text));
}

/** The spoken name begins with the written one, or who speaks to the machine cannot press it. */
function spoken(written, label) {
  return label.toLowerCase().startsWith(written.toLowerCase().replace("…", "")) ? label : `${written}: ${label}`;
}

/** With an address, the browser opens it, and the app is told all the same. */
async function pressed(control, one, block, place, url) {
  if (one.confirm && !url && !(await askConfirmation(one.confirm))) return;
  await act({ act: "click", ...place.holder, what: one.action_id, block: block.block_id, value: one.value }, url ? null : control);
}

function overflow(one, block, place) {
  const choose = async (option) => {
    if (safeUrl(option.url)) window.open(safeUrl(option.url), "_blank", "noopener,noreferrer");
    if (one.confirm && !(await askConfirmation(one.confirm))) return;
    await act({ act: "choose", ...place.holder, what: one.action_id, block: block.block_id, value: option.value });
  };
  const control = h("button", {
    type: "button", class: "button more", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "More actions for this", "data-action": one.action_id,
    "data-key": keyOf(one, block),
    onclick: () => openMenu(control, one.options.map((option) => ({ label: plainWords(option.text), hint: plainWords(option.description), choose: () => choose(option) }))),
  }, "⋯");
  return control;
}

function feedback(one, block, place) {
  return h("span", { class: "block-actions" }, [one.positive_button, one.negative_button].map((each) =>
    h("button", {
      type: "button", class: "button", "aria-label": each.accessibility_label, "data-key": `${one.action_id} ${each.value}`,
      onclick: (event) => act({ act: "choose", ...place.holder, what: one.action_id, block: block.block_id, value: each.value }, event.currentTarget),
    }, text(each.text))));
}
