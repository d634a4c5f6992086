// Blocks that show something.

import { h, safeUrl } from "../dom.js";
import { link } from "../links.js";
import { mrkdwn, plainWords, text } from "../mrkdwn.js";
import { element } from "./elements.js";
import { richText } from "./rich_text.js";

export const header = (block) => h("h2", { class: "block-header" }, text(block.text));
export const divider = () => h("hr", { class: "block-divider" });

export function section(block, place) {
  const body = h("div", { class: "section-body" },
    block.text && h("div", { class: "words" }, text(block.text)),
    block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "words" }, text(field)))));
  const beside = block.accessory && h("div", { class: "accessory" },
    block.accessory.type === "image" ? picture(block.accessory, "accessory-picture") : element(block.accessory, block, place));
  return h("div", { class: "block-section" }, body, beside);
}

export function context(block) {
  return h("div", { class: "block-context" }, block.elements.map((one) =>
    one.type === "image" ? picture(one, "context-picture") : h("div", { class: "words" }, text(one))));
}

export function image(block) {
  return h("figure", { class: "block-image" }, block.title && h("figcaption", {}, plainWords(block.title)), picture(block, "large-picture"));
}

/** Pictures from elsewhere are not fetched: nothing leaves this machine. */
function picture(given, className) {
  const own = ownAddress(given);
  if (own) return h("img", { src: own, alt: given.alt_text ?? "", class: className, loading: "lazy" });
  return h("span", { class: `${className} picture-away`, role: "img", "aria-label": given.alt_text || "A picture" },
    h("span", { class: "picture-words" }, given.alt_text || "A picture"), className !== "context-picture" && whence(given));
}

function ownAddress(given) {
  if (given.slack_file?.id) return `/page/file/${encodeURIComponent(given.slack_file.id)}`;
  const address = String(given.image_url ?? "");
  if (/^data:image\/(png|jpeg|gif|webp);/.test(address)) return address;
  return safeUrl(address) && new URL(address).origin === location.origin ? address : "";
}

function whence(given) {
  const address = safeUrl(given.image_url);
  return address && h("span", { class: "picture-from" }, `at ${new URL(address).host}, not fetched`);
}

export function markdown(block) {
  // Standard Markdown differs from mrkdwn in two marks that matter here.
  const asMrkdwn = String(block.text ?? "").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
    .replace(/^#{1,6}\s+(.+)$/gm, "*$1*").replace(/\*\*(.+?)\*\*/g, "*$1*").replace(/^\s*[-*]\s+/gm, "• ");
  return h("div", { class: "words block-markdown" }, mrkdwn(asMrkdwn));
}

export function video(block) {
  return h("figure", { class: "block-video" }, h("figcaption", {}, link(block.title_url ?? block.video_url, plainWords(block.title))),
    h("div", { class: "picture-away large-picture" }, h("span", { class: "picture-words" }, block.alt_text),
      h("span", { class: "picture-from" }, "a video is not played here")));
}

export const file = (block) => h("div", { class: "file" }, h("strong", {}, "File"), ` ${block.external_id ?? ""}`);
export const alert = (block) => h("div", { class: `block-alert ${block.level ?? "default"}`, role: "note" }, text(block.text));

export function card(block, place) {
  return h("div", { class: "block-card" },
    block.hero_image && picture(block.hero_image, "large-picture"),
    block.title && h("div", { class: "card-title" }, text(block.title)),
    block.subtitle && h("div", { class: "card-subtitle" }, text(block.subtitle)),
    block.body && h("div", { class: "words" }, text(block.body)),
    block.actions && h("div", { class: "block-actions" }, block.actions.map((one) => element(one, block, place))));
}

export const carousel = (block, place) => h("div", { class: "block-carousel", tabindex: "0", role: "group", "aria-label": "Cards, side by side" },
  block.elements.map((one) => card(one, place)));

export function container(block, place, drawBlocks) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : h("span", {}, text(block.title));
  const inside = drawBlocks(block.child_blocks, place);
  if (!block.is_collapsible) return h("div", { class: "block-container" }, h("div", { class: "card-title" }, title), inside);
  return h("details", { class: "block-container", open: !block.default_collapsed }, h("summary", {}, title), inside);
}

export const plan = (block, place) => h("div", { class: "block-container" }, h("div", { class: "card-title" }, block.title),
  (block.tasks ?? []).map((one) => taskCard(one, place)));

export const taskCard = (block) => h("div", { class: "block-card" }, h("div", { class: "card-title" }, block.title),
  h("div", { class: "card-subtitle" }, String(block.status ?? "").replace("_", " ")),
  block.details && richText(block.details), block.output && richText(block.output));
