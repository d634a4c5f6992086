"""`earshot score`: assesses a text, or a file of mentions, as JSON lines in the same order."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from bot.cards.case_mention import format_kind_noun
from bot.cards.sanitize import sanitize_line
from bot.cli.exits import (
    REFUSED,
    exit_on_error,
    fail_with,
    get_playbook_path,
    get_weights_path,
    guard_output,
    print_line,
    print_warning,
)
from bot.cli.line_reader import LineReader
from bot.clock import SystemClock
from bot.config import Playbook, load_playbook
from bot.detectors.label_dimensions import DIMENSIONS
from bot.detectors.pipeline import MentionAssessor, build_assessor
from bot.domain.assessment import Assessment
from bot.domain.case import Case
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY, RouteList, find_route
from bot.domain.text import format_percent
from bot.sources.catalogue import MODELS
from bot.sources.mention_parser import InvalidLine, parse_mention_lines

BATCH = 64
DIGITS = 4
STDIN = "-"
SHOWN = 200
"""Characters of a reason."""
ONE_TEXT = 'To score a text, put it in quotes: earshot score "my bag is lost"'
NEUTRAL = "No playbook: scored without subjects and departments. Name one with --playbook or in EARSHOT_PLAYBOOK."
LIKE_A_FILE = re.compile(r"\S+\.(?:json|jsonl|ndjson|txt|csv|gz)")
"""One word that ends like this is a file that is missing, and not a text."""

SHARE = re.compile(r"^(negative|neutral|positive) [\d.]+")
"""How the reason of a sentiment begins."""


def score(
    what: Annotated[
        str,
        typer.Argument(
            metavar="TEXT|FILE", help="A text in quotes, a file of JSON lines (one mention each), or - for stdin."
        ),
    ] = STDIN,
    playbook: Annotated[
        Path | None,
        typer.Option(help="Take subjects and routes from this file. Default: EARSHOT_PLAYBOOK, if the file exists."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, also for a text on a terminal.")] = False,
) -> None:
    """Show what Earshot makes of a text: its sentiment, type, priority and department, and why.

    For a file, print one JSON line for each line, in the same order. A line that is not a mention gives
    {"line": n, "error": "…"} in its place, and exit code 1 at the end.
    """
    if what != STDIN and not os.path.exists(what):  # noqa: PTH110 - a long text is not an error for this one
        _score_text(what, playbook, as_json=as_json or not sys.stdout.isatty())
        return
    with exit_on_error():
        scorer = _build_scorer(playbook)
    with _open_lines(what) as (lines, is_idle):
        bad = _score_stream(lines, is_idle, scorer)
    if bad:
        raise typer.Exit(REFUSED)


def _score_text(text: str, playbook: Path | None, *, as_json: bool) -> None:
    if LIKE_A_FILE.fullmatch(text):
        raise fail_with([f"{text}: there is no such file", ONE_TEXT])
    mention = Mention(id="text:1", source="text", text=text, created_at=SystemClock().now())
    with exit_on_error():
        scorer = _build_scorer(playbook)
    if as_json:
        _write_answers(scorer.score([(1, mention)]))
        return
    for name, value in scorer.describe(mention):
        print_line(f"{name:<12}{sanitize_line(value, SHOWN)}")


class MentionScorer:
    """Scores mentions; without a playbook, leaves out subjects and departments."""

    def __init__(self, playbook: Playbook | None) -> None:
        self._routes = playbook.routes if playbook else RouteList()
        path = get_weights_path()
        self._assessor = build_assessor(playbook, path) if playbook else MentionAssessor((), weights=path)

    def score(self, items: Sequence[tuple[int, Mention | InvalidLine]]) -> Iterator[dict[str, Any]]:
        mentions = [item for _, item in items if isinstance(item, Mention)]
        assessments = iter(self._assessor.assess(mentions))
        for number, item in items:
            if isinstance(item, InvalidLine):
                yield {"line": number, "error": item.reason}
            else:
                yield self._format_result(item, next(assessments))

    def describe(self, mention: Mention) -> Iterator[tuple[str, str]]:
        """Return what a person wants to know of one mention: names and values, in order of weight."""
        [found] = self._assessor.assess([mention])
        case = Case(
            id="", mention=mention, assessment=found, department="", opened_at=mention.created_at,
            waiting_since=mention.created_at,
        )  # fmt: skip
        likely = f"{found.sentiment.value} ({format_percent(100 * found.probabilities[found.sentiment])})"
        yield "Sentiment", f"unclear, leaning {likely}" if found.is_unsure else likely
        yield "Type", format_kind_noun(case)
        yield "Priority", case.priority.value
        if self._routes:
            yield "Subject", found.subject or "none of the playbook's"
            yield "Department", self._choose_department(mention, found) or "nobody: counted, and shown to no one"
        for number, reason in enumerate(found.reasons):
            yield "" if number else "Why", SHARE.sub(r"reads as \1", reason)

    def _format_result(self, mention: Mention, found: Assessment) -> dict[str, Any]:
        return {
            "id": mention.id,
            "sentiment": found.sentiment.value,
            "probabilities": _round_shares(found.probabilities),
            "unsure": found.is_unsure,
            "intents": _round_shares(found.intents),
            "labels": sorted(found.labels),
            "subject": found.subject,
            "urgency": found.urgency,
            "department": self._choose_department(mention, found),
            "because": list(found.reasons),
        }

    def _choose_department(self, mention: Mention, found: Assessment) -> str | None:
        to = find_route(self._routes, mention, found).to if self._routes else NOBODY
        return None if to == NOBODY else to


def _round_shares(shares: dict[str, float]) -> dict[str, float]:
    return {word: round(share, DIGITS) for word, share in shares.items()}


def _build_scorer(named: Path | None) -> MentionScorer:
    path = named or get_playbook_path()
    if named or path.exists():
        return MentionScorer(load_playbook(path, sources=MODELS, dimensions=DIMENSIONS))
    if sys.stderr.isatty():
        print_warning(NEUTRAL)
    return MentionScorer(None)


def _score_stream(lines: BinaryIO, is_idle: Callable[[], bool], scorer: MentionScorer) -> int:
    """Score batches, or what has been read once the input is idle. Return the number of invalid lines."""
    bad = 0
    waiting: list[tuple[int, Mention | InvalidLine]] = []
    for item in parse_mention_lines(lines):
        waiting.append(item)
        bad += isinstance(item[1], InvalidLine)
        if len(waiting) == BATCH or is_idle():
            _write_answers(scorer.score(waiting))
            waiting = []
    _write_answers(scorer.score(waiting))
    return bad


def _write_answers(answers: Iterator[dict[str, Any]]) -> None:
    """Write ASCII: escaped texts cannot inject control characters into a terminal."""
    lines = "".join(json.dumps(answer) + "\n" for answer in answers)
    with guard_output():
        sys.stdout.buffer.write(lines.encode())
        sys.stdout.buffer.flush()


@contextmanager
def _open_lines(file: str) -> Iterator[tuple[BinaryIO, Callable[[], bool]]]:
    """Yield the lines, and a function that tells whether the input is idle; a file never is."""
    try:
        if file == STDIN:
            reader = LineReader(0)
            yield reader, reader.is_idle
        else:
            with Path(file).open("rb") as stream:
                yield stream, lambda: False
    except OSError as no:
        raise fail_with([f"{file}: cannot be read: {no.strerror}"]) from None
