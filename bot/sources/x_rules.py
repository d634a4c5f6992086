"""Build the rules of the filtered stream, and the search queries, from the subjects of the playbook."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.languages import get_primary_language
from bot.domain.subject import Subject

RULE_LIMIT = 1024
QUERY_LIMIT = 512
RULES_LIMIT = 1000
TAG = "earshot:"
"""Prefix of the tags of our rules. Other rules in the same X app are left alone."""
OWN_TAG = f"{TAG} own accounts"
"""The tag of the rules for our own replies. No subject's name begins with a space."""

OPERATOR = re.compile(r"@[A-Za-z0-9_]{1,15}|#\w*[^\W\d]\w*|\$[A-Za-z]{1,6}")
HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
UNQUOTABLE = re.compile(r'["\\\s\x00-\x1f]+')
LANGUAGES = {"he": "iw", "id": "in"}
"""Older language codes that X still uses."""


def get_language_code(tag: str) -> str:
    """Return the code for `lang:`. X distinguishes regions only for Chinese, and scripts only for Hindi."""
    primary, _, rest = tag.replace("_", "-").partition("-")
    code = get_primary_language(primary)
    if code == "zh" and rest:
        traditional = {"tw", "hk", "mo", "hant"} & set(rest.lower().split("-"))
        return "zh-TW" if traditional else "zh-CN"
    return "hi-Latn" if (code, rest.lower()) == ("hi", "latn") else LANGUAGES.get(code, code)


@dataclass(frozen=True, slots=True)
class XRule:
    value: str
    tag: str
    id: str = ""
    """The id that X gave it; empty if the rule is not at X yet."""

    @property
    def is_own(self) -> bool:
        return self.tag.startswith(TAG)

    @property
    def subject(self) -> str:
        """The subject's name; empty if the rule is not ours, or for our own replies."""
        return self.tag.removeprefix(TAG) if self.is_own and self.tag != OWN_TAG else ""

    @property
    def label(self) -> str:
        """What it is called in sentences."""
        return self.subject or self.tag.removeprefix(TAG).strip()


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """The rules to add and delete at X."""

    add: tuple[XRule, ...]
    delete: tuple[XRule, ...]


def build_rules(
    subjects: Iterable[Subject], limit: int, lang: str = "", extra: str = "", own_handles: Iterable[str] = ()
) -> list[XRule]:
    """Build as many rules for each subject as its terms need, at least one; then those for our own replies.

    Own replies are read in every language: `lang` and `extra` narrow what others write.
    """
    rules = []
    for subject in subjects:
        ends = _build_suffix(subject, limit, lang, extra)
        rules += [XRule(value, f"{TAG}{subject.name}") for value in _pack(_list_operators(subject), ends, limit)]
    own = [f"from:{handle}" for handle in own_handles if HANDLE.fullmatch(handle)]
    return rules + [XRule(value, OWN_TAG) for value in _pack(own, " is:reply -is:retweet", limit)]


def diff_rules(have: Sequence[XRule], want: Sequence[XRule]) -> RuleChanges:
    ours = [rule for rule in have if rule.is_own]
    kept = {(rule.value, rule.tag) for rule in ours}
    wanted = {(rule.value, rule.tag): rule for rule in want}
    return RuleChanges(
        add=tuple(rule for key, rule in wanted.items() if key not in kept),
        delete=tuple(rule for rule in ours if (rule.value, rule.tag) not in wanted),
    )


def find_unsupported_terms(subjects: Iterable[Subject], lang: str = "", extra: str = "") -> list[str]:
    """Return a sentence for each term of the playbook that cannot be a rule of X."""
    faults = []
    for subject in subjects:
        room = QUERY_LIMIT - 2 - len(_build_suffix(subject, QUERY_LIMIT, lang, extra))
        longest = [term for term in _list_operators(subject) if len(term) > room]
        faults += [f'X cannot search for "{term[:40]}…" of {subject.name}: it is too long.' for term in longest]
        if not longest and not _list_operators(subject):
            faults.append(f"X has nothing to search for in {subject.name}: none of its terms is a word.")
    return faults


def _pack(terms: Iterable[str], ends: str, limit: int) -> Iterator[str]:
    """Yield as few queries as find each of the terms; a term that is too long for one is left out."""
    room = limit - 2 - len(ends)
    line = ""
    for term in terms:
        longer = f"{line} OR {term}" if line else term
        if len(longer) <= room:
            line = longer
        elif len(term) <= room:
            yield f"({line}){ends}"
            line = term
    if line:
        yield f"({line}){ends}"


def _list_operators(subject: Subject) -> list[str]:
    """Return each term once, quoted unless it is a handle, hashtag or cashtag, so that `OR` is no operator."""
    handles = [f"@{handle}" for handle in _list_handles(subject)]
    return list(dict.fromkeys(word for term in [*subject.terms, *handles] if (word := _quote_operator(term))))


def _list_handles(subject: Subject) -> list[str]:
    return [bare for handle in subject.handles if HANDLE.fullmatch(bare := handle.removeprefix("@"))]


def _quote_operator(term: str) -> str:
    term = UNQUOTABLE.sub(" ", term).strip()
    return term if not term or OPERATOR.fullmatch(term) else f'"{term}"'


def _build_suffix(subject: Subject, limit: int, lang: str, extra: str) -> str:
    """Return what every rule of a subject ends with: no retweets, no posts of its own accounts, its exclusions.

    Exclusions that would take more than half of the limit are left to the detectors.
    """
    own = [f"-from:{handle}" for handle in _list_handles(subject)]
    excluded = [f"-{word}" for term in subject.exclude if (word := _quote_operator(term))]
    ends = f" -is:retweet{f' lang:{get_language_code(lang)}' if lang else ''}{f' {extra}' if extra else ''}"
    for word in own + excluded:
        if len(ends) + len(word) + 1 <= limit // 2:
            ends += f" {word}"
    return ends
