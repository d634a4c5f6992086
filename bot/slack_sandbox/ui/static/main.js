// The entry point: identity and place are in the address, everything else comes from the workspace.

import { h, put } from "./dom.js";
import { ask } from "./api.js";
import { clearNotices, connection } from "./announce.js";
import * as composer from "./composer.js";
import { clockTime, refreshAgo } from "./dates.js";
import * as feed from "./feed.js";
import { openHome, drawHome } from "./home.js";
import { follow, unfollow } from "./event_stream.js";
import * as modal from "./modal.js";
import * as nav from "./nav.js";
import { appName, dm, placeName, state, applyState, setChannels } from "./state.js";
import * as thread from "./thread.js";

const find = (id) => document.getElementById(id);
const loaded = new Set();

function address() {
  const [, name = "", place = "", ts = ""] = location.hash.split("/").map(decodeURIComponent);
  return { name, place, ts };
}

let starts = 0; // the identity may change while a request is pending

async function start() {
  const mine = ++starts;
  const { name } = address();
  unfollow();
  let isReopened = false;
  try {
    const data = await loadState(name);
    if (mine !== starts) return;
    isReopened = state.me?.name !== data.me.name; // not where only the connection was lost
    applyState(data);
  } catch {
    if (mine !== starts) return;
    connection("The workspace does not answer. Is the command still running in the terminal? Trying again …");
    setTimeout(start, 2000);
    return;
  }
  document.body.classList.remove("loading");
  if (name && name !== state.me.name) history.replaceState(null, "", `#/${state.me.name}`); // an old address
  state.place = null;
  nav.drawIdentity();
  clearNotices();
  modal.updateModal(null);
  navigate();
  if (isReopened && state.modal) modal.dropModal(state.modal);
  else modal.updateModal(state.modal);
  tick();
  follow({ apply, restart: start });
  for (const script of state.scripts) await load(script);
  document.dispatchEvent(new CustomEvent("person", { detail: state.me }));
}

/** Load the state; the name in an old address may no longer exist. */
const loadState = (name) => ask("/page/state", name ? { as: name } : {}).catch((no) => (name ? ask("/page/state") : Promise.reject(no)));

/** Load a script that is served beside the workspace, such as the demo panel. */
async function load(script) {
  if (loaded.has(script)) return;
  loaded.add(script);
  await import(script);
}

function navigate() {
  const { name, place, ts } = address();
  if (!state.me || (name && name !== state.me.name)) return start();
  const found = place === "home" && state.has_home ? { kind: "home" } : { kind: "channel", id: channelOf(place).id };
  if (state.place && state.place.kind === found.kind && state.place.id === found.id) return ts && feed.show(ts);
  state.place = found;
  thread.closeThread();
  draw(ts);
}

function channelOf(place) {
  if (place === "dm") return dm();
  const channels = [...state.channels.values()];
  return state.channels.get(place) ?? channels.find((one) => !one.is_dm && one.unread) ?? channels.find((one) => !one.is_dm) ?? dm();
}

function draw(ts) {
  const home = state.place.kind === "home";
  const channel = state.channels.get(state.place.id);
  find("conversation").hidden = home;
  find("home").hidden = !home;
  put(find("place-name"), home ? `${appName()} Home` : placeName(channel));
  put(find("place-topic"), channel?.topic ? h("span", {}, channel.topic) : "");
  nav.drawNav();
  if (home) return composer.close(), openHome();
  composer.prepare(channel);
  feed.openChannel(channel, ts);
}

/** Apply a batch of changes that concern this person. */
function apply(update) {
  state.now = update.now;
  tick();
  if (update.channels) setChannels(update.channels), nav.drawNav();
  if (update.messages) feed.applyMessages(update.messages), thread.updateThread(update.messages);
  if (update.gone) feed.removeMessages(update.gone);
  if ("modal" in update) modal.updateModal(update.modal);
  if ("home" in update) drawHome(update.home);
}

function tick() {
  const shown = clockTime(state.now);
  if (find("clock").textContent !== shown) {
    find("clock").textContent = shown;
    refreshAgo();
  }
  find("workspace").textContent = state.workspace;
}

nav.init();
feed.init();
composer.init();
modal.init();
thread.init();
window.addEventListener("hashchange", navigate);
find("skip").addEventListener("click", (event) => (event.preventDefault(), (find(state.place?.kind === "home" ? "home" : "log")).focus()));
start();
