// A thread, beside its channel.

import { h, put } from "./dom.js";
import { act } from "./act.js";
import { announce } from "./announce.js";
import { rememberFocus } from "./focus.js";
import { buildMessage, redraw, describeMessage } from "./message.js";
import { state } from "./state.js";

let open = null; // {channel, ts, list, back}
const pane = () => document.getElementById("thread");

export function openThread(message) {
  const back = open?.back ?? rememberFocus();
  const list = h("div", { class: "thread-list", role: "log", "aria-live": "off", "aria-label": "Messages in this thread", tabindex: "0" });
  const field = h("input", { type: "text", "aria-label": "Reply in this thread", placeholder: "Reply…", autocomplete: "off" });
  const form = h("form", { class: "composer", onsubmit: (event) => (event.preventDefault(), sendReply(field)) }, field, h("button", { class: "button primary", type: "submit" }, "Send"));
  const close = h("button", { type: "button", class: "icon", "aria-label": "Close the thread", onclick: closeThread }, "✕");
  open = { channel: message.channel, ts: message.ts, list, back };
  put(pane(), h("div", { class: "pane-head" }, h("h2", {}, "Thread"), close), list, h("div", { class: "notices", role: "alert" }), form);
  pane().hidden = false;
  drawThread(message, true);
  field.focus();
}

export const init = () => pane().addEventListener("keydown", (event) => event.key === "Escape" && closeThread());

export function closeThread() {
  if (!open) return;
  const { back } = open;
  open = null;
  pane().hidden = true;
  put(pane());
  back();
}

async function sendReply(field) {
  const words = field.value.trim();
  if (!words || !open) return;
  const outcome = await act({ act: "says", channel: open.channel, thread: open.ts, text: words });
  if (outcome.ok) field.value = "";
}

export function updateThread(messages) {
  const found = open && messages.find((one) => one.channel === open.channel && one.ts === open.ts);
  if (found) drawThread(found, false);
}

function drawThread(message, first) {
  const wanted = [message, ...message.replies];
  const there = new Map([...open.list.children].map((node) => [node.dataset.ts, node]));
  for (const one of wanted) {
    const node = there.get(one.ts);
    there.delete(one.ts);
    if (node) redraw(node, one);
    else open.list.append(buildMessage(one, { where: "t" }));
    if (!node && !first && one.user !== state.me.id) announce(describeMessage(one));
  }
  for (const node of there.values()) node.remove();
  open.list.scrollTop = open.list.scrollHeight;
}
