// A menu below a button: arrows, Enter, Escape; the focus returns to the button.

import { h } from "./dom.js";

let close = null;

export function openMenu(button, entries) {
  const again = button.getAttribute("aria-expanded") === "true";
  close?.();
  if (again) return;
  const items = entries.map((entry) => h("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: () => (shut(true), entry.choose()) },
    entry.label, entry.hint && h("span", { class: "hint" }, entry.hint)));
  const menu = h("div", { class: "menu", role: "menu", "aria-label": button.getAttribute("aria-label") || button.textContent, onkeydown: (event) => keys(event, items, shut) }, items);
  const outside = (event) => menu.contains(event.target) || button.contains(event.target) || shut(false);
  function shut(back) {
    close = null;
    menu.remove();
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (back) button.focus({ preventScroll: true });
  }
  close = () => shut(false);
  (button.closest("dialog, main, aside") ?? document.body).append(menu);
  placeMenu(menu, button);
  button.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  items[0]?.focus();
}

function placeMenu(menu, button) {
  const at = button.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.right - menu.offsetWidth, window.innerWidth - menu.offsetWidth - 8));
  const below = at.bottom + 4 + menu.offsetHeight < window.innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - menu.offsetHeight - 4)}px`;
}

function keys(event, items, shut) {
  const here = items.indexOf(document.activeElement);
  const to = { ArrowDown: here + 1, ArrowUp: here - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") shut(true);
  if (to === undefined && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  if (to !== undefined) items[to % items.length].focus();
}
