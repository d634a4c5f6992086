// A menu whose options are the app's to find: one types, the app suggests, one picks. Several are kept as boxes beside it.

import { h, freshId, put } from "../dom.js";
import { plainWords } from "../mrkdwn.js";

const WAIT = 200; // ms without a key
const LEAST = 3; // letters, where the app says nothing else, as in Slack

/** `ask(typed)` gives options. What is picked is told by its words, by which the app finds it again. */
export function external(one, chosen, change, ask) {
  const several = one.type.startsWith("multi_");
  const kept = (chosen ?? []).map((option) => plainWords(option.text));
  const list = h("datalist", { id: freshId("suggested") });
  const field = h("input", { type: "search", list: list.id, autocomplete: "off", "data-key": one.action_id, value: several ? "" : kept[0] ?? "",
    placeholder: plainWords(one.placeholder) || "Type to search", oninput: typed, onchange: pick });
  const boxes = h("div", { class: "boxes" });
  const read = () => (several ? boxed() : known().includes(field.value) || field.value === kept[0] ? field.value || null : null);
  const known = () => [...list.children].map((option) => option.value);
  const boxed = () => [...boxes.querySelectorAll("input:checked")].map((box) => box.value);

  let waiting = 0;
  function typed() {
    clearTimeout(waiting);
    if (known().includes(field.value)) return several && pick(); // picked in the list, by mouse
    const words = field.value.trim();
    if (words.length >= (one.min_query_length ?? LEAST)) waiting = setTimeout(() => suggest(words), WAIT);
  }
  async function suggest(words) {
    const options = await ask(words);
    if (field.value.trim() === words) put(list, options.map((option) => h("option", { value: plainWords(option.text) })));
  }
  async function pick() {
    if (field.value && !known().includes(field.value)) await suggest(field.value.trim()); // typed whole, and left at once
    if (field.value && !known().includes(field.value)) return;
    if (several && field.value && !boxed().includes(field.value)) boxes.append(box(field.value));
    if (several) field.value = "";
    change(read());
  }
  const box = (words) => h("label", { class: "box" }, h("input", { type: "checkbox", value: words, checked: true, onchange: () => change(read()) }), h("span", {}, words));

  if (several) put(boxes, kept.map(box));
  return { control: field, beside: several ? [list, boxes] : [list], read };
}
