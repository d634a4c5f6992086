"""`earshot score`: reads mentions and writes assessments, both as JSON lines, in the same order."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from bot.cli.exits import (
    REFUSED,
    exit_on_error,
    fail_with,
    get_playbook_path,
    get_weights_path,
    guard_output,
    print_warning,
)
from bot.cli.line_reader import LineReader
from bot.config import Playbook, load_playbook
from bot.detectors.label_dimensions import DIMENSIONS
from bot.detectors.pipeline import MentionAssessor, build_assessor
from bot.domain.assessment import Assessment
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY, Route, find_route
from bot.sources.catalogue import MODELS
from bot.sources.mention_parser import InvalidLine, parse_mention_lines

BATCH = 64
DIGITS = 4
STDIN = Path("-")
ONE_TEXT = (
    """One text is scored by: echo '{"id": "x:1", "text": "…", "created_at": "2026-03-10T09:00:00Z"}' | earshot score"""
)
NEUTRAL = "No playbook: scored without subjects and departments. Name one with --playbook, or in EARSHOT_PLAYBOOK."


def score(
    file: Annotated[Path, typer.Argument(help="JSON lines, one mention each; - is stdin.")] = STDIN,
    playbook: Annotated[
        Path | None,
        typer.Option(help="Whose subjects and routes to use. Default: EARSHOT_PLAYBOOK, if there is such a file."),
    ] = None,
) -> None:
    """Assess mentions: one JSON line out for each line in, in the order of the input.

    A line that is no mention gives {"line": n, "error": "…"} in its place, and exit code 1 at the end.
    """
    with exit_on_error():
        scorer = _build_scorer(playbook)
    with _open_lines(file) as (lines, is_idle):
        bad = _score_stream(lines, is_idle, scorer)
    if bad:
        raise typer.Exit(REFUSED)


class MentionScorer:
    """Scores mentions; without a playbook, leaves out subjects and departments."""

    def __init__(self, playbook: Playbook | None) -> None:
        self._routes: Sequence[Route] = playbook.routes if playbook else ()
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
def _open_lines(file: Path) -> Iterator[tuple[BinaryIO, Callable[[], bool]]]:
    """Yield the lines, and a function that tells whether the input is idle; a file never is."""
    try:
        if file == STDIN:
            reader = LineReader(0)
            yield reader, reader.is_idle
        else:
            with file.open("rb") as stream:
                yield stream, lambda: False
    except FileNotFoundError:
        raise fail_with([f"{file}: there is no such file", ONE_TEXT]) from None
    except OSError as no:
        raise fail_with([f"{file}: cannot be read: {no.strerror}"]) from None
