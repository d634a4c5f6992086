"""What the owner of a case reads when they claim it."""

from bot.cards.owner_brief import OwnerBrief, render_owner_brief
from tests.domain.samples import CARE

LONG_VOICE = "Plain and warm. " * 20 + "Signed with a first name."


def render_voice(voice: str, *, in_full: bool = False) -> str:
    message = render_owner_brief(OwnerBrief(CARE.copy_with(authority="", voice=voice)), in_full=in_full)
    assert message is not None
    return message.text


def test_a_long_voice_is_one_line_at_each_claim_and_whole_under_why() -> None:
    short = render_voice(LONG_VOICE)
    assert len(short) < 130
    assert short.endswith("… (in full under *Why?*)")
    assert render_voice(LONG_VOICE, in_full=True) == f"*Our voice:* {LONG_VOICE}"


def test_a_short_voice_is_shown_whole_and_points_nowhere() -> None:
    assert render_voice("Plain and warm.") == "*Our voice:* Plain and warm."
