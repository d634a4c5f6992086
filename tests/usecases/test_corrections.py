"""People correct the assessment of a post: its intent, its sentiment, its subject."""

from datetime import timedelta

import pytest

from bot.domain.assessment import Intent
from bot.domain.case import CaseResolution, CaseStatus
from bot.domain.commits import NotAllowed
from bot.domain.correction import NOT_ABOUT_US, SPAM, CorrectionKind
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, BEN, COMPLAINT, JOE, QUESTION, TOM, UseCaseHarness
from tests.usecases.race import Race


async def test_a_corrected_intent_changes_the_labels_and_the_clocks_but_not_the_department(
    harness: UseCaseHarness,
) -> None:
    case = await harness.open_case()
    corrected = await harness.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "question", ANA)

    kept = await harness.read_case()
    assert corrected.view.case == kept
    assert (kept.assessment.intent, kept.original_assessment.intent, kept.department) == (
        Intent.QUESTION,
        Intent.COMPLAINT,
        "care",
    )
    assert kept.due == case.opened_at + timedelta(minutes=30)
    assert [(one.was, one.now, one.by) for one in await harness.list_corrections()] == [("complaint", "question", ANA)]


async def test_who_corrects_is_offered_the_department_that_it_leads_to_now(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    corrected = await harness.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "question", ANA)
    assert corrected.offer == "sales"
    moved = await harness.usecases.corrections.reroute_case(case.id, ANA)

    assert (moved.case.department, moved.department.name, moved.case.route) == ("sales", "sales", "question")
    assert moved.case.history[-1].detail == "from care to sales, by its rules"


async def test_no_department_is_offered_where_it_leads_where_it_is(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    corrected = await harness.usecases.corrections.correct_case(case.id, CorrectionKind.SENTIMENT, "neutral", ANA)
    assert not corrected.offer
    with pytest.raises(NotAllowed, match="care already has this case, and the rules say it belongs there"):
        await harness.usecases.corrections.reroute_case(case.id, ANA)


async def test_what_somebody_has_handed_on_is_not_offered_back(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.cases.hand_to_department(case.id, ANA, "sales")
    corrected = await harness.usecases.corrections.correct_case(case.id, CorrectionKind.SENTIMENT, "neutral", TOM)
    assert not corrected.offer


async def test_a_case_is_not_moved_to_nobody(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    corrected = await harness.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "praise", ANA)
    assert corrected.offer == "nobody"
    with pytest.raises(NotAllowed, match="By the playbook's rules, nobody needs to see this case now"):
        await harness.usecases.corrections.reroute_case(case.id, ANA)
    assert (await harness.read_case()).department == "care"


@pytest.mark.parametrize(
    ("kind", "now", "resolution"),
    [
        (CorrectionKind.SPAM, SPAM, CaseResolution.SPAM),
        (CorrectionKind.ABOUT, NOT_ABOUT_US, CaseResolution.NOT_ABOUT_US),
    ],
)
async def test_what_is_spam_or_not_about_us_is_resolved_with_that_word(
    kind: CorrectionKind, now: str, resolution: CaseResolution, harness: UseCaseHarness
) -> None:
    case = await harness.open_case()
    corrected = await harness.usecases.corrections.correct_case(case.id, kind, now, ANA)

    done = corrected.view.case
    assert (done.status, done.resolution, corrected.offer) == (CaseStatus.RESOLVED, resolution, "")
    with pytest.raises(NotAllowed, match="Reopen it first"):
        await harness.usecases.corrections.check_correction(case.id, kind, ANA)


async def test_what_is_so_already_is_no_correction(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    with pytest.raises(NotAllowed, match="It is already set to “complaint”"):
        await harness.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "complaint", ANA)
    assert await harness.read_case() == case


async def test_the_same_correction_made_twice_is_made_once(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "question", ANA)
    with pytest.raises(NotAllowed, match="<@U0ANA> already changed this to question"):
        await harness.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "question", BEN)
    assert len(await harness.list_corrections()) == 1


async def test_of_two_who_correct_at_once_both_are_kept(harness: UseCaseHarness, race: Race) -> None:
    """Each correction is of its own kind: the second is decided again on what the first has left."""
    case = await harness.open_case()
    await race.run(
        race.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "question", ANA),
        race.usecases.corrections.correct_case(case.id, CorrectionKind.SENTIMENT, "neutral", BEN),
    )

    kept = await harness.read_case()
    assert (kept.assessment.intent, kept.assessment.sentiment.value, kept.version) == (Intent.QUESTION, "neutral", 3)


async def test_correcting_back_to_what_was_assessed_undoes_the_correction(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "question", ANA)
    await harness.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "complaint", BEN)

    kept = await harness.read_case()
    assert (kept.corrections, kept.assessment, kept.due) == ((), case.assessment, case.due)


async def test_another_subject_brings_its_kind_along(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    corrected = await harness.usecases.corrections.correct_case(case.id, CorrectionKind.SUBJECT, "Skylark Airways", ANA)

    assert (corrected.view.case.assessment.subject, corrected.view.case.assessment.kind) == (
        "Skylark Airways",
        "competitor",
    )
    assert corrected.offer == "sales"


async def test_what_was_known_beside_the_post_stays_of_its_urgency_and_the_rest_follows_its_labels(
    harness: UseCaseHarness,
) -> None:
    case = await harness.open_case(1, (*COMPLAINT, "urgency:velocity", "urgency:reach"))
    changed = await harness.usecases.corrections.correct_case(case.id, CorrectionKind.SENTIMENT, "positive", ANA)
    urgency = [one for one in changed.view.case.assessment.labels if one.startswith("urgency:")]
    assert "urgency:velocity" in urgency
    assert "urgency:reach" not in urgency


async def test_spam_is_not_urgent_however_fast_it_spreads(harness: UseCaseHarness) -> None:
    case = await harness.open_case(1, (*COMPLAINT, "urgency:velocity"))
    closed = await harness.usecases.corrections.correct_case(case.id, CorrectionKind.SPAM, SPAM, ANA)
    assert not [one for one in closed.view.case.assessment.labels if one.startswith("urgency:")]


async def test_only_the_other_subjects_may_be_chosen(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    assert harness.usecases.corrections.list_other_subjects(case) == ("Northwind Go", "Food & Drink", "Skylark Airways")
    answer = await harness.usecases.corrections.check_correction(case.id, CorrectionKind.SUBJECT, ANA)
    assert answer.case == case


async def test_a_form_for_another_subject_does_not_open_where_there_is_none(
    one_subject: UseCaseHarness,
) -> None:
    case = await one_subject.open_case()
    with pytest.raises(NotAllowed, match="The playbook lists no other subject"):
        await one_subject.usecases.corrections.check_correction(case.id, CorrectionKind.SUBJECT, ANA)


@pytest.fixture
def one_subject(harness: UseCaseHarness) -> UseCaseHarness:
    harness.drop_from_playbook("[[subjects]]", "Northwind Go", until="# All of its people")
    return harness


@pytest.mark.parametrize("by", [JOE, TOM])
async def test_who_may_not_answer_may_not_correct(by: str, harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    with pytest.raises(NotAllowed, match="Only the care department answers these"):
        await harness.usecases.corrections.check_correction(case.id, CorrectionKind.INTENT, by)
    with pytest.raises(NotAllowed, match="Only the care department answers these"):
        await harness.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "question", by)
    with pytest.raises(NotAllowed, match="Only the care department answers these"):
        await harness.usecases.corrections.reroute_case(case.id, by)


async def test_what_closes_a_case_is_for_its_owner_or_a_manager(harness: UseCaseHarness) -> None:
    case = await harness.open_case()
    await harness.usecases.cases.claim(case.id, ANA)
    with pytest.raises(NotAllowed, match="Ask <@U0ANA> or a manager to resolve it"):
        await harness.usecases.corrections.correct_case(case.id, CorrectionKind.SPAM, SPAM, BEN)
    assert (await harness.usecases.corrections.correct_case(case.id, CorrectionKind.INTENT, "question", BEN)).offer


async def test_a_case_that_is_gone_or_of_a_newer_release_is_refused(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="too old to change"):
        await harness.usecases.corrections.correct_case("0123456789abcd", CorrectionKind.INTENT, "question", ANA)
    case = await harness.open_case(1, QUESTION)
    await make_unreadable(harness.store, harness.store.keys.case_key(case.id), status="pondered")
    with pytest.raises(NotAllowed, match="written by a newer release"):
        await harness.usecases.corrections.reroute_case(case.id, ANA)
