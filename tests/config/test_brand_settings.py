"""A secret belongs to one brand, and each brand has an id and a workspace of its own."""

from pathlib import Path

import pytest

from bot.config import parse_playbook
from bot.config.brand_settings import format_brand_fault, sort_variables
from bot.config.playbook_errors import PlaybookError
from bot.config.playbook_folder import check_playbooks, list_playbooks

RULES = '[[departments]]\nname = "care"\nchannel = "C0CARE"\ndeputies = ["U0ANA"]\n[[routes]]\nwhen = {}\nto = "care"\n'


def test_a_variable_that_ends_with_a_brand_is_for_this_brand_alone() -> None:
    found = sort_variables(
        {"SLACK_BOT_TOKEN__NORTHWIND_AIR": "a", "X_BEARER_TOKEN_FILE__FABRIKAM": "/b", "REDIS_URL": "c", "PATH": "d"},
        ["northwind-air", "fabrikam"],
    )

    assert not found.faults
    assert found.shared == {"REDIS_URL": "c", "PATH": "d"}
    assert found.by_brand["northwind-air"] == found.shared | {"SLACK_BOT_TOKEN": "a"}
    assert found.by_brand["fabrikam"] == found.shared | {"X_BEARER_TOKEN_FILE": "/b"}


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("SLACK_BOT_TOKEN", "names no brand. With several playbooks, write SLACK_BOT_TOKEN__NORTHWIND"),
        ("EARSHOT_HOOK_FORUM_SECRET_FILE", "write EARSHOT_HOOK_FORUM_SECRET_FILE__NORTHWIND"),
        ("SLACK_BOT_TOKEN__NORTWIND", "no playbook has the id 'nortwind' under [brand]. Did you mean NORTHWIND?"),
    ],
)
def test_a_secret_of_no_brand_is_refused_and_never_shown(variable: str, said: str) -> None:
    [fault] = sort_variables({variable: "xoxb-secret"}, ["northwind"]).faults

    assert said in fault.sentence
    assert "xoxb" not in str(fault)


def test_a_sentence_about_a_secret_names_the_variable_of_the_brand() -> None:
    assert (
        format_brand_fault("SLACK_BOT_TOKEN: is not set: none", "my-air") == "SLACK_BOT_TOKEN__MY_AIR: is not set: none"
    )
    for shared in ("SLACK_APP_TOKEN: is not set", "sources.x: X cannot be reached", "Redis is away"):
        assert format_brand_fault(shared, "my-air") == shared


def test_an_id_or_a_workspace_that_two_playbooks_share_is_refused_with_both_files() -> None:
    same = parse_playbook(f'[brand]\nname = "A"\nid = "a"\nteam = "T0ONE"\n{RULES}')
    bare = parse_playbook(f'[brand]\nname = "B"\n{RULES}')

    found = [str(one) for one in check_playbooks({Path("1.toml"): same, Path("2.toml"): same, Path("3.toml"): bare})]

    assert [one.partition(",")[0] for one in found[:2]] == [
        "2.toml: brand.id: 'a' is that of 1.toml",
        "2.toml: brand.team: 'T0ONE' is that of 1.toml",
    ]
    assert [one.partition(".")[2][:26] for one in found[2:]] == [
        "toml: brand.id: is not set",
        "toml: brand.team: is not s",
    ]


def test_a_folder_without_a_playbook_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="there is no playbook in it"):
        list_playbooks(tmp_path)
    with pytest.raises(PlaybookError, match="cannot be read"):
        list_playbooks(tmp_path / "missing")
