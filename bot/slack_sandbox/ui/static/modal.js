// The app's modal. The browser traps the focus in it; typed input survives a redraw.

import { h, keepFocus, put } from "./dom.js";
import { act } from "./act.js";
import { drawBlocks } from "./blocks/index.js";
import { rememberFocus } from "./focus.js";
import { plainWords } from "./mrkdwn.js";

let shown = null; // {view, fields, back, closing}
const dialog = () => document.getElementById("modal");

export function updateModal(view) {
  if (!view) return closeDialog();
  if (shown?.view.id === view.id && shown.view.hash === view.hash) return;
  const before = shown;
  const unsent = before?.view.id === view.id ? before.fields.filter((one) => one.typing?.isUnsent()) : [];
  const typed = Object.fromEntries(unsent.map((one) => [one.block, one.read()]));
  leave(before);
  shown = { view, fields: [], back: before?.back ?? rememberFocus() };
  if (before) keepFocus(dialog(), () => draw(view, typed), dialog().querySelector("h2"));
  else draw(view, typed);
  if (!dialog().open) dialog().showModal();
  if (!before) firstField()?.focus();
}

/** What is typed there is not sent any more: the browser tells of a change when a field is removed, too. */
const leave = (form) => form?.fields.forEach((one) => one.typing?.settle());
const firstField = () => dialog().querySelector(".dialog-body :is(input, select, textarea)") ?? dialog().querySelector(".dialog-foot button");

function draw(view, typed) {
  const place = { holder: { view: view.id }, values: view.values, typed, fields: shown.fields };
  put(dialog(), h("form", { class: "dialog-form", novalidate: true, onsubmit: (event) => (event.preventDefault(), submit()) },
    h("div", { class: "dialog-head" }, h("h2", { id: "modal-title", tabindex: "-1" }, plainWords(view.title)),
      h("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => close(true) }, "✕")),
    h("div", { class: "dialog-notice", role: "alert" }),
    h("div", { class: "dialog-body" }, drawBlocks(view.blocks, place)),
    h("div", { class: "dialog-foot" },
      h("button", { type: "button", class: "button", onclick: () => close(false) }, plainWords(view.close) || "Close"),
      view.submit && h("button", { type: "submit", class: "button primary" }, plainWords(view.submit)))));
}

async function submit() {
  const values = Object.fromEntries(shown.fields.map((one) => [one.block, one.read()]));
  const { view, fields } = shown;
  leave(shown);
  showNotice("");
  fields.forEach((one) => one.fail(""));
  const outcome = await act({ act: "submit", view: view.id, values }, dialog().querySelector("[type=submit]"));
  const errors = outcome.errors ?? {};
  const failed = fields.filter((one) => errors[one.block]).map((one) => one.fail(errors[one.block]));
  if (failed.length) failed[0].focus();
  const others = Object.keys(errors).filter((block) => !fields.some((one) => one.block === block));
  if (failed.length > 1 || others.length) showNotice([`${failed.length + others.length} fields need another look.`, ...others.map((block) => errors[block])].join(" "));
}

const showNotice = (words) => {
  const line = dialog().querySelector(".dialog-notice");
  if (line) line.textContent = words;
};

async function close(everything) {
  if (!shown || shown.closing) return;
  const form = shown;
  const { id } = form.view;
  form.closing = true;
  await Promise.all(form.fields.map((one) => one.typing?.flush()));
  const outcome = await act({ act: "close", view: id, everything });
  form.closing = false;
  if (outcome.refused && shown?.view.id === id) closeDialog();
}

/** Close a modal that was left open when its page was closed or became another person's, as Slack's client does. */
export const dropModal = (view) => act({ act: "close", view: view.id, everything: true });

function closeDialog() {
  if (!shown) return;
  const { back } = shown;
  leave(shown);
  shown = null;
  if (dialog().open) dialog().close();
  put(dialog());
  back();
}

export const init = () => dialog().addEventListener("cancel", (event) => (event.preventDefault(), close(false)));
