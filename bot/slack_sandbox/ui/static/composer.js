// The message box. "/" lists what can be asked of the app, with its hint; arrows and Enter choose; Enter sends.

import { h, put } from "./dom.js";
import { act } from "./act.js";
import { latest } from "./feed.js";
import { placeName, state } from "./state.js";

const find = (id) => document.getElementById(id);
let chosen = 0;
let listed = [];

export function init() {
  const field = find("say");
  find("composer").addEventListener("submit", (event) => (event.preventDefault(), send()));
  field.addEventListener("input", () => ((chosen = 0), complete()));
  field.addEventListener("keydown", keys);
  field.addEventListener("blur", () => setTimeout(() => document.activeElement === field || hide(), 150));
  field.addEventListener("focus", complete);
}

export function prepare(channel) {
  const closed = channel.is_dm && !state.takes_messages;
  find("composer").hidden = closed || channel.is_archived;
  const why = channel.is_archived ? "This channel is archived." : closed ? "This app doesn't take messages here. Use a slash command in a channel." : "";
  find("composer-closed").textContent = why;
  find("composer-closed").hidden = !why;
  const field = find("say");
  field.setAttribute("aria-label", `Message ${placeName(channel)}`);
  field.placeholder = `Message ${placeName(channel)}, or / for commands`;
  hide();
}

/** Where nothing is written: the Home tab. */
export function close() {
  find("composer").hidden = find("composer-closed").hidden = true;
}

async function send() {
  const field = find("say");
  const words = field.value.trim();
  if (!words) return;
  hide();
  field.value = "";
  latest();
  const outcome = await act({ act: words.startsWith("/") ? "types" : "says", channel: state.place.id, text: words });
  if (!outcome.ok && !field.value) field.value = words; // to be tried again
}

function complete() {
  const words = find("say").value;
  const [command] = words.split(" ");
  listed = words.startsWith("/") ? state.commands.filter((one) => (words.includes(" ") ? one.command === command : one.command.startsWith(command))) : [];
  const list = find("commands");
  if (!listed.length) return hide();
  const still = words.includes(" ");
  put(list, listed.map((one, index) => option(one, index, still)));
  list.hidden = false;
  find("say").setAttribute("aria-expanded", "true");
  mark();
}

function option(one, index, still) {
  return h("li", { role: "option", id: `command-${index}`, "aria-selected": "false", onpointerdown: (event) => (event.preventDefault(), still || completeWith(index)) },
    h("span", { class: "command" }, one.command), h("span", { class: "usage" }, one.usage_hint), h("span", { class: "hint" }, one.description));
}

function mark() {
  [...find("commands").children].forEach((node, index) => node.setAttribute("aria-selected", String(index === chosen)));
  find("say").setAttribute("aria-activedescendant", `command-${chosen}`);
}

function hide() {
  find("commands").hidden = true;
  find("say").setAttribute("aria-expanded", "false");
  find("say").removeAttribute("aria-activedescendant");
}

function completeWith(index) {
  find("say").value = `${listed[index].command} `;
  complete();
}

function keys(event) {
  if (find("commands").hidden) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const whole = listed[chosen]?.command === find("say").value.trim() || find("say").value.includes(" ");
  if (step) chosen = (chosen + step + listed.length) % listed.length;
  else if (event.key === "Escape") return event.preventDefault(), hide();
  else if ((event.key === "Enter" && !whole) || (event.key === "Tab" && !event.shiftKey && !find("say").value.includes(" "))) completeWith(chosen);
  else return;
  event.preventDefault();
  mark();
}
