// Times, as this person's zone has them. "Today" is today by the workspace's clock.

import { state } from "./state.js";

const formats = new Map();

function format(seconds, options) {
  const key = `${state.me?.tz}${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: state.me?.tz ?? "UTC", ...options }));
  return formats.get(key).format(new Date(seconds * 1000));
}

export const clockTime = (seconds) => format(seconds, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const dayKey = (seconds) => format(seconds, { year: "numeric", month: "2-digit", day: "2-digit" });
const shortDay = (seconds) => format(seconds, { day: "numeric", month: "short" });
const longDay = (seconds) => format(seconds, { day: "numeric", month: "long", year: "numeric" });

export function dayName(seconds) {
  return pretty(seconds) ?? format(seconds, { weekday: "long", day: "numeric", month: "long" });
}

function pretty(seconds) {
  const day = dayKey(seconds);
  for (const [name, away] of [["today", 0], ["yesterday", -86400], ["tomorrow", 86400]]) {
    if (day === dayKey(state.now + away)) return name;
  }
  return null;
}

const TOKENS = {
  date_num: (at) => format(at, { year: "numeric", month: "2-digit", day: "2-digit" }).split("/").reverse().join("-"),
  date: longDay,
  date_short: shortDay,
  date_long: (at) => format(at, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  date_pretty: (at) => pretty(at) ?? longDay(at),
  date_short_pretty: (at) => pretty(at) ?? shortDay(at),
  date_long_pretty: (at) => pretty(at) ?? longDay(at),
  day_divider_pretty: (at) => dayName(at),
  time: clockTime,
  time_secs: (at) => format(at, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
  ago: (at) => ago(state.now - at),
};

/** Slack's own form for a time: "{date_short_pretty} at {time}". */
export function slackDate(seconds, form, fallback) {
  if (!Number.isFinite(seconds)) return fallback ?? "";
  return form.replace(/\{(\w+)\}/g, (whole, name) => (TOKENS[name] ? TOKENS[name](seconds) : whole));
}

function ago(seconds) {
  return Math.abs(seconds) < 60 ? "just now" : `${span(Math.abs(seconds))} ${seconds < 0 ? "from now" : "ago"}`;
}

/** "0.4 s", "12 s", "5 min", "2 h 10 min". */
export function span(seconds) {
  if (seconds < 9.5) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}
