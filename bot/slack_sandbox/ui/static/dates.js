// Times, as this person's zone has them. "Today" is today by the workspace's clock.

import { h } from "./dom.js";
import { state } from "./state.js";

const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SECONDS = { ...TIME, second: "2-digit" };
const DAY = { year: "numeric", month: "2-digit", day: "2-digit" };
const SHORT = { day: "numeric", month: "short" };
const LONG = { day: "numeric", month: "long", year: "numeric" };
const WEEKDAY = { weekday: "long", day: "numeric", month: "long" };
const FULL = { ...WEEKDAY, year: "numeric" };

let zone = "";
let formats = new Map(); // a format costs a thousand times as much to make as to use

function format(seconds, options) {
  if (zone !== (state.me?.tz ?? "UTC")) [zone, formats] = [state.me?.tz ?? "UTC", new Map()];
  if (!formats.has(options)) formats.set(options, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return formats.get(options).format(seconds * 1000);
}

export const clockTime = (seconds) => format(seconds, TIME);
export const dayKey = (seconds) => format(seconds, DAY);

export function dayName(seconds) {
  return pretty(seconds) ?? format(seconds, WEEKDAY);
}

function pretty(seconds) {
  const day = dayKey(seconds);
  for (const [name, away] of [["today", 0], ["yesterday", -86400], ["tomorrow", 86400]]) {
    if (day === dayKey(state.now + away)) return name;
  }
  return null;
}

const TOKENS = {
  date_num: (at) => dayKey(at).split("/").reverse().join("-"),
  date: (at) => format(at, LONG),
  date_short: (at) => format(at, SHORT),
  date_long: (at) => format(at, FULL),
  date_pretty: (at) => pretty(at) ?? format(at, LONG),
  date_short_pretty: (at) => pretty(at) ?? format(at, SHORT),
  date_long_pretty: (at) => pretty(at) ?? format(at, LONG),
  day_divider_pretty: (at) => dayName(at),
  time: clockTime,
  time_secs: (at) => format(at, SECONDS),
  ago: (at) => ago(state.now - at),
};

/** Slack's own form for a time: "{date_short_pretty} at {time}". */
export function slackDate(seconds, form, fallback) {
  if (!Number.isFinite(seconds)) return fallback ?? "";
  return form.replace(/\{(\w+)\}/g, (whole, name) => (TOKENS[name] ? TOKENS[name](seconds) : whole));
}

/** A time as an element; one that says how long ago is kept current by `refreshAgo`. */
export function drawDate(seconds, form, fallback) {
  const ages = form.includes("{ago}") && { "data-at": seconds, "data-form": form };
  return h("time", ages || {}, slackDate(seconds, form, fallback));
}

export function refreshAgo() {
  for (const node of document.querySelectorAll("time[data-form]")) {
    const words = slackDate(Number(node.dataset.at), node.dataset.form);
    if (node.textContent !== words) node.textContent = words;
  }
}

/** "just now", "5 min ago", "2 h ago", "3 d ago". */
function ago(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  if (minutes < 1) return "just now";
  const words = minutes < 60 ? `${minutes} min` : minutes < 1440 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
  return seconds < 0 ? `in ${words}` : `${words} ago`;
}

/** "0.4 s", "12 s", "5 min", "2 h 10 min". */
export function span(seconds) {
  if (seconds < 9.5) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}
