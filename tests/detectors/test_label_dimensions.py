"""Routes can match what detectors add."""

from bot.config import parse_playbook
from bot.detectors.label_dimensions import DIMENSIONS
from bot.detectors.pipeline import MentionAssessor
from bot.domain.mention import Mention
from bot.domain.subject import Subject
from tests.config.sample_playbook import write_playbook, write_route

KNOWN = {"sentiment", "intent", "subject", "kind", "source", "language"}
LOUD = "@northwindair YOU LOST MY SUITCASE AGAIN, THE WORST AIRLINE, where is it?"


def test_routes_know_every_dimension_of_the_detectors() -> None:
    said = {"id": "x:1", "text": LOUD, "created_at": "2026-03-10", "author": {"id": "1", "followers": 90_000}}
    [found] = MentionAssessor([Subject(name="Northwind Air", terms=("@northwindair",))]).assess(
        [Mention.model_validate(said)]
    )

    assert {label.partition(":")[0] for label in found.labels} <= KNOWN | set(DIMENSIONS)
    assert set(found.get_words("urgency")) <= DIMENSIONS["urgency"]


def test_a_route_can_match_a_dimension_of_a_detector() -> None:
    found = parse_playbook(write_playbook(write_route('when = { urgency = "reach" }')), dimensions=DIMENSIONS)

    assert found.routes[0].when == {"urgency": frozenset({"reach"})}
