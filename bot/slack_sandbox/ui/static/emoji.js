// The few shortcodes that apps write most; an unknown one stays as it was written.

const EMOJI = {
  bell: "🔔", warning: "⚠️", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", eyes: "👀", fire: "🔥",
  rotating_light: "🚨", hourglass: "⌛", hourglass_flowing_sand: "⏳", alarm_clock: "⏰", tada: "🎉", wave: "👋",
  pray: "🙏", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎", heart: "❤️", smile: "😄", slightly_smiling_face: "🙂",
  disappointed: "😞", rage: "😡", thinking_face: "🤔", raised_hand: "✋", raising_hand: "🙋", handshake: "🤝",
  speech_balloon: "💬", mega: "📣", loudspeaker: "📢", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉",
  bar_chart: "📊", memo: "📝", pushpin: "📌", link: "🔗", lock: "🔒", new: "🆕", star: "⭐", sparkles: "✨", bulb: "💡",
  question: "❓", exclamation: "❗", information_source: "ℹ️", red_circle: "🔴", large_yellow_circle: "🟡",
  large_green_circle: "🟢", white_circle: "⚪", large_blue_circle: "🔵", arrow_right: "➡️", leftwards_arrow_with_hook: "↩️",
  pager: "📟", calendar: "📆", phone: "☎️", airplane: "✈️", wastebasket: "🗑️", rocket: "🚀", zap: "⚡", zzz: "💤",
};

export const emoji = (name) => EMOJI[name] ?? `:${name}:`;
export const withEmoji = (words) => words.replace(/:([a-z0-9_+-]{1,60}):/g, (whole, name) => EMOJI[name] ?? whole);
