// The channel that is open: what is new comes at the end, what is older or newer than the page holds is fetched on the way.

import { h, put } from "./dom.js";
import { act } from "./acting.js";
import { announce, notice } from "./announce.js";
import { ask } from "./api.js";
import { spoken } from "./message.js";
import * as shelf from "./shelf.js";
import { placeName, state } from "./state.js";

const NEAR = 120; // pixels from the end that still count as being at the end
const AHEAD = 800; // pixels from either end at which more is fetched
const KEPT = 240; // articles on the page; a channel may have thousands

const log = () => document.getElementById("log"); // what scrolls
const list = () => document.getElementById("messages"); // what is in it
let older = false; // there is more above
let newer = false; // there is more below
let fetching = false;
let unseen = 0;
let stuck = true; // at the end, and to stay there whatever grows

const channel = () => state.channels.get(state.place?.id);
const fetched = (query) => ask("/page/messages", { as: state.me.name, channel: state.place.id, ...query });

export async function openChannel(place, ts = "") {
  const node = log();
  shelf.clear();
  [older, newer, fetching, unseen, stuck] = [false, false, false, 0, true];
  node.setAttribute("aria-label", `Messages in ${placeName(place)}`);
  node.setAttribute("aria-busy", "true");
  put(list(), h("div", { class: "skeletons", "aria-hidden": "true" }, [1, 2, 3].map(() => h("div", { class: "skeleton" }))));
  tellUnseen();
  try {
    const told = await fetched({});
    if (state.place?.id !== place.id) return;
    older = told.more;
    put(list(), top());
    shelf.append(told.messages);
  } catch {
    put(list(), h("p", { class: "empty", role: "alert" }, "The messages could not be read. ", h("button", { type: "button", class: "button", onclick: () => openChannel(place) }, "Try again")));
  }
  node.removeAttribute("aria-busy");
  toEnd();
  read(place.id);
  if (ts) await show(ts);
}

function top() {
  if (older) return h("div", { class: "older top" }, h("button", { type: "button", class: "button", onclick: up }, "Show older messages"));
  return h("div", { class: "beginning top" }, h("p", {}, h("strong", {}, placeName(channel())), channel().is_dm ? " writes to you here." : " begins here."));
}

const redrawTop = () => list().querySelector(":scope > .top")?.replaceWith(top());

/** What changed, of the channel that is open. */
export function take(messages) {
  const here = messages.filter((one) => one.channel === state.place?.id);
  const fresh = here.filter((one) => !shelf.has(one.ts) && !(older && one.ts < shelf.first())).sort((one, other) => (one.ts < other.ts ? -1 : 1));
  const [wasStuck, end] = [stuck, shelf.last()];
  here.filter((one) => shelf.has(one.ts)).forEach(shelf.update);
  if (!newer) shelf.append(fresh.filter((one) => one.ts > end));
  const late = fresh.filter((one) => one.ts < end);
  if (late.length) shelf.insert(late);
  if (wasStuck) toEnd();
  if (fresh.length) told(fresh, wasStuck);
}

function told(fresh, seen) {
  const others = fresh.filter((one) => one.user !== state.me.id);
  unseen = seen ? 0 : unseen + others.length;
  tellUnseen();
  for (const message of others) announce(spoken(message));
  const privately = others.find((one) => one.only_you);
  if (privately && !seen) notice(spoken(privately)); // the answer to a click up there would stand where nobody looks
  read(state.place.id);
  if (seen && shelf.size() > KEPT + 60 && shelf.trim(KEPT, { atEnd: false })) {
    older = true;
    redrawTop();
  }
}

export function gone(places) {
  for (const { channel: where, ts } of places) if (where === state.place?.id) shelf.remove(ts);
}

/** One page more, above or below. What one looks at stays where it is. */
async function page(query, arrange) {
  if (fetching) return false;
  fetching = true;
  const place = state.place.id;
  try {
    const found = await fetched(query);
    if (state.place?.id === place) arrange(found);
    return state.place?.id === place;
  } catch {
    [older, newer] = [false, false]; // no trying again with every pixel; the button is there
    return false;
  } finally {
    fetching = false;
  }
}

const up = () => page({ before: shelf.first() }, (found) => {
  const fromEnd = log().scrollHeight - log().scrollTop;
  const held = list().querySelector(":scope > .top")?.contains(document.activeElement);
  older = found.more;
  redrawTop();
  shelf.prepend(found.messages, list().querySelector(":scope > .top"));
  log().scrollTop = log().scrollHeight - fromEnd;
  if (shelf.trim(KEPT, { atEnd: true })) newer = true;
  tellUnseen();
  if (held) (list().querySelector(".top button") ?? shelf.get(shelf.first()))?.focus({ preventScroll: true });
});

const down = () => page({ after: shelf.last() }, (found) => {
  newer = found.more;
  shelf.append(found.messages);
  const fromEnd = log().scrollHeight - log().scrollTop;
  if (shelf.trim(KEPT, { atEnd: false })) {
    older = true;
    redrawTop();
    log().scrollTop = log().scrollHeight - fromEnd;
  }
  if (!newer) unseen = 0;
  tellUnseen();
});

const atEnd = () => !newer && log().scrollHeight - log().scrollTop - log().clientHeight < NEAR;

export function toEnd() {
  stuck = true;
  log().scrollTop = log().scrollHeight;
}

/** To the newest, wherever one is. */
export const latest = () => (newer ? openChannel(channel()) : toEnd());

function tellUnseen() {
  const button = document.getElementById("unseen");
  button.hidden = unseen === 0 && !newer;
  button.textContent = unseen ? `${unseen} new ${unseen === 1 ? "message" : "messages"} below` : "To the newest";
}

let reading = 0;
function read(id) {
  clearTimeout(reading);
  if (document.visibilityState === "visible") reading = setTimeout(() => act({ act: "reads", channel: id }), 300);
}

export function begin() {
  log().addEventListener("scroll", scrolled, { passive: true });
  // Heights are estimated until something is near; what turns out taller must not push the end away.
  new ResizeObserver(() => stuck && toEnd()).observe(list());
  document.getElementById("unseen").addEventListener("click", () => (latest(), log().focus()));
  document.addEventListener("visibilitychange", () => state.place?.kind === "channel" && read(state.place.id));
}

function scrolled() {
  const { scrollTop, scrollHeight, clientHeight } = log();
  if (older && scrollTop < AHEAD) up();
  if (newer && scrollHeight - scrollTop - clientHeight < AHEAD) down();
  stuck = atEnd();
  if (stuck && unseen) (unseen = 0), tellUnseen();
}

/** To where a link points: a message by its time. */
export async function show(ts) {
  while (!shelf.has(ts) && older && shelf.first() > ts && (await up()));
  const node = shelf.get(ts);
  if (!node) return notice("That message is not there any more.");
  stuck = false;
  node.scrollIntoView({ block: "start" });
  node.focus({ preventScroll: true });
}
