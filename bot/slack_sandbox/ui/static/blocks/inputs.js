// The fields of a form: a label, a hint, an error, and whatever is filled in.

import { h, freshId } from "../dom.js";
import { plainWords } from "../mrkdwn.js";
import { act } from "../act.js";
import { KINDS, asking, stateIn } from "./choosers.js";

const TEXTS = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "text", rich_text_input: "text" };
const PAUSE = 400; // milliseconds without a letter, after which the app is told what was typed

/** Registers itself with the form (`place.fields`), which asks for what stands in it. */
export function field(block, place) {
  const one = block.element;
  const made = one.type in TEXTS ? words(one, block, place) : KINDS[one.type]?.(one, stateIn(place, block, one), (value) => dispatchInput(block, place, value), asking(one, block, place));
  const control = made?.control ?? h("div", { class: "unknown" }, h("strong", {}, one.type), " is a field this page cannot draw.");
  const parts = { hint: block.hint && freshId("hint"), error: freshId("error") };
  const error = h("p", { class: "field-error", id: parts.error, hidden: true });
  const shell = control.dataset.group ? grouped(block, one, control, parts, error) : labelled(block, control, parts, error, made?.beside);
  if (made) place.fields?.push({ block: block.block_id, read: made.read, typing: made.typing, fail: (sentence) => fail(control, error, parts, sentence) });
  return shell;
}

function words(one, block, place) {
  const now = stateIn(place, block, one);
  const known = (typeof now.value === "string" ? now.value : plain(now.rich_text_value)) ?? "";
  const value = place.typed?.[block.block_id] ?? known;
  const typing = sendTyped(block, place, known, () => control.value);
  const live = block.dispatch_action && one.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered");
  const given = { "data-key": one.action_id, placeholder: plainWords(one.placeholder) || null, maxlength: one.max_length, value, onchange: typing.flush, oninput: live ? typing.wait : null, autofocus: one.focus_on_load };
  const tall = one.multiline || one.type === "rich_text_input";
  const control = tall ? h("textarea", { ...given, rows: 4 }) : h("input", { ...given, type: TEXTS[one.type], inputmode: one.type === "number_input" ? "decimal" : null, autocomplete: "off" });
  if (live && value !== known) typing.wait();
  return { control, read: () => control.value, typing };
}

/** Sends what was typed once: when the field is left, and for a field that wants each letter, after a pause in typing. */
function sendTyped(block, place, known, read) {
  let sent = known;
  let pause = 0;
  const settle = () => (clearTimeout(pause), (sent = read()));
  const flush = () => (read() === sent ? null : dispatchInput(block, place, settle()));
  const wait = () => (clearTimeout(pause), (pause = setTimeout(flush, PAUSE)));
  return { settle, flush, wait, isUnsent: () => read() !== sent };
}

const plain = (rich) => (rich?.elements ?? []).flatMap((part) => part.elements ?? []).map((run) => run.text ?? "").join("");

/** The workspace keeps what was filled in, so that another window and a redrawn form have it too. */
const dispatchInput = (block, place, value) => act({ act: "fill", ...place.holder, block: block.block_id, value });

function labelled(block, control, parts, error, beside) {
  control.id = freshId("field");
  control.setAttribute("aria-describedby", [parts.hint, parts.error].filter(Boolean).join(" "));
  if (!block.optional) control.setAttribute("aria-required", "true");
  return h("div", { class: "field" }, h("label", { for: control.id }, label(block)), control, beside, hint(block, parts), error);
}

function grouped(block, one, control, parts, error) {
  const role = one.type === "radio_buttons" ? "radiogroup" : "group";
  const name = freshId("legend");
  for (const [key, value] of [["role", role], ["aria-labelledby", name], ["aria-describedby", [parts.hint, parts.error].filter(Boolean).join(" ")]]) control.setAttribute(key, value);
  if (role === "radiogroup" && !block.optional) control.setAttribute("aria-required", "true");
  return h("div", { class: "field" }, h("div", { class: "legend", id: name }, label(block)), control, hint(block, parts), error);
}

const label = (block) => [plainWords(block.label), block.optional && h("span", { class: "optional" }, " (optional)")];
const hint = (block, parts) => block.hint && h("p", { class: "hint", id: parts.hint }, plainWords(block.hint));

function fail(control, error, parts, sentence) {
  error.textContent = sentence;
  error.hidden = !sentence;
  const marked = control.dataset.group ? [...control.querySelectorAll("input")] : [control];
  if (!control.dataset.group || control.getAttribute("role") === "radiogroup") control.toggleAttribute("data-invalid", Boolean(sentence));
  for (const one of marked) {
    if (sentence) one.setAttribute("aria-invalid", "true");
    else one.removeAttribute("aria-invalid");
  }
  return marked[0];
}
