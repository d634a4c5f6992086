"""What people read is plain English: short, active, in the present tense, in the words of the trade."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from bot.cli import COMMANDS

ROOT = Path(__file__).parents[1]

AREAS = ("bot", "handlers")
"""Where strings are that somebody reads: in Slack, in a terminal, in a browser, in a log."""
EXAMPLES = ("playbook.example.toml", ".env.example", "Makefile")
DATA = (
    *("bot/detectors/lexicons/", "bot/detectors/text/", "bot/detectors/model/", "bot/domain/spikes/topic_words.py"),
    *("bot/benchmarks/hostile_texts.py", "bot/calendars/title_roles.py", "bot/domain/campaigns/annoyance.py"),
)
"""Words of posts and calendars that are looked for: data, and shown to nobody."""

DIALECT = re.compile(
    r"""\b(?:
    hears?|heard|hearing|said|ears?|unwell|whoever|whomever|the\ books|owed|owes|beside|anew|lest|whence|
    mend(?:s|ed|ing)?|is\ well|all\ is\ well|(?<!there\ )(?:is|are|was|were)\ no(?=\ )(?!\ (?:longer|more\b))|
    she|her|hers|him|his
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words of the first releases, which read as translated, and "is no mention" for "is not a mention"."""
HEADERS = re.compile(r"default-src|filename=|charset=|import sys;")
"""Values of HTTP headers and the code of a child process, which nobody reads."""
PROMISED = frozenset({"heard"})
"""Names that others rely on and that contain such a word: JSON keys, labels of metrics, names of settings."""
WORDS_MOST = 20
"""In one sentence of a card."""


class Text(NamedTuple):
    """Something that is shown, and where it is written."""

    words: str
    place: str

    def __str__(self) -> str:
        return f"{self.place}: {self.words}"


def _list_files(*endings: str) -> Iterator[Path]:
    for area in AREAS:
        for path in sorted((ROOT / area).rglob("*")):
            if path.suffix in endings and not path.relative_to(ROOT).as_posix().startswith(DATA):
                yield path


# ---------------------------------------------------------------- Python


def _read_python(path: Path) -> Iterator[Text]:
    """Strings that are shown: not docstrings, unless a command prints them as its help, nor patterns."""
    place = path.relative_to(ROOT).as_posix()
    yield from (
        Text(words, f"{place}:{line}") for line, words in _find_strings(ast.parse(path.read_text("utf-8")), place)
    )


def _find_strings(tree: ast.AST, place: str) -> Iterator[tuple[int, str]]:
    for node in _walk_shown(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, _join_parts(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.FunctionDef) and _is_command(node, place):
            yield node.lineno, ast.get_docstring(node) or ""


def _walk_shown(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        if isinstance(child, ast.Call) and ast.unparse(child.func).startswith("re."):
            continue
        yield child
        if isinstance(child, ast.JoinedStr):
            for part in child.values:
                if isinstance(part, ast.FormattedValue):
                    yield from _walk_shown(ast.Expression(part.value))
        else:
            yield from _walk_shown(child)


def _join_parts(node: ast.JoinedStr) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "_" for part in node.values)


def _is_command(node: ast.FunctionDef, place: str) -> bool:
    """Whether its docstring is the help of a command."""
    if not place.startswith("bot/cli/"):
        return False
    named = place.removesuffix(".py").replace("/", ".") + ":" + node.name
    return named in COMMANDS.values() or any("command" in ast.unparse(one) for one in node.decorator_list)


# ---------------------------------------------------------------- pages


class _PageReader(HTMLParser):
    """The text of a page, and the attributes that are shown or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style"}
        shown = ("aria-label", "title", "placeholder", "alt", "content")
        self.found += [(self.getpos()[0], value) for name, value in attrs if name in shown and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append((self.getpos()[0], " ".join(data.split())))


def _read_page(path: Path) -> Iterator[Text]:
    reader = _PageReader()
    reader.feed(path.read_text("utf-8"))
    place = path.relative_to(ROOT).as_posix()
    yield from (Text(words, f"{place}:{line}") for line, words in reader.found)


_SCRIPT = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<pattern>(?<=[(\s])/(?=\S)(?:\[(?:\\.|[^\]\\])*\]|\\.|[^/\\\n])+/)"""
    r"""|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)""",
    re.DOTALL,
)


def _read_script(path: Path) -> Iterator[Text]:
    """Strings of a script, with "_" for what is put into them."""
    source, place = path.read_text("utf-8"), path.relative_to(ROOT).as_posix()
    for found in _SCRIPT.finditer(source):
        if found["text"]:
            line = source.count("\n", 0, found.start()) + 1
            yield Text(re.sub(r"\$\{[^}]*\}", "_", found["text"][1:-1]), f"{place}:{line}")


# ---------------------------------------------------------------- documents


def _list_documents() -> list[Path]:
    folders = ((ROOT / "docs").glob("*.md"), (ROOT / "docs" / "guide").glob("*.md"))
    return [ROOT / "README.md", *(path for folder in folders for path in sorted(folder) if path.name != "glossary.md")]


def _list_developer_documents() -> list[Path]:
    """Pages for those who change Earshot, and the changelog: their sentences may be long, in the same words."""
    names = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "bot/README.md", "handlers/README.md")
    return [*(ROOT / name for name in names), *sorted((ROOT / "docs" / "develop").glob("*.md"))]


def _read_document(path: Path) -> Iterator[Text]:
    """Its lines without code, and what links lead to."""
    place, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
    text = re.sub(r"^ *```.*?^ *```", lambda block: "\n" * block[0].count("\n"), text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "_", text)
    text = re.sub(r"\]\([^)\n]*\)", "]", text)
    yield from (Text(line, f"{place}:{number}") for number, line in enumerate(text.splitlines(), 1) if line.strip())


def _read_comments(path: Path) -> Iterator[Text]:
    """Comments of an example, in which a person reads what a key does, and what a Makefile says of its targets."""
    place = path.relative_to(ROOT).as_posix()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        found = re.search(r"(?:^|\s)#+ (?P<words>.*)", line)
        if found and not re.match(r"""[\w."-]+ = |\[""", found["words"]):
            yield Text(re.sub(r"`[^`\n]*`|\"[^\"\n]*\"", "_", found["words"]), f"{place}:{number}")


@cache
def _read_all() -> tuple[Text, ...]:
    """Everything that is shown."""
    readers = {".py": _read_python, ".js": _read_script, ".html": _read_page}
    code = (text for path in _list_files(*readers) for text in readers[path.suffix](path))
    documents = (text for path in _list_documents() for text in _read_document(path))
    examples = (text for name in EXAMPLES for text in _read_comments(ROOT / name))
    return (*filter(_has_words, code), *documents, *examples)


def _has_words(text: Text) -> bool:
    """Whether it is text for people: two words or more, or one with a capital letter."""
    words = text.words.strip()
    return bool(re.search(r"[A-Za-z]{2}[^\n]* [^\n]*[a-z]{2}", words) or re.fullmatch(r"[A-Z][a-z]+[….]?", words))


def _split_sentences(text: str) -> list[str]:
    return re.split(r"[.!?:](?=\s|$)|\n", text)


def _report(found: Iterable[Text]) -> str:
    return "\n".join(map(str, found))


def test_nothing_that_is_shown_is_in_the_dialect_of_the_first_releases() -> None:
    wrong = [text for text in _read_all() if text.words not in PROMISED and DIALECT.search(text.words)]
    assert not wrong, _report(wrong)


def test_no_page_for_developers_is_in_that_dialect() -> None:
    texts = (text for path in _list_developer_documents() for text in _read_document(path))
    wrong = [text for text in texts if DIALECT.search(text.words)]
    assert not wrong, _report(wrong)


def test_nothing_that_is_shown_has_a_semicolon() -> None:
    """Two sentences are easier to read than one with two halves."""
    shown = [text for text in _read_all() if not HEADERS.search(text.words)]
    wrong = [text for text in shown if re.search(r";(?:\s|$)", re.sub(r"&#?\w+;", "", text.words))]
    assert not wrong, _report(wrong)


def test_a_sentence_of_a_card_has_at_most_twenty_words() -> None:
    cards = [text for text in _read_all() if text.place.startswith("bot/cards/")]
    wrong = [text for text in cards if any(len(one.split()) > WORDS_MOST for one in _split_sentences(text.words))]
    assert not wrong, _report(wrong)
