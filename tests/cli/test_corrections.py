"""`earshot corrections`: what people said was assessed wrongly."""

import json

import pytest

from bot.domain.case import derive_case_id
from bot.domain.cases.correction_transitions import CorrectedValue, correct_case
from bot.domain.commits import CaseDecision
from bot.domain.correction import CorrectionKind
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.store.store import Store
from bot.usecases.corrections import recompute_urgency
from tests.cards.samples import CARE, build_new_case
from tests.cli.shell import Shell, on_a_terminal
from tests.clock import SteppedClock
from tests.domain.samples import assess_and_route, build_context

EVIL = "late \x1b[2J\x9b31m gone\x07\twide\nlong \u202e eman"


@pytest.fixture
async def shell_with_corrections(shell: Shell, store: Store, redis_url: str, brand: str, clock: SteppedClock) -> Shell:
    """Two cases of 10 March; of the first the feeling and the kind were corrected, and the kind again, and undone."""
    shell.playbook(brand=brand)
    shell.env.update(REDIS_URL=redis_url, COLUMNS="200")
    for number in (1, 2):
        mention = Mention(id=f"x:{number}", source="x", text=EVIL, created_at=clock.now())
        case = build_new_case(id=derive_case_id(mention.id), mention=mention)
        await store.cases.commit(CaseDecision(case), clock.now())
    await correct(store, clock, 1, CorrectionKind.SENTIMENT, "neutral")
    await correct(store, clock, 1, CorrectionKind.INTENT, "question")
    await correct(store, clock, 2, CorrectionKind.INTENT, "need")
    clock.advance(days=2)
    await correct(store, clock, 1, CorrectionKind.INTENT, "praise")
    await correct(store, clock, 2, CorrectionKind.INTENT, "complaint")
    return shell


async def correct(store: Store, clock: SteppedClock, number: int, kind: CorrectionKind, now: str) -> None:
    department: Department = CARE
    await store.cases.change(
        derive_case_id(f"x:{number}"),
        lambda case: correct_case(
            case,
            build_context("U0ANA", clock.now(), department),
            CorrectedValue(kind, now),
            recompute_urgency,
            assess_and_route,
        ),
        clock.now(),
    )


async def test_the_list_shows_everything_in_its_order_and_harmless(shell_with_corrections: Shell) -> None:
    rows = [
        row.split("\t")
        for row in (await shell_with_corrections.run_in_thread("corrections", "list")).stdout.splitlines()
    ]

    assert [row[2:5] for row in rows] == [
        ["sentiment", "negative", "neutral"],
        ["intent", "complaint", "question"],
        ["intent", "complaint", "need"],
        ["intent", "complaint", "praise"],
        ["intent", "complaint", "undone"],
    ]
    assert rows[0][:2] == ["2026-03-10T09:00:00+00:00", "U0ANA"]
    assert rows[0][6:] == ["x:1", "late [2J31m gone wide long eman"]


async def test_the_export_has_the_last_word_on_each_kind_of_each_post(shell_with_corrections: Shell) -> None:
    lines = [
        json.loads(line)
        for line in (await shell_with_corrections.run_in_thread("corrections", "export")).stdout.splitlines()
    ]

    assert [line["correction"]["is"] for line in lines] == ["neutral", "praise"]
    assert lines[0] == {
        "mention": {"id": "x:1", "source": "x", "text": EVIL, "created_at": "2026-03-10T09:00:00Z"},
        "correction": {
            "kind": "sentiment",
            "was": "negative",
            "is": "neutral",
            "by": "U0ANA",
            "at": "2026-03-10T09:00:00Z",
            "case": derive_case_id("x:1"),
        },
    }
    assert Mention.model_validate(lines[0]["mention"]).text == EVIL


async def test_only_those_of_a_kind_or_since_a_day(shell_with_corrections: Shell) -> None:
    by_kind = await shell_with_corrections.run_in_thread("corrections", "export", "--kind", "sentiment")
    since = await shell_with_corrections.run_in_thread("corrections", "list", "--since", "2026-03-12")

    assert [json.loads(line)["correction"]["kind"] for line in by_kind.stdout.splitlines()] == ["sentiment"]
    assert len(since.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("list", "--since", "yore"), "neither a day like 2026-03-01 nor a span like 30d"),
        (("export", "--kind", "department"), "it cannot be learned"),
        (("list", "--kind", "mood"), "mood"),
    ],
)
async def test_what_cannot_be_meant_is_wrong_usage_with_a_sentence(
    words: tuple[str, ...], sentence: str, shell_with_corrections: Shell
) -> None:
    done = await shell_with_corrections.run_in_thread("corrections", *words)

    assert done.exit_code == 2
    assert sentence in " ".join(done.stderr.replace("│", " ").split())


async def test_on_a_terminal_it_is_a_table_and_nothing_escapes_from_it(shell_with_corrections: Shell) -> None:
    seen = on_a_terminal(
        lambda terminal: shell_with_corrections.run_process(
            "corrections", "list", files={"stdout": terminal, "stderr": -1}
        )
    )

    assert "sentiment" in seen
    assert not [strange for strange in ("\x1b[2J", "\x9b", "\x07", "\u202e") if strange in seen]


def test_where_there_is_nothing_to_export_that_is_said_beside_the_lines(shell: Shell) -> None:
    said = shell.run_in_process("corrections", "export")

    assert (said.exit_code, said.stdout) == (0, "")
    assert "There is nothing to export" in said.stderr
