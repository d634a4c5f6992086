// Announcements for screen readers, and notices for everybody.

import { h, put } from "./dom.js";

const find = (id) => document.getElementById(id);

let waiting = [];
let timer = 0;

/** Announce politely; many messages at once become a number. */
export function announce(words) {
  waiting.push(words);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const text = waiting.length > 3 ? `${waiting.length} new messages. The last: ${waiting.at(-1)}` : waiting.join(". ");
    waiting = [];
    find("announcer").textContent = text;
  }, 250);
}

const SHOWN_FOR = 12000;
const PLACES = ["dialog[open] .dialog-notice", "#thread:focus-within .notices"];

/** Show a refusal or an error in a place of its own, so that it covers nothing: within the open dialog or thread if there is one. */
export function notice(words) {
  const [dialog, thread] = PLACES.map((css) => document.querySelector(css));
  if (dialog) {
    dialog.textContent = words;
    return;
  }
  const shown = h("div", { class: "notice" }, h("p", {}, words), h("button", { type: "button", class: "icon", "aria-label": "Dismiss this notice", onclick: () => shown.remove() }, "✕"));
  put(thread ?? find("notices"), shown);
  setTimeout(() => shown.contains(document.activeElement) || shown.remove(), SHOWN_FOR);
}

/** What was said to one person is not said to the next. */
export const clearNotices = () => put(find("notices"));

/** The line under the header while the connection is away. */
export function connection(words) {
  const line = find("connection");
  if (line.textContent !== words) line.textContent = words;
  line.hidden = !words;
}
