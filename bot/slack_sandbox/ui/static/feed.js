// The open channel: new messages are appended, older and newer ones are fetched on scrolling.

import { h, put } from "./dom.js";
import { act } from "./act.js";
import { announce, notice } from "./announce.js";
import { ask } from "./api.js";
import { describeMessage } from "./message.js";
import * as messageList from "./message_list.js";
import { placeName, state } from "./state.js";

const NEAR = 120; // pixels from the end that still count as being at the end
const AHEAD = 800; // pixels from either end at which more is fetched
const KEPT = 240; // messages kept in the DOM; a channel may have thousands

const log = () => document.getElementById("log"); // what scrolls
const list = () => document.getElementById("messages"); // what is in it
let older = false; // there is more above
let newer = false; // there is more below
let fetching = false;
let unseen = 0;
let stuck = true; // follow the end as messages arrive

const channel = () => state.channels.get(state.place?.id);
const fetchMessages = (query) => ask("/page/messages", { as: state.me.name, channel: state.place.id, ...query });

export async function openChannel(place, ts = "") {
  const node = log();
  messageList.clear();
  [older, newer, fetching, unseen, stuck] = [false, false, false, 0, true];
  node.setAttribute("aria-label", `Messages in ${placeName(place)}`);
  node.setAttribute("aria-busy", "true");
  put(list(), h("div", { class: "skeletons", "aria-hidden": "true" }, [1, 2, 3].map(() => h("div", { class: "skeleton" }))));
  drawUnseen();
  try {
    const page = await fetchMessages({});
    if (state.place?.id !== place.id) return;
    older = page.more;
    put(list(), top());
    messageList.append(page.messages);
  } catch {
    put(list(), h("p", { class: "empty", role: "alert" }, "The messages could not be read. ", h("button", { type: "button", class: "button", onclick: () => openChannel(place) }, "Try again")));
  }
  node.removeAttribute("aria-busy");
  toEnd();
  markRead(place.id);
  if (ts) await show(ts);
}

function top() {
  if (older) return h("div", { class: "older top" }, h("button", { type: "button", class: "button", onclick: up }, "Show older messages"));
  return h("div", { class: "beginning top" }, h("p", {}, h("strong", {}, placeName(channel())), channel().is_dm ? " writes to you here." : " begins here."));
}

const redrawTop = () => list().querySelector(":scope > .top")?.replaceWith(top());

/** Apply changes to messages of the open channel. */
export function applyMessages(messages) {
  const here = messages.filter((one) => one.channel === state.place?.id);
  const fresh = here.filter((one) => !messageList.has(one.ts) && !(older && one.ts < messageList.first())).sort((one, other) => (one.ts < other.ts ? -1 : 1));
  const [wasStuck, end] = [stuck, messageList.last()];
  here.filter((one) => messageList.has(one.ts)).forEach(messageList.update);
  if (!newer) messageList.append(fresh.filter((one) => one.ts > end));
  const late = fresh.filter((one) => one.ts < end);
  if (late.length) messageList.insert(late);
  if (wasStuck) toEnd();
  if (fresh.length) announceNew(fresh, wasStuck);
}

function announceNew(fresh, seen) {
  const others = fresh.filter((one) => one.user !== state.me.id);
  unseen = seen ? 0 : unseen + others.length;
  drawUnseen();
  for (const message of others) announce(describeMessage(message));
  const privately = others.find((one) => one.only_you);
  if (privately && !seen) notice(describeMessage(privately)); // it may be outside of the visible part
  markRead(state.place.id);
  if (seen && messageList.size() > KEPT + 60 && messageList.trim(KEPT, { atEnd: false })) {
    older = true;
    redrawTop();
  }
}

export function removeMessages(places) {
  for (const { channel: where, ts } of places) if (where === state.place?.id) messageList.remove(ts);
}

/** Fetch one more page above or below; the scroll position is kept. */
async function fetchPage(query, arrange) {
  if (fetching) return false;
  fetching = true;
  const place = state.place.id;
  try {
    const found = await fetchMessages(query);
    if (state.place?.id === place) arrange(found);
    return state.place?.id === place;
  } catch {
    [older, newer] = [false, false]; // do not retry on each scroll event; there is a button
    return false;
  } finally {
    fetching = false;
  }
}

const up = () => fetchPage({ before: messageList.first() }, (found) => {
  const fromEnd = log().scrollHeight - log().scrollTop;
  const held = list().querySelector(":scope > .top")?.contains(document.activeElement);
  older = found.more;
  redrawTop();
  messageList.prepend(found.messages, list().querySelector(":scope > .top"));
  log().scrollTop = log().scrollHeight - fromEnd;
  if (messageList.trim(KEPT, { atEnd: true })) newer = true;
  drawUnseen();
  if (held) (list().querySelector(".top button") ?? messageList.get(messageList.first()))?.focus({ preventScroll: true });
});

const down = () => fetchPage({ after: messageList.last() }, (found) => {
  newer = found.more;
  messageList.append(found.messages);
  const fromEnd = log().scrollHeight - log().scrollTop;
  if (messageList.trim(KEPT, { atEnd: false })) {
    older = true;
    redrawTop();
    log().scrollTop = log().scrollHeight - fromEnd;
  }
  if (!newer) unseen = 0;
  drawUnseen();
});

const atEnd = () => !newer && log().scrollHeight - log().scrollTop - log().clientHeight < NEAR;

export function toEnd() {
  stuck = true;
  log().scrollTop = log().scrollHeight;
}

/** Scroll to the newest message. */
export const latest = () => (newer ? openChannel(channel()) : toEnd());

function drawUnseen() {
  const button = document.getElementById("unseen");
  button.hidden = unseen === 0 && !newer;
  button.textContent = unseen ? `${unseen} new ${unseen === 1 ? "message" : "messages"} below` : "To the newest";
}

let reading = 0;
function markRead(id) {
  clearTimeout(reading);
  if (document.visibilityState === "visible") reading = setTimeout(() => act({ act: "reads", channel: id }), 300);
}

export function init() {
  log().addEventListener("scroll", scrolled, { passive: true });
  // Heights are estimated until rendered; a message that turns out taller must not move the end out of view.
  const sized = new ResizeObserver(() => stuck && toEnd());
  for (const node of [list(), log()]) sized.observe(node); // a notice below takes some of the height
  document.getElementById("unseen").addEventListener("click", () => (latest(), log().focus()));
  document.addEventListener("visibilitychange", () => state.place?.kind === "channel" && markRead(state.place.id));
}

function scrolled() {
  const { scrollTop, scrollHeight, clientHeight } = log();
  if (older && scrollTop < AHEAD) up();
  if (newer && scrollHeight - scrollTop - clientHeight < AHEAD) down();
  stuck = atEnd();
  if (stuck && unseen) (unseen = 0), drawUnseen();
}

/** Show a message by its timestamp, as a link to it does. */
export async function show(ts) {
  while (!messageList.has(ts) && older && messageList.first() > ts && (await up()));
  const node = messageList.get(ts);
  if (!node) return notice("That message is gone.");
  stuck = false;
  node.scrollIntoView({ block: "start" });
  node.focus({ preventScroll: true });
}
