// The confirmation dialog that Slack's client shows before an action.

import { h, freshId } from "./dom.js";
import { rememberFocus } from "./focus.js";
import { plainWords, text } from "./mrkdwn.js";

export function askConfirmation(given) {
  const title = freshId("confirm");
  const back = rememberFocus();
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
