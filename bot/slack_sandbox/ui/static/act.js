// Sends a person's action; the app gets a signed request, and a refusal becomes a notice.

import { send } from "./api.js";
import { notice } from "./announce.js";
import { state } from "./state.js";

const WARNINGS = {
  operation_timeout: "The app did not answer within three seconds. What you did may still have worked.",
  dispatch_failed: "The app could not be reached. Nothing was done. Try again in a moment.",
  slack_is_down: "Slack is down. Nothing was sent. Try again when it is back.",
};

/** `control` is busy until the response arrives, and cannot be pressed twice. */
export async function act(body, control = null) {
  if (control?.getAttribute("aria-busy") === "true") return { ok: false };
  control?.setAttribute("aria-busy", "true");
  const outcome = await send("/page/act", { as: state.me.name, ...body });
  control?.removeAttribute("aria-busy");
  const sentence = outcome.refused ? toSentence(outcome.refused) : outcome.sent !== false || outcome.warning === "slack_is_down" ? describeWarning(outcome.warning) : "";
  if (sentence) notice(sentence);
  return { ...outcome, sentence };
}

const describeWarning = (word) => (word ? WARNINGS[word] ?? `The app answered in a way that Slack does not take (${word}).` : "");

function toSentence(refused) {
  const words = refused.charAt(0).toUpperCase() + refused.slice(1);
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
