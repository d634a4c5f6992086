// The messages of the open channel, in order. New ones come at the end, older ones are fetched on the way up.

import { h, put } from "./dom.js";
import { act } from "./acting.js";
import { announce, notice } from "./announce.js";
import { ask } from "./api.js";
import { dayKey, dayName } from "./dates.js";
import { article, redraw, spoken } from "./message.js";
import { openThread } from "./thread.js";
import { placeName, state } from "./state.js";

const NEAR = 120; // pixels from the end that still count as being at the end
const KEPT = 400; // articles; the oldest go when there are more and nobody looks at them

const log = () => document.getElementById("log"); // what scrolls
const list = () => document.getElementById("messages"); // what is in it
let shown = new Map(); // ts → article, in order
let more = false;
let fetching = false;
let unseen = 0;
let stuck = true; // at the end, and to stay there whatever grows

export async function openChannel(channel, ts = "") {
  const node = log();
  shown = new Map();
  more = false;
  unseen = 0;
  stuck = true;
  node.setAttribute("aria-label", `Messages in ${placeName(channel)}`);
  node.setAttribute("aria-busy", "true");
  put(list(), h("div", { class: "skeletons", "aria-hidden": "true" }, [1, 2, 3].map(() => h("div", { class: "skeleton" }))));
  tellUnseen();
  try {
    const told = await ask("/page/messages", { as: state.me.name, channel: channel.id });
    if (state.place?.id !== channel.id) return;
    more = told.more;
    put(list(), beginning(channel), told.messages.map(make));
    divide();
  } catch {
    put(list(), h("p", { class: "empty", role: "alert" }, "The messages could not be read. ", h("button", { type: "button", class: "button", onclick: () => openChannel(channel) }, "Try again")));
  }
  node.removeAttribute("aria-busy");
  toEnd();
  read(channel.id);
  if (ts) await show(ts);
}

function beginning(channel) {
  if (more) return h("div", { class: "older" }, h("button", { type: "button", class: "button", onclick: older }, "Show older messages"));
  return h("div", { class: "beginning" }, h("p", {}, h("strong", {}, placeName(channel)), channel.is_dm ? " writes to you here." : " begins here."));
}

function make(message) {
  const node = article(message, { openThread });
  shown.set(message.ts, node);
  return node;
}

/** What changed, of the channel that is open. */
export function take(messages) {
  const here = messages.filter((one) => one.channel === state.place?.id);
  const fresh = here.filter((one) => !shown.has(one.ts));
  const stick = stuck;
  for (const message of here) if (shown.has(message.ts)) redraw(shown.get(message.ts), message);
  add(fresh.sort((one, other) => (one.ts < other.ts ? -1 : 1)));
  if (stick) toEnd();
  if (!fresh.length) return;
  unseen = stick ? 0 : unseen + fresh.filter((one) => one.user !== state.me.id).length;
  tellUnseen();
  for (const message of fresh) if (message.user !== state.me.id) announce(spoken(message));
  read(state.place.id);
  if (stick) prune();
}

function add(messages) {
  const last = [...shown.keys()].at(-1) ?? "";
  const late = messages.filter((one) => one.ts < last);
  const batch = document.createDocumentFragment();
  messages.filter((one) => one.ts >= last).forEach((one) => batch.append(make(one)));
  list().append(batch);
  if (late.length) insert(late);
  if (messages.length) divide();
}

/** Something older than what is there: rare, so simply sorted again. */
function insert(late) {
  const made = late.filter((one) => !more || one.ts > [...shown.keys()][0]).map(make);
  if (!made.length) return;
  shown = new Map([...shown].sort(([one], [other]) => (one < other ? -1 : 1)));
  const order = [...shown.values()];
  for (const node of made) {
    const next = order[order.indexOf(node) + 1];
    if (next) list().insertBefore(node, next);
    else list().append(node);
  }
}

export function gone(places) {
  for (const { channel, ts } of places) {
    if (channel !== state.place?.id || !shown.has(ts)) continue;
    const node = shown.get(ts);
    const held = node.contains(document.activeElement);
    if (held) (node.nextElementSibling ?? node.previousElementSibling ?? log()).focus({ preventScroll: true });
    node.remove();
    shown.delete(ts);
  }
  divide();
}

/** A line where a day begins. */
function divide() {
  let day = "";
  for (const node of shown.values()) {
    const own = dayKey(Number(node.dataset.ts));
    const line = node.previousElementSibling?.classList.contains("day") ? node.previousElementSibling : null;
    if (own !== day && !line) node.before(h("div", { class: "day" }, h("span", {}, dayName(Number(node.dataset.ts)))));
    if (own === day && line) line.remove();
    day = own;
  }
}

async function older() {
  if (fetching) return;
  fetching = true;
  const node = log();
  const first = [...shown.keys()][0];
  const channel = state.channels.get(state.place.id);
  try {
    const told = await ask("/page/messages", { as: state.me.name, channel: channel.id, before: first });
    if (state.place?.id !== channel.id) return;
    const held = node.querySelector(".older")?.contains(document.activeElement);
    const from = node.scrollHeight - node.scrollTop;
    const rest = shown;
    shown = new Map();
    const nodes = told.messages.map(make);
    for (const [ts, one] of rest) shown.set(ts, one);
    more = told.more;
    node.querySelector(".older")?.replaceWith(beginning(channel), ...nodes);
    divide();
    node.scrollTop = node.scrollHeight - from;
    if (held) (node.querySelector(".older button") ?? nodes[0])?.focus({ preventScroll: true });
  } catch {
    more = false; // Until the channel is opened again; the button stays, and can be pressed.
  } finally {
    fetching = false;
  }
}

function prune() {
  const extra = [...shown.keys()].slice(0, Math.max(0, shown.size - KEPT));
  if (extra.length < 50) return;
  for (const ts of extra) {
    shown.get(ts).remove();
    shown.delete(ts);
  }
  more = true;
  const top = log().querySelector(".beginning, .older");
  top?.replaceWith(beginning(state.channels.get(state.place.id)));
  log().querySelectorAll(".day + .day").forEach((line) => line.previousElementSibling.remove());
  divide();
}

const atEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight < NEAR;

export function toEnd() {
  stuck = true;
  log().scrollTop = log().scrollHeight;
}

function tellUnseen() {
  const button = document.getElementById("unseen");
  button.hidden = unseen === 0;
  button.textContent = `${unseen} new ${unseen === 1 ? "message" : "messages"} below`;
}

let reading = 0;
function read(channel) {
  clearTimeout(reading);
  if (document.visibilityState === "visible") reading = setTimeout(() => act({ act: "reads", channel }), 300);
}

export function begin() {
  log().addEventListener("scroll", () => {
    if (more && log().scrollTop < 400) older();
    stuck = atEnd();
    if (stuck && unseen) (unseen = 0), tellUnseen();
  }, { passive: true });
  // Heights are estimated until something is near; what turns out taller must not push the end away.
  new ResizeObserver(() => stuck && toEnd()).observe(list());
  document.getElementById("unseen").addEventListener("click", () => (toEnd(), log().focus()));
  document.addEventListener("visibilitychange", () => state.place?.kind === "channel" && read(state.place.id));
}

/** To where a link points: a message by its channel and time. */
export async function show(ts) {
  while (!shown.has(ts) && more && [...shown.keys()][0] > ts) await older();
  const node = shown.get(ts);
  if (!node) return notice("That message is not there any more.");
  stuck = false;
  node.scrollIntoView({ block: "start" });
  node.focus({ preventScroll: true });
}
