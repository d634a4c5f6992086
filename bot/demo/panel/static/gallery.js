// Every card, message and modal on one page, drawn by the modules that draw the workspace.

import { ask } from "/page/static/api.js";
import { drawBlocks } from "/page/static/blocks/index.js";
import { h, put } from "/page/static/dom.js";
import { buildMessage } from "/page/static/message.js";
import { plainWords } from "/page/static/mrkdwn.js";
import { app, applyState, state } from "/page/static/state.js";

const main = document.getElementById("gallery");

async function start() {
  applyState(await ask("/page/state"));
  const entries = await ask("/demo/gallery/entries");
  put(main, entries.map((entry, index) => {
    const id = `entry-${index}`;
    return h("section", { "aria-labelledby": id }, h("h2", { id }, entry.title), entry.view ? view(entry.view, index) : message(entry, index));
  }));
  main.removeAttribute("aria-busy");
}

function message({ text, blocks, attachments }, index) {
  const ts = `${Math.floor(state.now)}.${String(index).padStart(6, "0")}`;
  return buildMessage({ channel: "C0GALLERY", ts, user: app().id, text, blocks, attachments, values: {}, reactions: {}, replies: [], files: [], only_you: false, edited: false });
}

function view({ type, title, submit, close, blocks }, index) {
  const place = { holder: { view: `view-${index}` }, values: {}, fields: [] };
  if (type === "home") return h("div", { class: "view is-home" }, drawBlocks(blocks, place));
  return h("div", { class: "view" },
    h("div", { class: "dialog-head" }, h("h3", {}, plainWords(title))),
    h("div", { class: "dialog-body" }, drawBlocks(blocks, place)),
    h("div", { class: "dialog-foot" }, h("button", { type: "button", class: "button" }, plainWords(close) || "Close"), submit && h("button", { type: "button", class: "button primary" }, plainWords(submit))));
}

/** A pressed button switches a look on, and off again. */
function choice(words, turn) {
  const button = h("button", { type: "button", class: "bar-button", "aria-pressed": "false", onclick: () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    turn(on);
  } }, words);
  return button;
}

const systemIsDark = matchMedia("(prefers-color-scheme: dark)").matches;

/** Turn to the theme that the system does not have, by the rules that the style sheets have for it. */
function turnTheme(on) {
  const dark = on !== systemIsDark;
  for (const sheet of document.styleSheets) for (const rule of sheet.cssRules) {
    if (rule instanceof CSSMediaRule && (rule.themed ||= rule.media.mediaText.includes("prefers-color-scheme: dark"))) rule.media.mediaText = dark ? "all" : "not all";
  }
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
}

put(document.getElementById("choices"), choice("Phone", (on) => main.classList.toggle("is-phone", on)), choice("Other theme", turnTheme));
start();
