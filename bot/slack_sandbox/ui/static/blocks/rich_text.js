// Rich text, down to the last run.

import { h } from "../dom.js";
import { link } from "../links.js";
import { drawDate } from "../dates.js";
import { emoji } from "../emoji.js";
import { channel, group, person } from "../mrkdwn.js";

export const richText = (block) => h("div", { class: "rich-text" }, parts(block.elements ?? []));

function parts(list) {
  const nodes = [];
  for (let index = 0; index < list.length; index += 1) {
    if (list[index].type !== "rich_text_list") {
      nodes.push(part(list[index]));
      continue;
    }
    const run = [];
    while (list[index]?.type === "rich_text_list") run.push(list[index++]);
    index -= 1;
    nodes.push(...run.map(bullets));
  }
  return nodes;
}

function bullets(list) {
  const items = list.elements.map((one) => h("li", {}, runs(one.elements)));
  const given = { class: `indent-${list.indent ?? 0}` };
  return list.style === "ordered" ? h("ol", { ...given, start: (list.offset ?? 0) + 1 }, items) : h("ul", given, items);
}

function part(one) {
  switch (one.type) {
    case "rich_text_section": return h("p", {}, runs(one.elements));
    case "rich_text_quote": return h("blockquote", {}, runs(one.elements));
    case "rich_text_preformatted": return h("pre", { tabindex: "0" }, h("code", {}, one.elements.map((run) => run.text ?? run.url ?? "")));
    default: return h("p", { class: "unknown" }, one.type ?? "no type");
  }
}

const runs = (list) => (list ?? []).map(run);

const RUNS = {
  text: (one) => one.text,
  link: (one) => link(one.url, one.text || one.url),
  user: (one) => person(one.user_id),
  usergroup: (one) => group(one.usergroup_id),
  channel: (one) => channel(one.channel_id),
  team: (one) => one.team_id,
  broadcast: (one) => h("span", { class: "mention" }, `@${one.range}`),
  emoji: (one) => (one.unicode ? String.fromCodePoint(...one.unicode.split("-").map((hex) => parseInt(hex, 16) || 65533)) : emoji(one.name)),
  color: (one) => h("code", {}, one.value),
  date: (one) => drawDate(one.timestamp, one.format, one.fallback),
};

const STYLES = [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]];

function run(one) {
  const draw = RUNS[one.type];
  if (!draw) return h("span", { class: "unknown" }, one.type ?? "no type");
  return STYLES.reduce((node, [style, tag]) => (one.style?.[style] ? h(tag, {}, node) : node), draw(one));
}
