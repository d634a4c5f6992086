// The messages in the DOM, in order, with a line where a day begins; at most some hundred.

import { h } from "./dom.js";
import { dayKey, dayName } from "./dates.js";
import { buildMessage, redraw } from "./message.js";
import { openThread } from "./thread.js";

const list = () => document.getElementById("messages");
let shown = new Map(); // ts → article

export const clear = () => (shown = new Map());
export const has = (ts) => shown.has(ts);
export const get = (ts) => shown.get(ts);
export const first = () => shown.keys().next().value ?? "";
export const last = () => [...shown.keys()].at(-1) ?? "";
export const size = () => shown.size;

function make(message) {
  const node = buildMessage(message, { openThread });
  node.day = dayKey(Number(message.ts));
  return node;
}

export const update = (message) => redraw(shown.get(message.ts), message);

/** Append messages at the end. */
export function append(messages) {
  const batch = document.createDocumentFragment();
  for (const message of messages) {
    const node = make(message);
    shown.set(message.ts, node);
    batch.append(node);
  }
  list().append(batch);
  divide();
}

/** Insert messages at the beginning, after `top`. */
export function prepend(messages, top) {
  const made = messages.map((message) => [message.ts, make(message)]);
  top.after(...made.map(([, node]) => node));
  shown = new Map([...made, ...shown]);
  divide();
}

/** Insert late messages by their timestamps. */
export function insert(messages) {
  for (const message of messages) {
    const next = [...shown].find(([ts]) => ts > message.ts);
    const node = make(message);
    if (next) line(next[1])?.before(node) ?? next[1].before(node);
    else list().append(node);
    shown.set(message.ts, node);
  }
  shown = new Map([...shown].sort(([one], [other]) => (one < other ? -1 : 1)));
  divide();
}

export function remove(ts) {
  const node = shown.get(ts);
  if (!node) return;
  if (node.contains(document.activeElement)) (node.nextElementSibling ?? node.previousElementSibling ?? list().parentElement).focus({ preventScroll: true });
  node.remove();
  shown.delete(ts);
  divide();
}

/** Keep `most` messages, removing at the end or the beginning, but not what has the focus. Return whether any was removed. */
export function trim(most, { atEnd }) {
  const order = atEnd ? [...shown].reverse() : [...shown];
  let went = false;
  for (const [ts, node] of order.slice(0, Math.max(0, shown.size - most))) {
    if (node.contains(document.activeElement)) break;
    node.remove();
    shown.delete(ts);
    went = true;
  }
  if (went) divide();
  return went;
}

const line = (node) => (node.previousElementSibling?.classList.contains("day") ? node.previousElementSibling : null);

function divide() {
  let day = "";
  const wanted = new Set();
  for (const node of shown.values()) {
    if (node.day !== day) {
      if (!line(node)) node.before(h("div", { class: "day" }, h("span", {}, dayName(Number(node.dataset.ts)))));
      wanted.add(line(node));
    }
    day = node.day;
  }
  for (const one of list().querySelectorAll(":scope > .day")) if (!wanted.has(one)) one.remove();
}
