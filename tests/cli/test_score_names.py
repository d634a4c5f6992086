"""`earshot score` of posts about brands of all kinds of names, as an operator would try their own."""

import json

import pytest

from tests.cli.shell import Shell
from tests.cli.test_score import answers, line


def listen_for(shell: Shell, name: str, *more: str) -> None:
    terms = json.dumps(name, ensure_ascii=False)
    shell.playbook(**{'terms = ["northwind"]': "\n".join([f"terms = [{terms}]", *more])})
    text = (shell.folder / "playbook.toml").read_text("utf-8")
    routes = '[[routes]]\nwhen = { intent = ["question", "complaint"] }\nto = "care"\n\n[[routes]]\nto = "nobody"\n'
    shell.write("playbook.toml", text[: text.index("[[routes]]")] + routes)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Macy's", "Macy's was closed when we came"),
        ("無印良品", "無印良品の店員"),
        ("Škoda", "my skoda broke down"),
        ("Café Zoé", "we sat in cafe zoe for hours"),
        ("H&M", "H&amp;M sold me a torn shirt"),
    ],
)
def test_a_post_that_names_the_brand_as_people_write_it_is_about_the_brand(shell: Shell, name: str, text: str) -> None:
    listen_for(shell, name)
    shell.write("in.jsonl", line(1, text))
    assert [said["subject"] for said in answers(shell.run_in_process("score", "in.jsonl").stdout)] == ["Northwind"]


def test_a_term_that_no_post_could_be_searched_for_is_refused_in_a_sentence(shell: Shell) -> None:
    listen_for(shell, "!!!")
    shell.write("in.jsonl", line(1))
    result = shell.run_in_process("score", "in.jsonl")
    assert result.exit_code == 1
    assert "'!!!' has no letter, digit or emoji, so no post can match it" in result.stderr


def test_what_only_looks_like_the_brand_is_nobodys_and_says_why(shell: Shell) -> None:
    listen_for(shell, "northwind", 'exclude = ["northwind database"]')
    lines = [line(1, "how do I get the northwind database as csv?"), line(2, "northwind, how do I get a csv?")]
    shell.write("in.jsonl", "".join(lines))
    theirs, ours = answers(shell.run_in_process("score", "in.jsonl").stdout)
    assert (theirs["subject"], theirs["department"]) == ("", None)
    assert "not Northwind: 'northwind database'" in theirs["because"]
    assert (ours["subject"], ours["department"]) == ("Northwind", "care")


@pytest.mark.parametrize("name", ["Happy Socks", "Best Buy", "Delight", "Hope"])
def test_a_shop_that_is_closed_is_no_good_news_whatever_its_name(shell: Shell, name: str) -> None:
    listen_for(shell, name)
    shell.write("in.jsonl", line(1, f"{name} is closed on Monday"))
    [said] = answers(shell.run_in_process("score", "in.jsonl").stdout)
    assert (said["subject"], said["sentiment"] == "positive") == ("Northwind", False)
