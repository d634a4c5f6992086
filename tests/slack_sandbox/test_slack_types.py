"""The types that Slack publishes, and what we hold against them."""

import pytest

from bot.slack_sandbox.block_kit import check_message, check_view
from handlers.manifest import build_manifest
from tests import slack_types

if not slack_types.CONTRACTS.exists():
    pytest.skip(slack_types.ABSENT, allow_module_level=True)

PLAIN = {"type": "plain_text", "text": "a"}
SECTION = {"type": "section", "text": PLAIN}


def test_what_is_good_passes_on_every_surface() -> None:
    with slack_types.observe() as wrong:
        assert check_message([SECTION]) == []
        assert check_view({"type": "modal", "title": PLAIN, "blocks": [SECTION]}) == []
        assert check_view({"type": "home", "blocks": [SECTION]}) == []

    assert wrong == []


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
def test_an_unknown_key_is_seen(surface: str) -> None:
    good = {"blocks": [SECTION]} if surface == "message" else {"type": surface, "title": PLAIN, "blocks": [SECTION]}
    if surface == "home":
        del good["title"]

    assert slack_types.find_schema_faults(surface, good) == []
    assert slack_types.find_schema_faults(surface, {**good, "blocks": [{**SECTION, "colour": "red"}]}) != []


def test_the_manifest_is_one_by_slacks_own_types() -> None:
    assert slack_types.find_schema_faults("manifest", build_manifest(socket_mode=True)) == []
    assert (
        slack_types.find_schema_faults(
            "manifest", build_manifest(socket_mode=False, request_url="https://earshot.example/slack/events")
        )
        == []
    )
