"""Where in the file a fault is, and what is said of a file that cannot be read at all."""

from pathlib import Path

import pytest

from bot.config import PlaybookError, PlaybookFault, load_playbook, parse_playbook


def faults(text: str) -> list[PlaybookFault]:
    with pytest.raises(PlaybookError) as refused:
        parse_playbook(text)
    return list(refused.value.faults)


LINES = """# 1
[brand]
name = "N"
managers = ["U0MIA"]
voice = '''
[[routes]]
to = "sale"
'''
[[departments]]
name = "care"
"channel" = "C0CARE"
hours = [
  "Mon-Fri 08:00-20:00",
  "never",
]
[[routes]]
when.intent = "nead"
to = "care"
[[routes]]
to = "nobdy"
"""


def test_a_fault_knows_its_line_and_is_not_misled_by_what_stands_in_a_text() -> None:
    assert [(fault.line, fault.place) for fault in faults(LINES)] == [
        (12, "departments[1].hours[2]"),
        (17, "routes[1].when.intent"),
        (20, "routes[2].to"),
    ]


def test_a_fault_reads_as_a_sentence_with_the_file_in_front() -> None:
    with pytest.raises(PlaybookError) as refused:
        parse_playbook(LINES, "playbook.toml")

    assert str(refused.value).splitlines()[-1] == (
        "playbook.toml: line 20, routes[2].to: 'nobdy' is not a department. Did you mean 'nobody'?"
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[brand]\nname = Northwind", 2, "column 8: this is not TOML: Invalid value"),
        ("[brand]\n[brand]", 2, "column 7: this is not TOML: Cannot declare"),
        ('[brand]\nname = "N', 2, "this is not TOML"),
        ("[[routes]\n", 1, "column 9: this is not TOML: Expected ']]'"),
        ("a = [1,\n\n", 2, "this is not TOML, at the end"),
    ],
)
def test_what_is_not_toml_is_reported_with_line_and_column(text: str, line: int, said: str) -> None:
    (fault,) = faults(text)

    assert fault.line == line
    assert said in str(fault)


def test_a_file_that_is_not_there_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=r"none\.toml: there is no such file\. To start one: earshot playbook"):
        load_playbook(tmp_path / "none.toml")


def test_a_directory_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=r"this is a directory\. Name the file in it"):
        load_playbook(tmp_path)


def test_a_file_that_is_not_utf_8_is_reported_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes("# Café".encode("latin-1"))

    with pytest.raises(PlaybookError, match=r"this is not UTF-8 \(byte 6\)\. Save it as UTF-8"):
        load_playbook(file)


def test_a_path_through_a_file_is_reported_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(PlaybookError, match="this file cannot be read: "):
        load_playbook(tmp_path / "file" / "playbook.toml")
