"""What is drawn, held against JSON Schemas made from the types that Slack publishes. They lie beside the checkout."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from bot.slack_sandbox.block_kit import OBSERVERS

CONTRACTS = Path(__file__).parents[2] / "shared" / "contracts"
NEWER = frozenset({"data_visualization"})
"""Blocks of Slack's documentation that are not in the published types yet (`@slack/types` 3.2.0)."""
ABSENT = "Slack's own types do not lie beside this checkout, so that nothing is held against them."


@cache
def validator(surface: str) -> Any:
    """None where the types are not there."""
    file = CONTRACTS / f"slack_{surface}.schema.json"
    return jsonschema_rs.validator_for(json.loads(file.read_text("utf-8"))) if file.exists() else None


def find_schema_faults(surface: str, drawn: Any) -> list[str]:
    """What is wrong with it, without what it says. The types of an attachment's blocks are those of a message's."""
    if surface == "message" and "attachments" in drawn:
        parts = [part["blocks"] for part in (drawn, *drawn["attachments"]) if "blocks" in part]
        return [fault for blocks in parts for fault in find_schema_faults(surface, {"blocks": blocks})]
    types = validator(surface)
    drawn = {**drawn, "blocks": [b for b in drawn["blocks"] if b["type"] not in NEWER]} if "blocks" in drawn else drawn
    if types is None or types.is_valid(drawn):
        return []
    return [f"{surface}: {error.instance_path}: {json.dumps(drawn)[:3000]}" for error in types.iter_errors(drawn)]


@contextmanager
def observe() -> Iterator[list[str]]:
    """Gives the list of what is wrong with what is drawn meanwhile."""
    wrong: list[str] = []

    def look(surface: str, drawn: Any) -> None:
        wrong.extend(find_schema_faults(surface, drawn))

    OBSERVERS.append(look)
    try:
        yield wrong
    finally:
        OBSERVERS.remove(look)
