// "Are you sure?", asked by the client before anything is sent.

import { h, freshId } from "./dom.js";
import { remember } from "./focus.js";
import { plainWords, text } from "./mrkdwn.js";

export function confirmed(given) {
  const title = freshId("confirm");
  const back = remember();
  return new Promise((answer) => {
    const close = (yes) => {
      dialog.close();
      dialog.remove();
      back();
      answer(yes);
    };
    const dialog = h("dialog", { class: "dialog small", "aria-labelledby": title, oncancel: (event) => (event.preventDefault(), close(false)) },
      h("div", { class: "dialog-head" }, h("h2", { id: title }, plainWords(given.title))),
      h("div", { class: "dialog-body words" }, text(given.text)),
      h("div", { class: "dialog-foot" },
        h("button", { type: "button", class: "button", onclick: () => close(false) }, plainWords(given.deny)),
        h("button", { type: "button", class: `button ${given.style === "danger" ? "danger" : "primary"}`, onclick: () => close(true) }, plainWords(given.confirm))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
