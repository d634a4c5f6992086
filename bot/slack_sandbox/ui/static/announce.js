// What is said to a screen reader, and what is said to everybody in passing.

import { h, put } from "./dom.js";

const find = (id) => document.getElementById(id);

let waiting = [];
let timer = 0;

/** Politely, and not each of a hundred: a storm is a number. */
export function announce(words) {
  waiting.push(words);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const told = waiting.length > 3 ? `${waiting.length} new messages. The last: ${waiting.at(-1)}` : waiting.join(". ");
    waiting = [];
    find("announcer").textContent = told;
  }, 250);
}

const SHOWN_FOR = 12000;

/** A "no", or something that went wrong: said where the person is, also within a form. */
export function notice(words) {
  const dialog = document.querySelector("dialog[open] .dialog-notice");
  if (dialog) {
    dialog.textContent = words;
    return;
  }
  const shown = h("div", { class: "notice" }, h("p", {}, words), h("button", { type: "button", class: "icon", "aria-label": "Dismiss this notice", onclick: () => shown.remove() }, "✕"));
  const shelf = find("notices");
  put(shelf, shown);
  setTimeout(() => shown.contains(document.activeElement) || shown.remove(), SHOWN_FOR);
}

/** The line under the header while the connection is away. */
export function connection(words) {
  const line = find("connection");
  if (line.textContent !== words) line.textContent = words;
  line.hidden = !words;
}
