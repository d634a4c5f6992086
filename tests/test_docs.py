"""The docs name what there is, and nothing that is not. What there is, is asked of the code itself."""

import asyncio
import os
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, cast, get_args, get_origin

import pytest
import typer
from pydantic import BaseModel
from starlette.routing import Route

import bot
from bot.assembly import WORKERS
from bot.cards import buttons
from bot.cards import case as card
from bot.cli import app
from bot.domain.spans import Period
from bot.playbook.parts import Table
from bot.playbook.tables import FileTable
from bot.settings import NAMES, SECRETS, hook_variable
from bot.sources.catalogue import MODELS
from bot.store.opening import Store
from bot.web import Site, site
from bot.web.metrics import scrape
from bot.web.paging import Paging
from bot.web.pressing import Pressing
from handlers.manifest import COMMANDS, SCOPES, SHORTCUTS
from tests.cards import samples
from tests.clock import WoundClock
from tests.run.process import SECRET, running

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
HOUSE = (ROOT / "bot" / "README.md").read_text("utf-8")
PLAYBOOK = (ROOT / "playbook.example.toml").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
DOCS = ("README.md", "CHANGELOG.md", "bot/README.md", "handlers/README.md", "bot/sandbox/README.md")
THE_READERS = {".env", "playbook.toml", "bot/utils.py"}  # which a reader makes, or must not


@cache
def commands() -> dict[str, Any]:
    """Each subcommand as a person types it, with what parses it."""
    return dict(_below("", typer.main.get_command(app)))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Asked of the library, since a command may be imported only when it is named."""
    words = command.list_commands(None) if hasattr(command, "list_commands") else []
    for word in words:
        yield from _below(f"{name} {word}".strip(), command.get_command(None, word))
    if not words:
        yield name, command


def options(command: Any) -> set[str]:
    return {
        "--help",
        *(name for option in command.params for name in (*option.opts, *option.secondary_opts) if name[:2] == "--"),
    }


def paths() -> set[str]:
    async def slack(_: Any) -> Any: ...

    nobody = cast("Any", None)
    paging = Paging(nobody, WoundClock(), pressing=Pressing(nobody, nobody))
    served = site(
        Site(cast("Store", None), WoundClock(), dict, slack=slack, feeds=cast("Any", object()), paging=paging)
    )
    return {route.path.replace("{", "<").replace("}", ">") for route in served.routes if isinstance(route, Route)}


def playbook_keys() -> set[tuple[str, str]]:
    """Each table with each of its keys, as `("departments", "channel")`."""
    found = set(_keys(FileTable))
    return found | {(f"sources.{kind}", key) for kind, model in MODELS.items() for key in model.model_fields}


def _keys(model: type[BaseModel], under: str = "") -> Iterator[tuple[str, str]]:
    """Tables stand in tables: a key that is one of them is named by its own header."""
    for key, field in model.model_fields.items():
        inside = list(_models(field.annotation))
        for table in inside:
            yield from _keys(table, f"{under}.{key}".strip("."))
        if under and not inside:
            yield under, key


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
    elif get_origin(annotation) in {tuple, Annotated, UnionType}:
        for inner in get_args(annotation):
            yield from _models(inner)


def dependencies() -> set[str]:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    return {re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in wanted} - {project["name"]}


def labels() -> set[str]:
    """The words on the buttons of a card, whatever its status."""
    cases = (samples.new(), samples.claimed(), samples.resolved(joined=samples.joined(1)))
    return {label for case in cases for label in samples.labels(card.row(case))}


def phrases() -> list[str]:
    """What the README must name, as it names it."""
    slash = [f"`{command} {word}`" for command, (_, hint) in COMMANDS.items() for word in hint.split(" | ")]
    slash += [f"`{buttons.SENTIMENT} {word}`" for word in Period]
    pressed = [*(f"| *{label}* |" for label in sorted(labels())), *(f"*{label}*" for label, _ in SHORTCUTS.values())]
    sources = [f"`[sources.{kind}" for kind in MODELS]
    tables = [f"[{table}]" for table in FileTable.model_fields if table != "sources"]
    return [*slash, *pressed, *sources, *tables, *(f"`{word}`" for word in (*SCOPES, *WORKERS))]


def explained_keys() -> set[tuple[str, str]]:
    """Of playbook.example.toml, with those that stand behind a # as well."""
    table, found = "", set()
    for line in PLAYBOOK.splitlines():
        said = line.removeprefix("# ")
        if header := re.fullmatch(r"\[\[?([a-z.]+)\]?\]", said):
            table = re.sub(r"^(sources\.\w+)\..*", r"\1", header[1])
        elif key := re.match(r"([a-z_]+) = ", said):
            found.add((table, key[1]))
    return found


def shell_lines(doc: str) -> list[str]:
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", doc, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def spoken() -> list[str]:
    """Every `earshot …` and `make …` of the README, in a block or within a sentence."""
    inline = re.findall(r"`((?:earshot|make|docker compose) [^`]*)`", README)
    ours = [line for line in shell_lines(README) if re.match(r"(earshot|make|docker compose)\b", line)]
    return list(dict.fromkeys([*inline, *ours]))


def files_named(doc: str) -> set[str]:
    text = (ROOT / doc).read_text("utf-8")
    linked = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    quoted = re.findall(r"`([\w.-]+(?:/[\w.-]+)*(?:/|\.(?:py|toml|md|lua|ya?ml|jsonl|example)))`", text)
    return {*linked, *quoted}


def test_no_setting_is_named_in_the_readme_that_is_none() -> None:
    named = set(re.findall(r"\b(?:EARSHOT|SLACK|REDIS|X)_[A-Z_]+[A-Z]\b", README))

    assert named <= {*NAMES, hook_variable("forum"), *(f"{name}_FILE" for name in SECRETS)}


@pytest.mark.parametrize("name", commands())
def test_every_command_is_in_the_readme(name: str) -> None:
    assert re.search(rf"^\| `earshot {name}\b", README, re.MULTILINE)


@pytest.mark.parametrize("line", spoken())
def test_every_command_of_the_readme_can_be_typed(line: str) -> None:
    first, *words = shlex.split(line, comments=True)
    if first == "docker":
        words = words[words.index("earshot") + 1 :] if "earshot" in words else []
    if first == "make":
        targets = [word for word in words if "=" not in word]
        assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets)
    elif words and words != ["…"]:
        name = next((name for name in (" ".join(words[:2]), words[0]) if name in commands()), "")
        assert name, f"there is no command {line!r}"
        assert {word for word in words if word.startswith("--")} <= options(commands()[name])


def test_every_option_beside_a_command_is_one_of_its_options() -> None:
    for name, row in re.findall(r"^\| `earshot ([a-z ]+?)(?: [A-Z]+)?` \| (.*) \|$", README, re.MULTILINE):
        assert set(re.findall(r"`(--[a-z-]+)", row)) <= options(commands()[name]), name


@pytest.mark.parametrize("phrase", phrases())
def test_the_readme_says(phrase: str) -> None:
    assert phrase in README


def test_every_key_of_the_playbook_is_in_the_example_and_no_other() -> None:
    assert explained_keys() == playbook_keys()
    assert all(re.search(rf"^(# )?\[sources\.{kind}(\.\w+)?\]$", PLAYBOOK, re.MULTILINE) for kind in MODELS)


def test_every_path_is_in_the_readme_and_no_other() -> None:
    assert set(re.findall(r"^\| `(?:GET|POST) ([^`]+)` \|", README, re.MULTILINE)) == paths()


async def test_every_metric_is_in_the_readme_and_no_other(store: Store) -> None:
    text, _ = await scrape(store, ("care",), datetime.now(UTC))

    scraped = set(re.findall(r"^# HELP (earshot_\w+)", text.decode(), re.MULTILINE))

    assert set(re.findall(r"`(earshot_\w+)`", README)) == scraped


def test_every_dependency_has_its_reason_and_no_other() -> None:
    section = HOUSE.partition("## What it is made of")[2].partition("\n## ")[0]

    assert set(re.findall(r"^\| `([^`]+)` \| \w", section, re.MULTILINE)) == dependencies()


def test_every_part_of_the_house_is_in_its_plan() -> None:
    here = Path(bot.__file__).parent
    folders = [f"bot/{entry.name}/" for entry in here.iterdir() if (entry / "__init__.py").exists()]
    modules = [f"bot/{entry.name}" for entry in here.glob("*.py") if entry.name != "__init__.py"]

    assert [part for part in (*folders, *modules, "handlers/") if f"| `{part}` |" not in HOUSE] == []


def test_every_folder_of_tests_is_in_the_plan() -> None:
    folders = [f"tests/{entry.name}/" for entry in (ROOT / "tests").iterdir() if (entry / "__init__.py").exists()]

    assert [folder for folder in folders if f"`{folder}`" not in HOUSE] == []


def test_the_layers_are_those_of_the_contract() -> None:
    [contract] = [
        one for one in PROJECT["tool"]["importlinter"]["contracts"] if one["name"].startswith("Imports run one way")
    ]
    written = " → ".join(layer.replace("bot.", "") for layer in contract["layers"])

    assert written in re.sub(r"\s+", " ", HOUSE)


@pytest.mark.parametrize("doc", DOCS)
def test_every_file_that_is_named_is_there(doc: str) -> None:
    places = (ROOT, (ROOT / doc).parent)

    assert {
        name
        for name in files_named(doc) - THE_READERS
        if not any((place / name).exists() for place in (*places, ROOT / "bot"))
    } == set()


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="the example is typed into a shell")
async def test_the_example_of_the_webhook_is_taken(tmp_path: Path) -> None:
    script = "\n".join(line for line in shell_lines(README) if re.match(r"\w+=|curl ", line))
    async with running(tmp_path, socket_mode=False) as earshot:
        environ = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "EARSHOT_HOOK_FORUM_SECRET": SECRET,
        }
        typed = script.replace("localhost:8080", f"127.0.0.1:{earshot.port}")
        process = await asyncio.create_subprocess_exec(
            "bash", "-euc", typed, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        said, _ = await process.communicate()

    assert b" 202 " in said.splitlines()[0]
    assert said.endswith(b'{"accepted":1,"new":1}')
