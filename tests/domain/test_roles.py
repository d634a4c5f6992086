"""The register of roles: what runs, what replaces what, what undo brings back."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.department import Department
from bot.domain.errors import NotAllowed
from bot.domain.roles import (
    GRANT_RETENTION,
    MAX_GRANTS,
    RoleGrant,
    RoleKind,
    RoleRegister,
    accept_policy,
    add_deputy,
    apply_point,
    dismiss_deputy,
    restore_grant,
    set_point,
    undo_grant,
)

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
CARE = Department(name="care", channel="C0CARE", point="U0ANA")


def ask(kind: RoleKind, person: str, *, since: datetime = AT, until: datetime | None = None) -> RoleGrant:
    return RoleGrant(id="", kind=kind, department="care", person=person, by="U0MIA", since=since, until=until)


def with_deputy(until: datetime | None = None) -> RoleRegister:
    return add_deputy(RoleRegister(), ask(RoleKind.DEPUTY, "U0JOE", until=until)).after


def list_people(register: RoleRegister, at: datetime) -> list[str]:
    return [one.person for one in register.list_deputies("care", at)]


def test_a_deputy_is_one_until_the_moment_of_the_end_and_not_in_it() -> None:
    register = with_deputy(AT + HOUR)
    assert list_people(register, AT + HOUR - timedelta(seconds=1)) == ["U0JOE"]
    assert list_people(register, AT + HOUR) == []
    assert register.list_deputies("pr", AT) == ()


def test_a_new_deputy_is_told_once_and_not_again_when_the_time_changes() -> None:
    first = add_deputy(RoleRegister(), ask(RoleKind.DEPUTY, "U0JOE"))
    assert [str(one.to) for one in first.notifications] == ["@U0JOE"]
    accepted = accept_policy(first.after, "g1", "U0JOE", AT).after
    second = add_deputy(accepted, ask(RoleKind.DEPUTY, "U0JOE", since=AT + HOUR, until=AT + 2 * HOUR))
    assert second.notifications == ()
    assert second.grant is not None
    assert (second.grant.accepted_at, second.grant.replaces) == (AT, "g1")
    assert list_people(second.after, AT + 3 * HOUR) == []


def test_undo_of_a_change_brings_back_the_grant_before_it() -> None:
    changed = add_deputy(with_deputy(), ask(RoleKind.DEPUTY, "U0JOE", since=AT + HOUR, until=AT + 2 * HOUR)).after
    undone = undo_grant(changed, "g2", "U0MIA", AT + HOUR).after
    found = undone.find_deputy("U0JOE", "care", AT + 9 * HOUR)
    assert found is not None
    assert found.id == "g1"
    with pytest.raises(NotAllowed, match="nothing to undo"):
        undo_grant(undone, "g2", "U0MIA", AT + HOUR)


def test_a_dismissal_is_taken_back_unless_they_are_a_deputy_again() -> None:
    dismissed = dismiss_deputy(with_deputy(), "U0JOE", "care", "U0MIA", AT + HOUR).after
    assert list_people(dismissed, AT + HOUR) == []
    assert list_people(restore_grant(dismissed, "g1", "U0MIA", AT + HOUR).after, AT + HOUR) == ["U0JOE"]
    again = add_deputy(dismissed, ask(RoleKind.DEPUTY, "U0JOE", since=AT + HOUR)).after
    with pytest.raises(NotAllowed, match="changed since"):
        restore_grant(again, "g1", "U0MIA", AT + HOUR)


@pytest.mark.parametrize(
    ("grant", "by", "at", "sentence"),
    [
        ("g1", "U0ANA", AT, "Only <@U0JOE> can accept this"),
        ("g1", "U0JOE", AT + HOUR, "no longer a deputy of care"),
        ("g9", "U0JOE", AT, "too long ago"),
    ],
)
def test_only_the_deputy_accepts_and_only_in_time(grant: str, by: str, at: datetime, sentence: str) -> None:
    with pytest.raises(NotAllowed, match=sentence):
        accept_policy(with_deputy(AT + HOUR), grant, by, at)


def test_a_policy_is_accepted_once() -> None:
    accepted = accept_policy(with_deputy(), "g1", "U0JOE", AT).after
    with pytest.raises(NotAllowed, match="accepted this already"):
        accept_policy(accepted, "g1", "U0JOE", AT)


def test_the_policy_is_accepted_by_the_first_message_also_when_the_time_changed_since() -> None:
    longer = add_deputy(with_deputy(AT + HOUR), ask(RoleKind.DEPUTY, "U0JOE", since=AT, until=AT + 9 * HOUR)).after
    accepted = accept_policy(longer, "g1", "U0JOE", AT + 2 * HOUR)
    assert accepted.grant is not None
    assert (accepted.grant.id, accepted.grant.accepted_at) == ("g2", AT + 2 * HOUR)
    undone = undo_grant(accepted.after, "g2", "U0MIA", AT + HOUR / 2).after.find_deputy("U0JOE", "care", AT)
    assert undone is not None
    assert (undone.id, undone.accepted_at) == ("g1", AT + 2 * HOUR)


def test_a_cover_gives_way_to_the_one_below_it_and_at_last_to_the_playbook() -> None:
    standing = set_point(RoleRegister(), ask(RoleKind.POINT, "U0BEN")).after
    covered = set_point(standing, ask(RoleKind.POINT, "U0RAJ", until=AT + HOUR)).after
    assert apply_point(CARE, covered, AT).point == "U0RAJ"
    assert apply_point(CARE, covered, AT + HOUR).point == "U0BEN"
    assert apply_point(CARE, undo_grant(standing, "g1", "U0MIA", AT).after, AT).point == "U0ANA"
    assert apply_point(CARE, set_point(RoleRegister(), ask(RoleKind.POINT, "")).after, AT).point == ""


def test_what_ended_long_ago_is_dropped_with_the_next_change() -> None:
    register = with_deputy(AT + HOUR)
    later = AT + HOUR + GRANT_RETENTION
    after = add_deputy(register, ask(RoleKind.DEPUTY, "U0TOM", since=later)).after
    assert [one.person for one in after.grants] == ["U0TOM"]


def test_there_is_a_limit_which_what_has_ended_long_ago_does_not_reach() -> None:
    grants = tuple(ask(RoleKind.DEPUTY, f"U0{n}").copy_with(id=f"g{n}") for n in range(MAX_GRANTS))
    full = RoleRegister(version=1, grants=grants)
    with pytest.raises(NotAllowed, match=f"keeps {MAX_GRANTS} roles at most"):
        add_deputy(full, ask(RoleKind.DEPUTY, "U0JOE"))
