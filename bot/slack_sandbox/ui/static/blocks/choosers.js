// Menus, boxes, calendars: what stands in a message, a form or the Home tab and tells the app as soon as it is picked.

import { h, freshId } from "../dom.js";
import { plainWords, text } from "../mrkdwn.js";
import { askConfirmation } from "../confirm.js";
import { act } from "../act.js";
import { state } from "../state.js";
import { external } from "./external.js";

const all = (one) => [...(one.options ?? []), ...(one.option_groups ?? []).flatMap((group) => group.options)];
export const stateIn = (place, block, one) => place.values?.[block.block_id]?.[one.action_id] ?? {};

/** What the app suggests for what was typed. */
export const asking = (one, block, place) => async (typed) => (await act({ act: "suggest", ...place.holder, what: one.action_id, block: block.block_id, value: typed })).options ?? [];

/**
 * Each makes a control, and what belongs beside it; `read()` gives what stands in it, `change` is called when a person
 * changed it, and `ask` where the app has the options.
 */
export const KINDS = {
  static_select: (one, now, change) => select(one, now.selected_option?.value, optionsOf(one), change),
  users_select: (one, now, change) => select(one, now.selected_user, peopleOptions(), change),
  conversations_select: (one, now, change) => select(one, now.selected_conversation, channelOptions(), change),
  channels_select: (one, now, change) => select(one, now.selected_channel, channelOptions(), change),
  external_select: (one, now, change, ask) => external(one, now.selected_option && [now.selected_option], change, ask),
  multi_external_select: (one, now, change, ask) => external(one, now.selected_options, change, ask),
  datepicker: (one, now, change) => typed("date", one, now.selected_date, change),
  timepicker: (one, now, change) => typed("time", one, now.selected_time, change),
  datetimepicker: (one, now, change) => moment(one, now.selected_date_time, change),
  radio_buttons: (one, now, change) => boxes("radio", one, [now.selected_option?.value], optionsOf(one), change),
  checkboxes: (one, now, change) => boxes("checkbox", one, values(now.selected_options), optionsOf(one), change),
  multi_static_select: (one, now, change) => boxes("checkbox", one, values(now.selected_options), optionsOf(one), change),
  multi_users_select: (one, now, change) => boxes("checkbox", one, now.selected_users, peopleOptions(), change),
  multi_conversations_select: (one, now, change) => boxes("checkbox", one, now.selected_conversations, channelOptions(), change),
  multi_channels_select: (one, now, change) => boxes("checkbox", one, now.selected_channels, channelOptions(), change),
};

const values = (options) => (options ?? []).map((option) => option.value);
const optionsOf = (one) => all(one).map((option) => ({ value: option.value, label: plainWords(option.text), node: text(option.text), hint: option.description && text(option.description) }));
const peopleOptions = () => [...state.people.values()].filter((one) => !one.is_app)
  .map((one) => ({ value: one.id, label: `@${one.name}${one.real_name === one.name ? "" : ` · ${one.real_name}`}` }));
const channelOptions = () => [...state.channels.values()].filter((one) => !one.is_dm).map((one) => ({ value: one.id, label: `#${one.name}` }));

function select(one, chosen, options, change) {
  const control = h("select", { "data-key": one.action_id, onchange: () => change(control.value || null) },
    h("option", { value: "" }, plainWords(one.placeholder) || "Choose one"),
    options.map((option) => h("option", { value: option.value, selected: option.value === chosen }, option.label)));
  control.value = chosen ?? "";
  return { control, read: () => control.value || null };
}

function typed(kind, one, value, change) {
  const control = h("input", { type: kind, "data-key": one.action_id, placeholder: plainWords(one.placeholder) || null, value: value ?? "", onchange: () => change(control.value || null) });
  return { control, read: () => control.value || null };
}

function moment(one, seconds, change) {
  const now = seconds ? new Date(seconds * 1000).toISOString().slice(0, 16) : "";
  const read = () => (control.value ? Math.floor(new Date(`${control.value}Z`).getTime() / 1000) : null);
  const control = h("input", { type: "datetime-local", "data-key": one.action_id, value: now, onchange: () => change(read()) });
  return { control, read };
}

function boxes(kind, one, chosen, options, change) {
  const name = freshId("boxes");
  const inputs = options.map((option) => h("input", { type: kind, name, value: option.value, checked: (chosen ?? []).includes(option.value), "data-key": `${one.action_id} ${option.value}`, onchange: () => change(read()) }));
  const picked = () => inputs.filter((box) => box.checked).map((box) => box.value);
  const read = () => (kind === "radio" ? picked()[0] ?? null : picked());
  const control = h("div", { class: "boxes", "data-group": "true" }, options.map((option, index) => h("label", { class: "box" }, inputs[index],
    h("span", {}, option.node ?? option.label, option.hint && h("span", { class: "hint" }, option.hint)))));
  return { control, read };
}

/** Outside of forms: picked is told. */
export const choosers = Object.fromEntries(Object.entries(KINDS).map(([kind, make]) => [kind, (one, block, place) => {
  const now = stateIn(place, block, one);
  const change = async (value) => {
    if (one.confirm && !(await askConfirmation(one.confirm))) return;
    await act({ act: "choose", ...place.holder, what: one.action_id, block: block.block_id, value }, control);
  };
  const { control, beside } = make(one, Object.keys(now).length ? now : initially(one), change, asking(one, block, place));
  const label = plainWords(one.placeholder) || plainWords(block.text) || "Choose one";
  if (control.dataset.group) control.setAttribute("role", kind === "radio_buttons" ? "radiogroup" : "group");
  control.setAttribute("aria-label", label);
  return beside ? h("span", { class: "external" }, control, beside) : control;
}]));

function initially(one) {
  const found = {};
  for (const [key, value] of Object.entries(one)) if (key.startsWith("initial_")) found[key.replace("initial_", "selected_")] = value;
  return found;
}
