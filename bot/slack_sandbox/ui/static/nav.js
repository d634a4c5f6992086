// Navigation: channels with unread counts, and the choice of identity.

import { h, put } from "./dom.js";
import { appName, state } from "./state.js";

const find = (id) => document.getElementById(id);

export function drawNav() {
  const channels = [...state.channels.values()].filter((one) => !one.is_dm);
  const dms = [...state.channels.values()].filter((one) => one.is_dm);
  const lists = [["Channels", channels.map((one) => entry(one, one.is_private ? "🔒" : "#", one.name))],
    ["Direct messages", dms.map((one) => entry(one, "◗", appName()))],
    ["Apps", state.has_home ? [home()] : []]];
  const held = document.activeElement?.closest?.("#nav-lists a")?.dataset.place;
  put(find("nav-lists"), lists.filter(([, items]) => items.length).map(([name, items]) => {
    const id = `nav-${name.split(" ")[0].toLowerCase()}`;
    return [h("h2", { id }, name), h("ul", { "aria-labelledby": id }, items)];
  }));
  if (held) find("nav-lists").querySelector(`[data-place="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  const all = [...state.channels.values()].reduce((sum, one) => sum + (one.id === state.place?.id ? 0 : one.unread), 0);
  document.title = `${all ? `(${all}) ` : ""}${title()} · ${state.workspace}`;
}

const title = () => (state.place?.kind === "home" ? `${appName()} Home` : placeTitle());
function placeTitle() {
  const channel = state.channels.get(state.place?.id);
  return !channel ? "Workspace" : channel.is_dm ? appName() : `#${channel.name}`;
}

function entry(channel, mark, name) {
  const here = state.place?.kind === "channel" && state.place.id === channel.id;
  const unread = here ? 0 : channel.unread;
  return h("li", {}, h("a", { href: `#/${state.me.name}/${channel.id}`, class: unread ? "has-unread" : null, "aria-current": here ? "page" : null, "data-place": channel.id },
    h("span", { class: "mark", "aria-hidden": "true" }, mark), h("span", { class: "name" }, name),
    unread > 0 && h("span", { class: "badge" }, unread > 99 ? "99+" : String(unread), h("span", { class: "sr" }, " unread"))));
}

function home() {
  const here = state.place?.kind === "home";
  return h("li", {}, h("a", { href: `#/${state.me.name}/home`, "aria-current": here ? "page" : null, "data-place": "home" },
    h("span", { class: "mark", "aria-hidden": "true" }, "⌂"), h("span", { class: "name" }, `${appName()} Home`)));
}

export function drawIdentity() {
  const select = find("identity");
  const people = [...state.people.values()].filter((one) => !one.is_app);
  put(select, people.map((one) => h("option", { value: one.name, selected: one.id === state.me.id }, `@${one.name}${one.title ? ` · ${one.title}` : ""}`)));
  select.value = state.me.name;
}

/** Set up the drawer for narrow screens, and the identity menu. */
export function init() {
  const toggle = find("nav-toggle");
  const open = (yes) => {
    document.body.classList.toggle("nav-open", yes);
    toggle.setAttribute("aria-expanded", String(yes));
  };
  toggle.addEventListener("click", () => {
    open(!document.body.classList.contains("nav-open"));
    if (document.body.classList.contains("nav-open")) (find("nav").querySelector("[aria-current]") ?? find("nav").querySelector("a"))?.focus();
  });
  find("nav").addEventListener("click", (event) => event.target.closest("a") && open(false));
  find("veil").addEventListener("click", () => open(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.body.classList.contains("nav-open")) return;
    open(false);
    toggle.focus();
  });
  find("identity").addEventListener("change", (event) => {
    location.hash = `#/${event.target.value}/${state.place?.kind === "home" ? "home" : state.channels.get(state.place?.id)?.is_dm ? "dm" : state.place?.id ?? ""}`;
  });
}
