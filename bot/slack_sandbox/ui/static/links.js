// Links: one to this workspace opens the message on this page, any other a new tab without a referrer.

import { h, safeUrl } from "./dom.js";
import { state } from "./state.js";

/** Return the attributes of a link, or null if the URL must not be followed. */
export function linkAttributes(url) {
  const address = safeUrl(url);
  if (!address) return null;
  const inside = findInternalLink(address);
  return inside ? { href: inside } : { href: address, target: "_blank", rel: "noopener noreferrer" };
}

/**
 * Slack's own two forms: https://slack.com/app_redirect?channel=C0CARE&message_ts=1773123720.123400
 * and https://northwind.slack.com/archives/C0CARE/p1773123720123400. Here it is #/ana/C0CARE/1773123720.123400.
 */
function findInternalLink(address) {
  const found = new URL(address);
  if (found.href.startsWith("https://slack.com/app_redirect?")) {
    const [channel, ts] = ["channel", "message_ts"].map((name) => found.searchParams.get(name) ?? "");
    return `#/${state.me.name}/${[channel, ts].filter(Boolean).join("/")}`;
  }
  const hit = found.origin === state.address && /^\/archives\/(\w+)(?:\/p(\d+)(\d{6}))?$/.exec(found.pathname);
  if (!hit) return "";
  const root = found.searchParams.get("thread_ts");
  const ts = root ?? (hit[2] ? `${hit[2]}.${hit[3]}` : "");
  return `#/${state.me.name}/${hit[1]}${ts ? `/${ts}` : ""}`;
}

export function link(url, ...words) {
  const given = linkAttributes(url);
  return given ? h("a", given, ...words) : h("span", {}, ...words);
}
