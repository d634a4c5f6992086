"""TwiML for phone calls. All words are escaped."""

from xml.sax.saxutils import escape, quoteattr

SAID = 3
"""Times that the words are repeated: a person who was asleep misses the first."""
LISTENS = 10
"""Seconds to wait for a key after the last word."""
TAKE_IT = "1"
"""The key that acknowledges."""


def render_call_twiml(words: str, gather_url: str = "") -> str:
    """Return what a call says. Twilio posts the pressed key to `gather_url`; without it, no key is asked for."""
    if not gather_url:
        return _render_response(_render_say(f"{words} Open Slack and acknowledge.", SAID))
    ask = f"{words} Press {TAKE_IT} to acknowledge. Otherwise the next person is called."
    gather = f'<Gather numDigits="1" method="POST" timeout="{LISTENS}" action={quoteattr(gather_url)}>'
    return _render_response(
        f"{gather}{_render_say(ask, SAID)}</Gather>{_render_say('No key was pressed. The next person is called.')}"
    )


def render_answer_twiml(words: str) -> str:
    """Return the answer to a pressed key, after which Twilio hangs up."""
    return _render_response(_render_say(words))


def _render_say(words: str, times: int = 1) -> str:
    return f'<Say loop="{times}">{escape(words)}</Say>'


def _render_response(verbs: str) -> str:
    return f"<Response>{verbs}</Response>"
