"""`earshot evaluate` and `earshot train`, as a person types them."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.detectors.model.weights import PACKAGED
from bot.training.atomic_write import hold_exclusive_lock
from tests.cli.shell import Shell

WHEN = "2026-03-10T12:00:00Z"
SAID = ("shipment {}", "the parcel number {}", "order {} is on its way", "box {} came in the morning", "crate {} here")


def correction(number: int, now: str, text: str) -> str:
    mention = {"id": f"x:{number}", "text": text, "created_at": WHEN, "author": {"id": f"u{number}", "handle": "a"}}
    said = {"kind": "sentiment", "was": "neutral", "is": now, "by": "U0ANA", "at": WHEN}
    return json.dumps({"mention": mention, "correction": said}) + "\n"


def slang(number: int) -> str:
    """Words that mean nothing to the weights, and something here."""
    return f"{SAID[number % len(SAID)].format(number)}, proper {'mingin' if number % 2 else 'belter'} that"


@pytest.fixture
def shell_with_corrections(shell: Shell) -> Shell:
    rows = [correction(number, "negative" if number % 2 else "positive", slang(number)) for number in range(60)]
    shell.write("corrections.jsonl", "".join(rows))
    return shell


def assess(shell: Shell, text: str) -> str:
    shell.write("in.jsonl", json.dumps({"id": "x:1", "text": text, "created_at": WHEN}) + "\n")
    said: str = json.loads(shell.run_in_process("score", "in.jsonl").stdout)["sentiment"]
    return said


def test_what_was_corrected_goes_right_after_training(shell_with_corrections: Shell) -> None:
    new = "parcel 901 at the door, proper mingin that"
    before = assess(shell_with_corrections, new)

    said = shell_with_corrections.run_in_process("train", "--corrections", "corrections.jsonl")

    assert said.exit_code == 0
    assert "sentiment, 60 posts, each left out in turn: right" in said.stdout
    assert (before, assess(shell_with_corrections, new)) != ("negative", "negative")
    assert assess(shell_with_corrections, new) == "negative"
    assert assess(shell_with_corrections, "the crew was wonderful, thank you!") == "positive"


def test_what_was_known_already_teaches_nothing_and_is_refused_with_the_figures(shell: Shell) -> None:
    rows = [correction(n, "negative", f"lost my bag again, horrible service, day {n}") for n in range(30)]
    shell.write("corrections.jsonl", "".join(rows))

    said = shell.run_in_process("train", "--corrections", "corrections.jsonl")

    assert said.exit_code == 1
    assert "right 1.000 before" in said.stdout
    assert "not better, so nothing changes" in said.stdout
    assert "The current weights stay in use." in said.stderr
    assert not list(shell.folder.glob(".earshot/models/*weights*"))


def test_posts_of_which_no_author_is_told_are_left_out_one_by_one(shell: Shell) -> None:
    rows = [{"text": slang(n), "label": "negative" if n % 2 else "positive"} for n in range(60)]
    shell.write("gold.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    assert "better" in shell.run_in_process("train", "gold.jsonl").stdout
    assert assess(shell, "parcel 901 at the door, proper mingin that") == "negative"


def test_two_that_learn_at_once_do_not_undo_one_another(shell_with_corrections: Shell) -> None:
    with hold_exclusive_lock(shell_with_corrections.folder / ".earshot/models/learned.weights"):
        said = shell_with_corrections.run_in_process("train", "--corrections", "corrections.jsonl")

    assert said.exit_code == 1
    assert "another `earshot train` is running" in said.stderr
    assert shell_with_corrections.run_in_process("train", "--corrections", "corrections.jsonl").exit_code == 0


def test_weights_that_another_setting_keeps_out_of_use_are_said_to_be(shell_with_corrections: Shell) -> None:
    shell_with_corrections.env["EARSHOT_MODEL"] = str(PACKAGED)

    said = shell_with_corrections.run_in_process("train", "--corrections", "corrections.jsonl").stdout

    assert f"not in use, because EARSHOT_MODEL names {PACKAGED}" in said


def test_what_would_spoil_the_assessment_of_other_posts_is_refused(shell: Shell) -> None:
    praise = (
        "thank you so much, {} was lovely",
        "great service at {}",
        "I love {}, excellent",
        "{} is amazing, best ever",
    )
    rows = [correction(n, "negative", praise[n % 4].format(f"shop {n}")) for n in range(80)]
    shell.write("corrections.jsonl", "".join(rows))

    said = shell.run_in_process("train", "--corrections", "corrections.jsonl")

    assert said.exit_code == 1
    assert "rejected, because it hurts other posts" in said.stdout
    assert "Rejected: training on these posts hurts other tasks. Check their labels" in said.stderr
    assert "The current weights stay in use." in said.stderr
    assert not (shell.folder / ".earshot/models/learned.weights").exists()


def test_too_few_are_not_learned_from(shell: Shell) -> None:
    shell.write("few.jsonl", json.dumps({"text": "lost my bag", "label": "negative"}) + "\n")

    said = shell.run_in_process("train", "few.jsonl")

    assert said.exit_code == 1
    assert "needs at least 20" in said.stderr


def test_figures_have_an_interval_and_a_number(shell: Shell) -> None:
    rows: list[dict[str, Any]] = [
        {"text": "lost my bag, horrible", "label": "negative"},
        {"text": "lovely crew, thanks", "label": "positive"},
    ]
    rows += [{"text": "can I bring a cello?", "head": "question", "y": 1, "src": "ours"}]
    shell.write("gold.jsonl", "".join(json.dumps(row) + "\n" for row in rows * 10))

    said = shell.run_in_process("evaluate", "gold.jsonl").stdout

    assert "macro-recall                          1.000   1.000 to 1.000  n 20" in said
    assert "question (ours)" in said


@pytest.mark.parametrize(
    "row",
    [
        {"text": "lovely crew, thanks", "label": "positive"},
        {"text": "lovely crew, thanks", "head": "complaint", "y": 0, "src": "ours"},
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_one_post_cannot_tell_is_said_in_words(shell: Shell, row: dict[str, Any]) -> None:
    shell.write("gold.jsonl", json.dumps(row) + "\n")

    said = shell.run_in_process("evaluate", "gold.jsonl").stdout

    assert "nan" not in said
    assert "–  no post has this label  n 1\n" in said


def test_what_holds_in_ordinary_posts_is_counted(shell: Shell) -> None:
    shell.write("ordinary.jsonl", (json.dumps({"text": "can I bring a cello?"}) + "\n") * 10)

    said = shell.run_in_process("evaluate", "--ordinary", "ordinary.jsonl").stdout

    assert "ordinary posts\n" in said
    assert "question                              1.000   1.000 to 1.000  n 10" in said
    assert "purchase                              0.000   0.000 to 0.000  n 10" in said


def test_evaluation_needs_posts(shell: Shell) -> None:
    assert shell.run_in_process("evaluate").exit_code == 2


def test_gold_may_lie_beside_its_mentions(shell: Shell) -> None:
    shell.write("in.jsonl", json.dumps({"id": "x:1", "text": "lost my bag, horrible", "created_at": WHEN}) + "\n")
    shell.write("gold.jsonl", json.dumps({"id": "x:1", "sentiment": "negative"}) + "\n")

    assert "n 1" in shell.run_in_process("evaluate", "gold.jsonl", "--mentions", "in.jsonl").stdout


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "line 1: is not JSON"),
        ('{"text": "a", "label": "glad"}', "line 1: 'glad' is not a sentiment"),
        ('{"label": "negative"}', "line 1: has no text"),
        ('{"text": "a", "label": 0}', "line 1: '0' is not a sentiment"),
        ('{"text": "a", "head": "need", "y": "no"}', 'line 1: "y" must be 1 or 0'),
        ('{"mention": 5, "label": "negative"}', "line 1: its mention is neither an object nor a text"),
        ("[" * 100_000, "line 1: is not JSON"),
        ('{"text": "a"}', "There is no label in these files"),
        ('{"text": "a", "head": "wish", "y": 1}', "There is no label in these files"),
        ("", "There is no label in these files"),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_a_bad_line_is_said_with_its_place(shell: Shell, command: str, line: str, sentence: str) -> None:
    shell.write("gold.jsonl", line + "\n")
    said = shell.run_in_process(command, "gold.jsonl")
    assert said.exit_code == 1
    assert sentence in said.stderr


def test_a_file_of_another_editor_may_begin_with_its_mark(shell: Shell) -> None:
    shell.write("gold.jsonl", b"\xef\xbb\xbf" + json.dumps({"text": "lost my bag", "label": "negative"}).encode())
    assert "n 1" in shell.run_in_process("evaluate", "gold.jsonl").stdout


def test_a_mention_without_an_id_is_passed_over(shell: Shell) -> None:
    shell.write("in.jsonl", json.dumps({"text": "lost my bag"}) + "\n")
    shell.write("gold.jsonl", json.dumps({"id": "x:1", "sentiment": "negative"}) + "\n")

    said = shell.run_in_process("evaluate", "gold.jsonl", "--mentions", "in.jsonl")

    assert "no mention has its id" in said.stderr


def test_an_engine_that_there_is_not_is_wrong_usage(shell: Shell) -> None:
    shell.write("gold.jsonl", json.dumps({"text": "lost my bag", "label": "negative"}) + "\n")
    assert shell.run_in_process("evaluate", "gold.jsonl", "--engine", "spacy").exit_code == 2


def test_broken_weights_are_refused_and_never_passed_over(shell: Shell, tmp_path: Path) -> None:
    shell.env["EARSHOT_MODEL"] = str(tmp_path / "none.weights")
    shell.write("in.jsonl", "")
    said = shell.run_in_process("score", "in.jsonl")
    assert said.exit_code == 1
    assert "with EARSHOT_MODEL left empty" in said.stderr


def test_a_broken_set_is_a_sentence_and_nothing_is_written(shell: Shell) -> None:
    (shell.folder / "sets").mkdir()
    shell.write("sets/sentiment_train.jsonl", "{\n")

    said = shell.run_in_process("train", "--from", "sets", "--out", "new.weights")

    assert said.exit_code == 1
    assert "sets/sentiment_train.jsonl: line 1: " in said.stderr
    assert "Traceback" not in said.stderr
    assert not (shell.folder / "new.weights").exists()


def test_crises_and_spam_are_measured_and_not_learned(shell: Shell) -> None:
    rows = [
        {"text": "smoke in the cabin, people are bleeding", "head": "crisis", "y": 1, "src": "ours"},
        {"text": "lovely crew, thanks", "head": "crisis", "y": 0, "src": "ours"},
        {"text": "Payday loans, instant approval https://cash.example", "head": "spam", "y": 1, "src": "ours"},
    ]
    shell.write("gold.jsonl", "".join(json.dumps(row) + "\n" for row in rows * 10))

    said = shell.run_in_process("evaluate", "gold.jsonl").stdout
    assert "crisis (ours)\n  F1                                    1.000" in said
    assert "spam (ours)\n  F1                                    1.000" in said
    assert "Crisis is detected by rules" in shell.run_in_process("train", "gold.jsonl").stderr


def test_a_head_that_is_not_known_is_no_label(shell: Shell) -> None:
    row = {"text": "leave or else", "head": "threat", "y": 1, "src": "tweetacts"}
    shell.write("gold.jsonl", json.dumps(row) + "\n")

    assert (
        "There is no label in these files that Earshot knows" in shell.run_in_process("evaluate", "gold.jsonl").stderr
    )
