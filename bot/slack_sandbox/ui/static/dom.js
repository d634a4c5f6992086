// Builds elements. Text is inserted as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** h("button", {class: "x", onclick: f, "aria-label": "…"}, "words", node, [nodes]); what is null or false is left out. */
export function h(tag, given = {}, ...children) {
  return fill(document.createElement(tag), given, children);
}

export function svg(tag, given = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), given, children);
}

function fill(node, given, children) {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "selected") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...flat(children));
  return node;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

export const put = (node, ...children) => node.replaceChildren(...flat(children));

let last = 0;
export const freshId = (prefix) => `${prefix}-${++last}`;

/** Return the URL if it is http or https, else an empty string. */
export function safeUrl(url) {
  try {
    const found = new URL(String(url));
    return found.protocol === "http:" || found.protocol === "https:" ? found.href : "";
  } catch {
    return "";
  }
}

/** Redraw and restore the focus, and where one types: to the control with the same key, else to `fallback`. */
export function keepFocus(within, redraw, fallback = within) {
  const active = document.activeElement;
  const held = within.contains(active) && active !== within ? active.dataset.key ?? "" : null;
  const { selectionStart, selectionEnd, scrollTop } = active ?? {};
  redraw();
  if (held === null) return;
  const again = held && [...within.querySelectorAll("[data-key]")].find((one) => one.dataset.key === held);
  (again || fallback).focus({ preventScroll: true });
  if (!again || typeof selectionStart !== "number") return;
  again.setSelectionRange(selectionStart, selectionEnd);
  again.scrollTop = scrollTop;
}
