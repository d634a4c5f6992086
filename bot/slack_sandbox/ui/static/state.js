// The state of this window: who it is, what they see, the time of the workspace. Everything is drawn from here.

export const state = {
  me: null,
  now: 0,
  workspace: "",
  people: new Map(),
  groups: new Map(),
  channels: new Map(),
  commands: [],
  shortcuts: [],
  home: null,
  place: null, // {kind: "channel", id} or {kind: "home"}
  thread: "", // the ts of the thread that is open
};

const byId = (list) => new Map(list.map((one) => [one.id, one]));

export function applyState(data) {
  Object.assign(state, data, { people: byId(data.people), groups: byId(data.groups), channels: byId(data.channels) });
}

export const setChannels = (list) => (state.channels = byId(list));

export const nameOf = (id) => state.people.get(id)?.name ?? id;
export const realName = (id) => state.people.get(id)?.real_name || nameOf(id);
export const channelName = (id) => state.channels.get(id)?.name ?? id;
export const app = () => [...state.people.values()].find((one) => one.is_app);
export const dm = () => [...state.channels.values()].find((one) => one.is_dm);

/** "#care", or the app's name. */
export function placeName(channel) {
  return channel.is_dm ? appName() : `#${channel.name}`;
}

export function appName() {
  const name = app()?.real_name ?? "App";
  return name.charAt(0).toUpperCase() + name.slice(1);
}
