"""Whether a token is of the wanted workspace, by what `auth.test` says of it."""

import pytest

from bot.sinks.workspace_client import find_other_team

OF_WORKSPACE = {"team_id": "T0NORTH", "is_enterprise_install": False}
OF_GRID_WORKSPACE = {"team_id": "T0NORTH", "enterprise_id": "E0ORG", "is_enterprise_install": False}
OF_ORGANISATION = {"team_id": "E0ORG", "enterprise_id": "E0ORG", "is_enterprise_install": True}


@pytest.mark.parametrize(
    ("wanted", "identity", "other"),
    [
        ("T0NORTH", OF_WORKSPACE, ""),
        ("T0FAB", OF_WORKSPACE, "T0NORTH"),
        ("", OF_WORKSPACE, ""),
        ("T0NORTH", OF_GRID_WORKSPACE, ""),
        ("E0ORG", OF_GRID_WORKSPACE, ""),
        ("T0FAB", OF_GRID_WORKSPACE, "T0NORTH"),
        ("E0OTHER", OF_GRID_WORKSPACE, "T0NORTH"),
        ("E0ORG", OF_ORGANISATION, ""),
        ("T0NORTH", OF_ORGANISATION, ""),
        ("E0OTHER", OF_ORGANISATION, "E0ORG"),
        ("T0NORTH", {}, ""),
    ],
)
def test_a_token_fits_its_workspace_its_organisation_and_where_that_is_wide_all_its_workspaces(
    wanted: str, identity: dict[str, object], other: str
) -> None:
    assert find_other_team(wanted, identity) == other
