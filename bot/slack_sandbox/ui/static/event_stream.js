// The stream of changes; a browser that reconnects resumes where it was.

import { connection } from "./announce.js";
import { state } from "./state.js";

let source = null;

export function follow({ apply, restart }) {
  source?.close();
  const mine = (source = new EventSource(`/page/events?${new URLSearchParams({ as: state.me.name, after: state.at })}`));
  mine.onopen = () => connection("");
  mine.onmessage = (event) => mine === source && apply(JSON.parse(event.data));
  mine.addEventListener("restart", () => mine === source && restart());
  mine.onerror = () => {
    if (mine !== source) return;
    connection("The connection is lost. Trying again …");
    if (mine.readyState === EventSource.CLOSED) setTimeout(() => mine === source && restart(), 2000);
  };
}

export const unfollow = () => (source?.close(), (source = null));
