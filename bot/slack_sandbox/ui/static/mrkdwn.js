// Slack's markup, parsed into nodes. Entities are decoded once, at the very end, in pieces that become text nodes.

import { h } from "./dom.js";
import { link } from "./links.js";
import { drawDate } from "./dates.js";
import { withEmoji } from "./emoji.js";
import { channelName, nameOf, state } from "./state.js";

const decode = (raw) => raw.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const words = (raw) => withEmoji(decode(raw));

/** The nodes of a text in mrkdwn. Raw "<" comes only from Slack's own markup: what people type arrives as &lt;. */
export function mrkdwn(raw) {
  const nodes = [];
  const parts = String(raw).split("```");
  parts.forEach((part, index) => {
    const fenced = index % 2 === 1 && index < parts.length - 1;
    if (fenced) nodes.push(h("pre", {}, h("code", {}, decode(part.replace(/^\n/, "")))));
    else nodes.push(...lines(index % 2 === 1 ? "```" + part : part));
  });
  return nodes;
}

function lines(raw) {
  const nodes = [];
  let quoted = [];
  const flush = () => {
    if (quoted.length) nodes.push(h("blockquote", {}, quoted));
    quoted = [];
  };
  raw.split("\n").forEach((line, index, all) => {
    const quote = /^&gt;\s?/.exec(line);
    if (quote) {
      if (quoted.length) quoted.push(h("br"));
      quoted.push(...inline(line.slice(quote[0].length)));
      return;
    }
    flush();
    nodes.push(...inline(line));
    if (index < all.length - 1 && !/^&gt;/.test(all[index + 1])) nodes.push(h("br"));
  });
  flush();
  return nodes;
}

const MARKS = { "*": "strong", _: "em", "~": "s" };
const TOKEN = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}])([*_~])(?=\S)(.+?)(?<=\S)\3(?![\p{L}\p{N}])/u;

function inline(raw) {
  const nodes = [];
  let rest = raw;
  for (let hit = TOKEN.exec(rest); hit; hit = TOKEN.exec(rest)) {
    if (hit.index) nodes.push(words(rest.slice(0, hit.index)));
    if (hit[1] !== undefined) nodes.push(h("code", {}, decode(hit[1])));
    else if (hit[2] !== undefined) nodes.push(reference(hit[2]));
    else nodes.push(h(MARKS[hit[3]], {}, inline(hit[4])));
    rest = rest.slice(hit.index + hit[0].length);
  }
  if (rest) nodes.push(words(rest));
  return nodes;
}

/** What stands between < and >. */
function reference(inside) {
  const [target, ...more] = inside.split("|");
  const label = more.join("|");
  if (target.startsWith("@")) return person(target.slice(1));
  if (target.startsWith("#")) return channel(target.slice(1));
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!subteam^")) return group(target.slice(9), label);
  if (target.startsWith("!")) return h("span", { class: "mention" }, `@${target.slice(1)}`);
  return link(decode(target), words(label || target));
}

function date(target, label) {
  const [, seconds, form, url] = target.split("^");
  const shown = drawDate(Number(seconds), decode(form ?? ""), decode(label));
  return url ? link(decode(url), shown) : shown;
}

export function person(id) {
  return h("span", { class: id === state.me?.id ? "mention me" : "mention" }, `@${nameOf(id)}`);
}

export function channel(id) {
  if (!state.channels.has(id)) return h("span", { class: "mention" }, `#${id}`);
  return h("a", { class: "mention", href: `#/${state.me.name}/${id}` }, `#${channelName(id)}`);
}

export function group(id, label = "") {
  return h("span", { class: "mention" }, `@${state.groups.get(id)?.handle ?? (decode(label).replace(/^@/, "") || id)}`);
}

/** A text object, plain or mrkdwn. */
export function text(object) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text ?? "");
  return [h("span", { class: "plain" }, object.emoji === false ? object.text : withEmoji(String(object.text ?? "")))];
}

export const plainWords = (object) => (object ? withEmoji(String(object.text ?? "")) : "");
