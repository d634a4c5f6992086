"""Names are the terms of the field: a search by an engineer of another company finds the place."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


VERBS = words_of("""
    clamp may
    abbreviate abort accept ack acknowledge acquire add admit advance aggregate allow analyze answer append apply approve archive
    ask assess assign attach attribute average backfill begin blank break bring buffer build call capture change check
    choose claim classify clear click clip close collapse collect commit compare compile complete compose compute concat
    configure confirm connect construct consume continue convert convolve copy correct count cover create decide declare
    decline decode decrement defer delete deliver deputize dequantize derive describe detect diff discard disconnect discount dismiss
    dispatch download draw drop dump edit embed emit encode end enforce enqueue ensure enter escalate escape estimate
    evaluate evict execute exit expand expire explain export extend extract fail fetch fill filter finalize find fine
    fingerprint finish fit fix flag flatten floor flush fold forbid forget format freeze generate get group grow guard
    guess hand handle hash hold import increment index inflect inherit inject insert install intern invite issue iter
    iterate join jump keep learn limit link list listen load lock log look make map mark mask match measure mend merge
    mix monitor mount move multiply mute name normalize note notify observe offer open override pack page paginate pair parse pass
    pause perform pick pin place plan play poll pool pop post postpone predict prefix prepare print probe process prune
    publish push put quantize quarantine quote raise rank re read reassign rebase receive reclaim recompute record redact
    redeem redeliver redraw refill refresh refuse register reject relabel relay release reload remind remove rename render
    renew reopen replace replay reply report request require reroute reset resize resolve respond restart restore resume
    retract retry return revise revoke rewrite round route run sample sanitize save scan schedule score search select send
    separate serialize serve set share shift shorten show shuffle shut sign skip sleep slugify snooze sort split squash start
    step stop store stream strip submit subscribe subtract suggest sum summarize swap switch sync take tally tell test
    thank
    time toggle tokenize train transition translate transmit triage trigger trim truncate try tune type undo unescape unlink
    unfold uninstall unlist unmark unmute update upload use validate verify wait wake walk warn watch weigh widen write
    """)
PREDICATES = {
    "is",
    "has",
    "can",
    "should",
    "needs",
    "contains",
    "includes",
    "exceeds",
    "matches",
    "looks",
    "ends",
    "did",
}
CONSTRUCTORS = {"from", "for", "to", "as", "with"}
"""`Mention.from_row`, `Notification.for_page`, `Report.to_json`, `Case.with_owner`."""
LISTENERS = {"on"}

PARTICIPLES = re.compile(
    r"(?:[a-z]+ed|built|bound|cut|drawn|dealt|felt|found|given|gone|heard|held|hidden|kept|known|laid|learnt|left|lent|"
    r"lost|made|meant|met|paid|said|seen|sent|shown|spent|spoken|standing|taken|taught|thought|told|understood|worn|"
    r"written|woken)$"
)
ED_BUT_NO_PARTICIPLE = {"embed", "feed", "need", "seed", "speed", "shed"}

DIALECT = words_of("""
    ear ears hearing rung rungs ladder ladders vigil vigils plea pleas summons lately doings abreast disguises
    yardstick sayings tamed matter matters rota house stage mornings holes
    """)
"""Words of our own that stood here until 0.2; the glossary says what the field calls these things."""

TEST_DIALECT = (DIALECT - {"matter", "matters", "mornings"}) | words_of("""
    wound unwell whoever anew owed heard diary furnished nursery desk books hole pen
    """)
"""The same for the helpers and the names of tests, which an engineer of another company reads first."""

ONE_WORD_CLASSES = words_of("""
    Assessment Brand Campaign Case Clock Context Correction Crisis Decision Department Detector Episode Mention Notification Page
    Playbook Report Route Schedule Settings Shift Signal Store Subject Theme Inbox Outbox
    """)
FEATURES = {
    "cases", "paging", "oncall", "crises", "spikes", "drills", "shift_summary", "shift_summaries", "reports",
    "corrections", "spam", "health", "digests", "storms", "roll_ups", "roles", "mutes",
}  # fmt: skip
SENTENCES = {"NotAllowed", "StoreUnavailable"}
"""Exceptions that read as a sentence where they are raised."""


class Definition(NamedTuple):
    name: str
    place: str
    owner: str
    is_property: bool
    is_public: bool

    @property
    def words(self) -> list[str]:
        return re.findall(
            r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", self.name).lower()
        )


@cache
def trees() -> dict[Path, ast.Module]:
    return {
        path.relative_to(ROOT): ast.parse(path.read_text("utf-8"))
        for top in ("bot", "handlers")
        for path in sorted((ROOT / top).rglob("*.py"))
    }


def definitions(
    node: ast.AST, path: Path, owner: str = "", *, public: bool = True
) -> Iterator[tuple[ast.AST, Definition]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            is_property = any("property" in ast.unparse(one) for one in child.decorator_list)
            visible = public and not child.name.startswith("_")
            yield child, Definition(child.name, f"{path}:{child.lineno}", owner, is_property, visible)
            is_class = isinstance(child, ast.ClassDef)
            yield from definitions(child, path, child.name if is_class else "", public=visible and is_class)
        else:
            yield from definitions(child, path, owner, public=public)


@cache
def functions() -> list[Definition]:
    return [
        found
        for path, tree in trees().items()
        for node, found in definitions(tree, path)
        if not isinstance(node, ast.ClassDef) and not found.name.startswith("__")
    ]


@cache
def classes() -> list[tuple[ast.ClassDef, Definition]]:
    return [
        (node, found)
        for path, tree in trees().items()
        for node, found in definitions(tree, path)
        if isinstance(node, ast.ClassDef)
    ]


def library_names() -> set[str]:
    """Names that a library asks for: what it calls must be called that."""
    return {
        "emit", "handleError", "fileno", "readable", "readinto", "readline", "main", "now", "settings_customise_sources",
        "model_construct", "lookup_by_email", "connection_made", "data_received", "async_save", "async_issue", "async_consume", "connection_lost", "safe_repr", "forward", "api_call",
    }  # fmt: skip


def test_a_function_begins_with_a_verb() -> None:
    first = VERBS | PREDICATES | CONSTRUCTORS | LISTENERS
    wrong = [
        f"{one.name} {one.place}"
        for one in functions()
        if not one.is_property and one.owner != "Keys" and one.words[0] not in first and one.name not in library_names()
    ]
    assert wrong == []


def test_a_verb_alone_names_a_method_or_a_listener_and_no_function_of_a_module() -> None:
    of_their_module = {"escape", "truncate", "tokenize", "normalize", "commit"}  # nothing else in it could be meant
    wrong = [
        f"{one.name} {one.place}"
        for one in functions()
        if len(one.words) == 1
        and not one.is_property
        and not one.owner
        and one.is_public
        and one.name not in of_their_module
        and one.name not in library_names()
        and not one.place.startswith(("handlers/", "bot/cli/"))
    ]
    assert wrong == []


def test_no_function_is_named_by_a_past_participle() -> None:
    wrong = [
        f"{one.name} {one.place}"
        for one in functions()
        if len(one.words) == 1
        and not one.is_property
        and PARTICIPLES.match(one.words[0])
        and one.words[0] not in ED_BUT_NO_PARTICIPLE
    ]
    assert wrong == []


def test_a_class_is_defined_once() -> None:
    counts = Counter(one.name.strip("_") for _, one in classes())
    assert [name for name, count in counts.items() if count > 1] == []


def test_a_class_says_its_role() -> None:
    """One word alone is enough for the nouns of the domain, and for few besides."""
    alone = {one.name for _, one in classes() if len(one.words) == 1}
    assert len(alone - ONE_WORD_CLASSES) <= 40, sorted(alone - ONE_WORD_CLASSES)


def test_an_exception_ends_in_error() -> None:
    exceptions = {"Exception", "BaseException"}
    while True:
        more = {
            node.name
            for node, _ in classes()
            if any(
                ast.unparse(base).split(".")[-1] in exceptions or ast.unparse(base).endswith("Error")
                for base in node.bases
            )
        }
        if more <= exceptions:
            break
        exceptions |= more
    ours = exceptions - {"Exception", "BaseException"}
    assert ours >= {"NotAllowed", "StoreUnavailable"}
    assert [name for name in ours if not name.endswith("Error") and name not in SENTENCES] == []


def test_a_file_name_is_used_twice_at_the_most_but_for_ten_features() -> None:
    counts = Counter(path.stem for path in trees() if path.stem != "__init__")
    repeated = {name for name, count in counts.items() if count > 2}
    assert repeated <= FEATURES
    assert len(repeated) <= 10, sorted(repeated)


def test_none_of_our_names_needs_another_where_it_is_imported() -> None:
    """Cards alone may: a use case or a delivery of a feature draws it by the module of cards with the same noun."""
    wrong = [
        f"{path}:{node.lineno} {alias.name} as {alias.asname}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and str(node.module).startswith(("bot", "handlers"))
        and node.module != "bot.cards"
        for alias in node.names
        if alias.asname
    ]
    assert wrong == []


def test_no_name_is_a_word_of_our_own() -> None:
    wrong = [
        f"{one.name} {one.place}"
        for one in (*functions(), *(found for _, found in classes()))
        if DIALECT & set(one.words)
    ]
    assert wrong == []
    assert [str(path) for path in trees() if DIALECT & set(path.with_suffix("").parts)] == []


def test_no_test_helper_nor_test_is_named_by_a_word_of_our_own() -> None:
    paths = [path.relative_to(ROOT) for path in sorted((ROOT / "tests").rglob("*.py"))]
    wrong = [
        f"{found.name} {found.place}"
        for path in paths
        for _, found in definitions(ast.parse((ROOT / path).read_text("utf-8")), path)
        if TEST_DIALECT & set(found.words)
    ]
    assert wrong == []
    assert [str(path) for path in paths if TEST_DIALECT & set(path.stem.split("_"))] == []


MODIFIERS = words_of("""
    polled public unchanged
    on by due open recent over unreadable in with joined not for lost stored close at from planned running until invalid
    local waiting writable pending next callable one conv sent gone guarded active plain back us once cached here other
    rendered labelled packed unavailable closed moved unfinished idle own top readable or embedded small external of
    unlabelled already raw out fine limited rejected refused no ok unread all initial private only any rich matching
    missed flagged confirmed declared before newest declined masked sparse dense wrong processed triaged delivered
    overdue listed paused fast forgotten empty calm per allowed first new corrected older significant reloadable pinned
    resolved answered handed you long enough exclusive atomically kept held better harmful shared do unknown made
    received sliding used connected injected found mentioned global be visible distinct collapsible static fitting even
    positive started reopened claimed renewed released brought known requested covered filled recovered within earlier
    spoken after personal inside down loaded promising trailing excluded strongest near misspelled nearest common
    tokenized lazily half invisible preceded unsupported unsigned exceeded denied malformed each reported if needed too
    old counted latest clear ready refreshed hidden shown owned posted deleted manual assessed remaining scheduled
    simulated snoozed alike similar finished many without real jumping still ahead least most relative elapsed monotonic fixed synthetic hostile nothing
    lazy stalled deferred late routed helpful original urgent unconfirmed closing working ago primary stretched findable
    equal free adoptable quoted undone re final awaiting called grouped previous genuine whole consecutive expired
    unwatched paged expected negative inauthentic between against informative seasonal unaccounted balanced cancelled
    skipped parsed internal safe unraisable up opened uninstalled added met linear to 400 f1 customise complete watching spelled like nested see occurred handled refuses
    current unwritable listening acknowledged frozen slash submitted
    insecure given shareworthy unthanked likely later unlisted
    """)
"""Adjectives, participles and prepositions: what is beside the nouns in a name."""
IRREGULAR = {"crises": "crisis", "indices": "index", "people": "person", "matrices": "matrix", "statuses": "status"}


def singulars(word: str) -> set[str]:
    return {
        word,
        IRREGULAR.get(word, word),
        re.sub(r"s$", "", word),
        re.sub(r"ies$", "y", word),
        re.sub(r"es$", "", word),
    }


@pytest.mark.parametrize("kind", ["function", "class"])
def test_every_noun_of_a_public_name_is_in_the_glossary(kind: str) -> None:
    rows = set(re.findall(r"[a-z0-9]+", " ".join(re.findall(r"^\| ([^|]+) \|", GLOSSARY, re.MULTILINE)).lower()))
    found = functions() if kind == "function" else [one for _, one in classes()]
    missing = {
        word: one.place
        for one in found
        if one.is_public and one.name not in library_names()
        for word in (one.words if kind == "class" or one.is_property else one.words[1:])
        if word not in MODIFIERS | VERBS and not singulars(word) & rows
    }
    assert missing == {}


LONGEST = 45
"""Lines of a function."""


def test_no_function_is_longer_than_45_lines() -> None:
    wrong = [
        f"{found.name} {found.place}"
        for path, tree in trees().items()
        for node, found in definitions(tree, path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST
    ]
    assert wrong == []
