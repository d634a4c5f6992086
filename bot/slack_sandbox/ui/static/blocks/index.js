// Block Kit: every kind of block has a function that draws it; a kind that nobody knows is shown as a box with its name.

import { h } from "../dom.js";
import { actions, contextActions, input } from "./elements.js";
import { chart, dataTable, table } from "./figures.js";
import { alert, card, carousel, container, context, divider, file, header, image, markdown, plan, section, taskCard, video } from "./layout.js";
import { richText } from "./rich_text.js";

const BLOCKS = {
  actions, alert, card, carousel, container, context, context_actions: contextActions, data_table: dataTable,
  data_visualization: chart, divider, file, header, image, input, markdown, plan, rich_text: richText, section, table,
  task_card: taskCard, video,
};

/** `place` says whose blocks these are: {holder: {channel, ts} or {view}, values, errors}. */
export const drawBlocks = (blocks, place) => (blocks ?? []).map((block) => drawBlock(block, place));

export function drawBlock(block, place) {
  const draw = BLOCKS[block?.type];
  return draw ? draw(block, place, drawBlocks) : unknown("block", block);
}

export function unknown(what, thing) {
  return h("div", { class: "unknown" }, h("strong", {}, thing?.type ?? "no type"), ` is a ${what} this page cannot draw.`);
}
