"""The types that Slack publishes, and what we hold against them."""

import re

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


def draw_bars(title: int = 5, series: int = 1, categories: int = 2, label: int = 5) -> dict[str, object]:
    labels = [f"{number:0{label}}" for number in range(categories)]
    lines = [{"name": f"n{n}", "data": [{"label": one, "value": 1} for one in labels]} for n in range(series)]
    chart = {"type": "bar", "series": lines, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": "t" * title, "chart": chart}


def test_charts_are_held_against_the_limits_of_slacks_documentation() -> None:
    """The published types lack charts, so these limits were noted from the documentation, beside the types."""
    notes = slack_types.CONTRACTS.parent / "SLACK.md"
    if not notes.exists():
        pytest.skip(slack_types.ABSENT)
    [line] = [one for one in notes.read_text("utf-8").splitlines() if one.startswith("- `data_visualization`")]
    found = re.search(r"title (\d+), 1–(\d+) series.*?(\d+) categories, labels (\d+) chars, two per message", line)
    assert found is not None
    limits = dict(zip(("title", "series", "categories", "label"), map(int, found.groups()), strict=True))

    assert check_message([draw_bars(**limits)] * 2) == []
    assert check_message([draw_bars()] * 3) != []
    for name, most in limits.items():
        assert check_message([draw_bars(**{name: most + 1})]) != [], name
    assert check_view({"type": "home", "blocks": [draw_bars()]}) != []
