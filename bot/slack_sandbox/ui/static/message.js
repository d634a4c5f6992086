// One message; it is redrawn in place when it changes, and keeps the focus.

import { h, keepFocus, put } from "./dom.js";
import { act } from "./act.js";
import { clockTime } from "./dates.js";
import { drawBlocks } from "./blocks/index.js";
import { mrkdwn } from "./mrkdwn.js";
import { openMenu } from "./menu.js";
import { appName, realName, state } from "./state.js";
import { withEmoji } from "./emoji.js";

export const idOf = (message, where = "m") => `${where}-${message.channel}-${message.ts.replace(".", "-")}`;
export const nameOfAuthor = (message) => (state.people.get(message.user)?.is_app ? appName() : realName(message.user));

/** `where` distinguishes the ids of a message that is shown in the channel and in its thread. */
export function buildMessage(message, { where = "m", openThread = null } = {}) {
  const node = h("article", { class: "message", id: idOf(message, where), tabindex: "-1" });
  node.redraw = (fresh) => {
    node.drawn = JSON.stringify(fresh);
    keepFocus(node, () => draw(node, fresh, openThread));
  };
  node.redraw(message);
  return node;
}

/** Redraw the message if it has changed. */
export function redraw(node, fresh) {
  if (node.drawn !== JSON.stringify(fresh)) node.redraw(fresh);
}

function draw(node, message, openThread) {
  node.setAttribute("aria-label", describeMessage(message));
  node.classList.toggle("only-you", message.only_you);
  node.dataset.ts = message.ts;
  put(node, avatar(message), h("div", { class: "message-main" }, head(message), h("div", { class: "message-body" }, body(message)), foot(message, openThread)), tools(message, openThread));
}

export function describeMessage(message) {
  const headline = h("div", {}, mrkdwn(message.text || "")).textContent;
  return `${message.only_you ? "Only visible to you. " : ""}${nameOfAuthor(message)}, ${clockTime(Number(message.ts))}: ${headline}`;
}

function avatar(message) {
  const person = state.people.get(message.user);
  const letters = nameOfAuthor(message).split(/\s+/).map((part) => part[0]).join("").slice(0, 2).toUpperCase();
  const hue = [...message.user].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 6;
  return h("div", { class: `avatar ${person?.is_app ? "app" : `tone-${hue}`}`, "aria-hidden": "true" }, person?.is_app ? "◗" : letters);
}

function head(message) {
  const person = state.people.get(message.user);
  return h("div", { class: "message-head" },
    h("span", { class: "author" }, nameOfAuthor(message)), person?.is_app && h("span", { class: "tag" }, "APP"),
    h("time", { class: "when" }, clockTime(Number(message.ts))),
    message.edited && h("span", { class: "edited" }, "(edited)"),
    message.only_you && h("span", { class: "private" }, "Only visible to you"));
}

export function body(message) {
  const place = { holder: { channel: message.channel, ts: message.ts }, values: message.values };
  const words = message.blocks.length ? drawBlocks(message.blocks, place) : h("div", { class: "words" }, mrkdwn(message.text));
  return [words, (message.attachments ?? []).map((one) => attachment(one, place)), files(message)];
}

/** The colour is set through CSSOM: the page's policy forbids style attributes. */
function attachment(one, place) {
  const node = h("div", { class: "attachment" }, one.text && h("div", { class: "words" }, mrkdwn(one.text)), drawBlocks(one.blocks, place));
  const color = String(one.color ?? "").replace("#", "");
  if (/^[0-9a-f]{6}$/i.test(color)) node.style.setProperty("--edge", `#${color}`);
  return node;
}

const PICTURE = /\.(png|jpe?g|gif|webp)$/i;

function files(message) {
  return (message.files ?? []).map((one) => {
    const address = `/page/file/${encodeURIComponent(one.id)}`;
    const picture = PICTURE.test(one.name ?? "") && h("img", { src: address, alt: one.title || one.name, class: "large-picture", loading: "lazy" });
    return h("div", { class: "file" }, picture, h("a", { href: address, download: one.name }, one.title || one.name), h("span", { class: "hint" }, ` ${Math.ceil((one.size ?? 0) / 1024)} KB`));
  });
}

function foot(message, openThread) {
  const reactions = Object.entries(message.reactions ?? {}).map(([name, count]) => h("span", { class: "reaction" }, `${withEmoji(`:${name}:`)} ${count}`));
  const replies = message.replies.length > 0 && openThread && h("button", { type: "button", class: "replies", "data-key": "replies", onclick: () => openThread(message) },
    `${message.replies.length} ${message.replies.length === 1 ? "reply" : "replies"}`);
  return (reactions.length > 0 || replies) && h("div", { class: "message-foot" }, reactions, replies);
}

function tools(message, openThread) {
  if (message.only_you) {
    return h("div", { class: "tools" }, h("button", { type: "button", class: "icon text", "data-key": "dismiss", onclick: () => act({ act: "dismiss", channel: message.channel, ts: message.ts }) }, "Dismiss"));
  }
  const entries = state.shortcuts.filter((one) => one.type === "message").map((one) => ({
    label: one.name, hint: one.description, choose: () => act({ act: "shortcut", what: one.callback_id, channel: message.channel, ts: message.ts }) }));
  const more = h("button", { type: "button", class: "icon", "aria-label": "More actions", title: "More actions", "aria-haspopup": "menu", "aria-expanded": "false", "data-key": "more", onclick: () => openMenu(more, entries) }, "⋮");
  const reply = openThread && h("button", { type: "button", class: "icon text", "data-key": "reply", "aria-label": "Reply in thread", onclick: () => openThread(message) }, "Reply");
  return h("div", { class: "tools" }, reply, entries.length > 0 && more);
}
