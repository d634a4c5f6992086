// A page on the phone of who is on call: a window of a phone's size.

const SIZE = "width=390,height=844";

/** Open the link in a window of that size; where the browser allows none, it opens as any link. */
export function openPhone(event) {
  const opened = window.open(event.currentTarget.href, "phone", `popup,${SIZE}`);
  if (!opened) return;
  opened.opener = null;
  event.preventDefault();
}
