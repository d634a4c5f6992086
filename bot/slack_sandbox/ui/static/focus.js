// Remembers the focus and restores it, even if its element was redrawn.

export function rememberFocus() {
  const held = document.activeElement;
  const key = held?.dataset?.key;
  const home = held?.closest?.("[id]");
  const id = held?.id || home?.id;
  return () => {
    if (held?.isConnected && held !== document.body) return focus(held);
    const place = id && document.getElementById(id);
    const again = place && key && [...place.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
    focus(again || place || document.getElementById("main"));
  };
}

const focus = (node) => node?.focus({ preventScroll: true });
