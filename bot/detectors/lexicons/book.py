"""All phrases that any detector asks for, in one book: a post is read once for all of them."""

from functools import cache

from bot.detectors.lexicons.phrases import Phrases
from bot.detectors.lexicons.tables import Table, parsed

CARE, HARM, PITCHES, PRESSING, HURRIES = "care", "harm", "pitches", "pressing", "hurries"
IDIOM, DISASTER, FLATTERY = "idiom", "disaster", "flattery"
"""Families that are made of plain lists, or whose points are reckoned otherwise."""


@cache
def book() -> Phrases:
    """Made when the first post is read: who starts to show a playbook waits for no table."""
    harm, pitches = Table(HARM), Table(PITCHES)
    return Phrases(
        {
            CARE: Table(CARE).families,
            HARM: {
                **harm.families,
                **Table(DISASTER).families,
                IDIOM: dict.fromkeys(harm.words["idioms"], 0.0),
            },
            PITCHES: {**pitches.families, FLATTERY: dict.fromkeys(pitches.words["flattery"], 1.0)},
            PRESSING: Table(PRESSING).families,
            HURRIES: {HURRIES: dict.fromkeys(parsed("signs")["words"]["hurries"], 1.0)},
        }
    )
