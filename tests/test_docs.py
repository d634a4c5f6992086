"""The docs name what there is, and nothing that is not. What there is, is asked of the code itself."""

import ast
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
from bot.app import WORKERS
from bot.cards import action_ids
from bot.cards import case as card
from bot.cards.case_buttons import BUTTONS
from bot.cli import app
from bot.config.field_types import PlaybookTable
from bot.config.loader import parse_playbook
from bot.config.schema import FileTable
from bot.config.settings import build_hook_variable
from bot.config.settings_loader import NAMES, SECRETS
from bot.detectors.label_dimensions import DIMENSIONS
from bot.sources.catalogue import CATALOGUE, EXAMPLES, MODELS
from bot.store import keys
from bot.store.store import Store
from bot.web import RouteDependencies, build_web_app
from bot.web.ack_routes import AckRoutes
from bot.web.health_endpoints import BrandHealth
from bot.web.metrics_endpoint import render_metrics
from bot.web.twilio_gather import TwilioGather
from handlers.commands import COMMANDS
from handlers.manifest import OPTIONAL, SCOPES, SHORTCUTS
from tests.cards import samples
from tests.clock import SteppedClock
from tests.run.process import SECRET, run_earshot

ROOT = Path(__file__).parents[1]
PLAYBOOK = "\n".join([(ROOT / "playbook.example.toml").read_text("utf-8"), *EXAMPLES])
"""As `earshot playbook` prints it: with the examples that sources declare in their own files."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
HISTORY = ("CHANGELOG.md", "docs/decisions/")
"""What they say was true on its day: their links must lead somewhere, their commands and files may be gone."""
DOCS = sorted(
    file.relative_to(ROOT).as_posix()
    for file in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part == "node_modules" for part in file.relative_to(ROOT).parts)
)
CURRENT = [doc for doc in DOCS if not doc.startswith(HISTORY)]
WORD_LIMITS = {"README.md": 900, "bot/README.md": 600}
THE_READERS = {
    *(".env", "playbook.toml", "day.jsonl", "corrections.jsonl", "tokenizer.json", "bot/utils.py"),
    *("bot/sources/board.py", "tests/sources/test_board.py"),
}
"""Which a reader makes, or must not."""
OF_LIBRARIES = {"add_get", "json_response", "make_url", "raise_for_status"}
"""What the examples in the docs call and nobody here defines."""


@cache
def text_of(doc: str) -> str:
    return (ROOT / doc).read_text("utf-8")


def prose_of(doc: str) -> str:
    """The page without its code blocks."""
    return re.sub(r"^ *```.*?^ *```", "", text_of(doc), flags=re.MULTILINE | re.DOTALL)


def code_blocks(doc: str, language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", text_of(doc), re.MULTILINE | re.DOTALL)


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
    paging = AckRoutes(nobody, SteppedClock(), twilio_gather=TwilioGather(nobody, nobody))
    served = build_web_app(
        RouteDependencies(
            cast("Store", None),
            SteppedClock(),
            dict,
            slack=slack,
            calendar_links=cast("Any", object()),
            ack_routes=paging,
        )
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
            yield under, field.alias or key


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, PlaybookTable):
        yield annotation
    elif get_origin(annotation) in {tuple, Annotated, UnionType}:
        for inner in get_args(annotation):
            yield from _models(inner)


def dependencies() -> set[str]:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    return {re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in wanted} - {project["name"]}


def labels() -> set[str]:
    """The words on the buttons of a card, whatever its status; one with a file of its own is explained there."""
    cases = (
        samples.build_new_case(),
        samples.build_claimed_case(),
        samples.build_resolved_case(joined=samples.build_joined_mention(1)),
    )
    actions = [card.render_case_actions(case) for case in cases]
    menus = [one["options"] for one in samples.objects(actions) if one.get("type") == "overflow"]
    drawn = {*samples.labels(actions), *(option["text"]["text"] for options in menus for option in options)}
    return drawn - {button.label for button in card.CASE_BUTTONS if button not in BUTTONS}


def phrases() -> list[tuple[str, str]]:
    """Each page of the guide with what it must name, as it names it."""
    periods = [
        f"`{action_ids.SENTIMENT} {word}`" for word in ("today", "yesterday", "week", "last week", "since friday 18:00")
    ]
    shortcuts = [f"*{label}*" for label, _ in SHORTCUTS.values()]
    tables = [f"[{table}]" for table in FileTable.model_fields if table != "sources"]
    sources = [f"`[sources.{name}" for name, kind in CATALOGUE.items() if not kind.example]
    slash = {action_ids.SENTIMENT: "reports", action_ids.ONCALL: "on-call", action_ids.CRISIS: "crisis"}
    wanted = {
        "docs/guide/reports.md": periods,
        "docs/guide/cards.md": [*(f"| *{label}* |" for label in sorted(labels())), *shortcuts],
        "docs/guide/playbook.md": [*sources, *tables],
        "docs/guide/sources.md": sources,
        "docs/guide/deployment.md": [f"| `{word}` |" for word in WORKERS],
        "docs/quickstart.md": [f"| `{word}` |" for word in (*SCOPES, *OPTIONAL)],
    }
    words = [
        (page, f"`{command} {word}`")
        for command, page in slash.items()
        for word in COMMANDS[command].usage_hint.split(" | ")
    ]
    return [(page, one) for page, some in wanted.items() for one in some] + [
        (f"docs/guide/{page}.md", phrase) for page, phrase in words
    ]


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
    return [line.strip() for block in code_blocks(doc, "sh") for line in block.splitlines() if line.strip()]


def typed_commands() -> list[tuple[str, str]]:
    """Every `earshot …`, `make …` and `docker compose …` of the docs, in a block or within a sentence."""
    ours = re.compile(r"(earshot|make|docker compose) ")
    found = [
        (doc, line)
        for doc in CURRENT
        for line in (*re.findall(r"`([^`\n]+)`", prose_of(doc)), *shell_lines(doc))
        if ours.match(line)
    ]
    return list(dict.fromkeys(found))


def links(doc: str) -> list[str]:
    """Where its relative links and its pictures lead."""
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(doc)) if not re.match(r"\w+:", target)]


def anchors(doc: str) -> set[str]:
    """What GitHub makes of its headings."""
    headings = re.findall(r"^#+ (.+)$", prose_of(doc), re.MULTILINE)
    bare = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in bare}


def files_named(doc: str) -> set[str]:
    return set(re.findall(r"`([\w.-]+(?:/[\w.-]+)*(?:/|\.(?:py|toml|md|lua|ya?ml|jsonl|example)))`", text_of(doc)))


def toml_keys(table: dict[str, Any], under: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        inside = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
        if inside and (under, key) not in playbook_keys():
            for one in inside:
                yield from toml_keys(one, re.sub(r"^(sources\.\w+)\..*", r"\1", f"{under}.{key}".strip(".")))
        else:
            yield under, key


@pytest.mark.parametrize("doc", CURRENT)
def test_no_setting_is_named_that_is_none(doc: str) -> None:
    written = re.findall(r"\b(?:EARSHOT|SLACK|REDIS|X)_[A-Z_]+[A-Z]\b(?!_)", prose_of(doc))
    named = {name.removesuffix("__NORTHWIND") for name in written}

    sources = {f"EARSHOT_SOURCE_{name.upper()}_SECRET" for name in ("board", *CATALOGUE)}
    secrets = {*SECRETS, build_hook_variable("forum"), *sources}
    assert named <= {*NAMES, *secrets, *(f"{name}_FILE" for name in secrets)}


@pytest.mark.parametrize("name", commands())
def test_every_command_is_in_the_guide(name: str) -> None:
    assert re.search(rf"^\| `earshot {name}\b", text_of("docs/guide/commands.md"), re.MULTILINE)


@pytest.mark.parametrize(("doc", "line"), typed_commands())
def test_every_command_of_the_docs_can_be_typed(doc: str, line: str) -> None:
    first, *words = shlex.split(line, comments=True)
    words = words[: next((n for n, word in enumerate(words) if word in {"|", ">", "&&"}), len(words))]
    if first == "docker":
        words = words[words.index("earshot") + 1 :] if words[:2] == ["compose", "run"] else []
    if first == "make":
        targets = [word for word in words if "=" not in word]
        assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets)
    elif words and words not in (["…"], ["--version"], ["--help"]):
        name = next((name for name in (" ".join(words[:2]), words[0]) if name in commands()), "")
        assert name, f"there is no command {line!r}"
        assert {word for word in words if word.startswith("--")} <= options(commands()[name])


def test_every_option_beside_a_command_is_one_of_its_options() -> None:
    guide = text_of("docs/guide/commands.md")
    for name, row in re.findall(r"^\| `earshot ([a-z ]+?)(?: [A-Z]+)?` \| (.*) \|$", guide, re.MULTILINE):
        assert set(re.findall(r"`(--[a-z-]+)", row)) <= options(commands()[name]), name


@pytest.mark.parametrize(("page", "phrase"), phrases())
def test_the_guide_names(page: str, phrase: str) -> None:
    assert phrase in text_of(page)


@pytest.mark.parametrize(("doc", "most"), WORD_LIMITS.items())
def test_a_page_to_begin_with_is_short(doc: str, most: int) -> None:
    assert len(text_of(doc).split()) <= most


@pytest.mark.parametrize("doc", DOCS)
def test_every_link_leads_somewhere(doc: str) -> None:
    broken = []
    for link in links(doc):
        path, _, anchor = link.partition("#")
        there = ((ROOT / doc).parent / path).resolve() if path else ROOT / doc
        if not there.exists() or (anchor and anchor not in anchors(there.relative_to(ROOT).as_posix())):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("doc", [doc for doc in DOCS if doc.startswith(("docs/guide/", "docs/develop/"))])
def test_a_page_begins_with_what_its_reader_can_do_and_is_in_the_index(doc: str) -> None:
    assert re.match(r"# .+\n\nAfter this page you ", text_of(doc))
    assert f"]({doc.removeprefix('docs/')})" in text_of("docs/README.md")


@pytest.mark.parametrize("doc", [doc for doc in DOCS if re.match(r"docs/decisions/\d", doc)])
def test_every_decision_has_its_parts_its_status_and_a_row_in_the_index(doc: str) -> None:
    """The index repeats title, date and status, so that nobody has to open a record to see whether it still holds."""
    record = re.match(r"# (\d+)\. (.+)\n\n(\d{4}-\d\d-\d\d) · (accepted|superseded by \[(\d+)\])", text_of(doc))
    assert record, "number and title, then date and status"
    number, title, date, status, successor = record.groups()
    status = f"superseded by {successor}" if successor else status

    assert re.findall(r"^## (.+)$", text_of(doc), re.MULTILINE) == ["Context", "Options", "Outcome", "Consequences"]
    assert Path(doc).name.startswith(f"{int(number):04}-")
    assert f"| {number} | [{title}]({Path(doc).name}) | {date} | {status} |" in text_of("docs/decisions/README.md")


def test_every_word_of_the_glossary_is_explained_once() -> None:
    words = re.findall(r"^\| ([a-z][a-z0-9 -]*) \| (?!meaning |where )", text_of("docs/glossary.md"), re.MULTILINE)

    assert words
    assert [word for word in words if words.count(word) > 1] == []


@pytest.mark.parametrize("doc", [doc for doc in DOCS if doc.startswith(("README", "docs/quickstart", "docs/guide/"))])
def test_what_users_read_uses_the_words_of_the_field(doc: str) -> None:
    ours = r"\b(hears?|heard|hearing|whoever|anew|rungs?|ladders?|vigil|unwell|pleas?|beside|she|hers?)\b"

    assert re.findall(ours, prose_of(doc), re.IGNORECASE) == []


@pytest.mark.parametrize("doc", CURRENT)
def test_every_piece_of_a_playbook_in_the_docs_can_be_loaded(doc: str) -> None:
    for block in code_blocks(doc, "toml"):
        assert set(toml_keys(tomllib.loads(block))) <= playbook_keys()
        if "[brand]" in block:
            parse_playbook(block, doc, sources=MODELS, dimensions=DIMENSIONS)


def test_every_key_of_the_playbook_is_in_the_example_and_no_other() -> None:
    assert explained_keys() == playbook_keys()
    assert all(re.search(rf"^(# )?\[sources\.{kind}(\.\w+)?\]$", PLAYBOOK, re.MULTILINE) for kind in MODELS)


def test_every_path_is_in_the_guide_and_no_other() -> None:
    guide = text_of("docs/guide/endpoints.md")

    assert set(re.findall(r"^\| `(?:GET|POST) ([^`]+)` \|", guide, re.MULTILINE)) == paths()


async def test_every_metric_is_in_the_guide_and_no_other(store: Store) -> None:
    text, _ = await render_metrics({"": BrandHealth(store, departments=("care",))}, datetime.now(UTC))

    scraped = set(re.findall(r"^# HELP (earshot_\w+)", text.decode(), re.MULTILINE))

    assert set(re.findall(r"`(earshot_\w+)`", text_of("docs/guide/endpoints.md"))) == scraped


def test_every_dependency_has_its_reason_and_no_other() -> None:
    page = text_of("docs/develop/dependencies.md")

    assert set(re.findall(r"^\| `([^`]+)` \| \w", page, re.MULTILINE)) == dependencies()


def test_every_package_is_in_the_layout() -> None:
    page = text_of("docs/develop/layout.md")
    here = Path(bot.__file__).parent
    folders = [f"bot/{entry.name}/" for entry in here.iterdir() if (entry / "__init__.py").exists()]
    modules = [f"bot/{entry.name}" for entry in here.glob("*.py") if entry.name != "__init__.py"]

    assert [part for part in (*folders, *modules, "handlers/") if f"| `{part}` |" not in page] == []


def test_every_folder_of_tests_is_in_the_docs() -> None:
    page = text_of("docs/develop/testing.md")
    folders = [f"tests/{entry.name}/" for entry in (ROOT / "tests").iterdir() if (entry / "__init__.py").exists()]

    assert [folder for folder in folders if f"| `{folder}`" not in page] == []


def test_the_layers_are_those_of_the_contract() -> None:
    [contract] = [
        one for one in PROJECT["tool"]["importlinter"]["contracts"] if one["name"].startswith("Imports run one way")
    ]
    written = " → ".join(layer.replace("bot.", "") for layer in contract["layers"])

    assert written in re.sub(r"\s+", " ", text_of("docs/develop/layout.md"))


def test_every_key_in_redis_is_in_the_docs_with_its_bound_and_no_other() -> None:
    page, code = text_of("docs/develop/keys.md"), Path(keys.__file__).read_text("utf-8")
    rows = re.findall(r"^\| (`.+?) \| [a-z ]+ \|", page, re.MULTILINE)

    assert set(re.findall(r"`(\w+)", "\n".join(rows))) == set(re.findall(r'self\.root(?: \+ "|\})(\w+)', code))
    assert [name for name in re.findall(r"`([A-Z]+_[A-Z_]+)`", page) if name in NAMES or hasattr(keys, name)] == (
        re.findall(r"`([A-Z]+_[A-Z_]+)`", page)
    )


@cache
def definitions() -> dict[str, set[str]]:
    """Each class and function of the code and the tests; of a class with its members, and those of its bases."""
    found, bases = dict[str, set[str]](), dict[str, list[str]]()
    for file in chain.from_iterable((ROOT / top).rglob("*.py") for top in ("bot", "handlers", "tests")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, set()).update(_names_in(node))
                bases[node.name] = [name for base in node.bases for name in re.findall(r"\w+", ast.unparse(base))]
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.setdefault(node.name, set())
    for name, above in bases.items():
        found[name].update(*(found.get(base, set()) for base in above))
    return found


def _names_in(node: ast.ClassDef) -> set[str]:
    """Its fields and methods, and what these put on `self`."""
    names = {one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    names |= {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    assigned = [one for one in node.body if isinstance(one, ast.Assign | ast.AnnAssign)]
    return names | {one.id for line in assigned for one in ast.walk(line) if isinstance(one, ast.Name)}


@pytest.mark.parametrize("doc", [doc for doc in CURRENT if doc.endswith("README.md") or "/develop/" in doc])
def test_every_class_and_function_that_is_named_is_there(doc: str) -> None:
    known = definitions()
    prose = prose_of(doc) if doc != "docs/develop/library-seams.md" else ""  # which names what is of libraries
    owned = re.findall(r"`([A-Z]\w+)\.(\w+)", prose)
    called = set(re.findall(r"`(?:\w+\.)*(\w+)\([^`]*\)`", prose))
    code = "\n".join(code_blocks(doc, "python"))
    called |= set(re.findall(r"\b(\w*[a-z]_\w+)\(", code)) - OF_LIBRARIES
    made_here = set(re.findall(r"(?:def|class) (\w+)", code))

    assert [f"{owner}.{name}" for owner, name in owned if name not in known.get(owner, ())] == []
    assert called - made_here - known.keys() == set()


@pytest.mark.parametrize("doc", CURRENT)
def test_every_import_of_the_examples_is_there(doc: str) -> None:
    code = "\n".join(code_blocks(doc, "python"))
    missing = []
    for module, names in re.findall(r"^from ((?:bot|handlers|tests)[\w.]*) import (.+)$", code, re.MULTILINE):
        path = module.replace(".", "/")
        if f"{path}.py" not in THE_READERS:
            file = next(file for file in (ROOT / f"{path}.py", ROOT / path / "__init__.py") if file.exists())
            known = file.read_text("utf-8") + code
            missing += [name for name in names.split(", ") if not re.search(rf"(?<!import )\b{name}\b", known)]

    assert missing == []


@pytest.mark.parametrize("doc", CURRENT)
def test_every_file_that_is_named_is_there(doc: str) -> None:
    places = (ROOT, (ROOT / doc).parent)

    assert {
        name
        for name in files_named(doc) - THE_READERS
        if not any((place / name).exists() for place in (*places, ROOT / "bot"))
    } == set()


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="the example is typed into a shell")
async def test_the_example_of_the_webhook_is_taken(tmp_path: Path) -> None:
    script = "\n".join(line for line in shell_lines("docs/guide/sources.md") if re.match(r"\w+=|curl ", line))
    async with run_earshot(tmp_path, socket_mode=False) as earshot:
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
