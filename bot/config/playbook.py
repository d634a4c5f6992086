"""The playbook as the rest of the house reads it."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel

from bot.domain.crisis import CrisisPlan
from bot.domain.department import Department
from bot.domain.drills import DrillSettings
from bot.domain.oncall.schedule import Schedule
from bot.domain.paging.contact_methods import ContactDetails
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.routing import Route
from bot.domain.spikes.thresholds import SpikeThresholds
from bot.domain.subject import Subject


class SourceEntry(NamedTuple):
    """One table under `[sources]`: `[sources.x]` has no name, `[sources.webhook.forum]` is the webhook `forum`."""

    source: str
    name: str | None
    options: BaseModel


@dataclass(frozen=True, slots=True)
class Brand:
    """`voice` is how the brand speaks, for whoever drafts or answers; `managers` are people and user groups."""

    name: str
    time_zone: str = "UTC"
    managers: tuple[str, ...] = ()
    voice: str = ""
    language: str = "en"
    id: str | None = None
    """Under which everything is kept; None: as the name has it."""


@dataclass(frozen=True, slots=True)
class OnnxOptions:
    """A model of one's own. `classes`: the order of its outputs; `languages`: those in which it reads sentiment."""

    file: Path
    tokenizer: Path
    classes: tuple[str, ...]
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class DetectorOptions:
    """Which engine tells sentiment; below `unsure_below`, what it says is likeliest is not believed.

    `onnx` is there where the engine is "onnx".
    """

    engine: str = "blend"
    unsure_below: float = 0.5
    onnx: OnnxOptions | None = None


@dataclass(frozen=True, slots=True)
class OperatorContacts:
    """Who is called when Earshot itself is unwell, people and schedules; nobody named: the managers."""

    on_call: tuple[str, ...] = ()
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Playbook:
    """Checked: every route goes to a department that is here or to nobody, and the last one matches all."""

    brand: Brand
    subjects: tuple[Subject, ...] = ()
    departments: Mapping[str, Department] = field(default_factory=lambda: MappingProxyType({}))
    schedules: Mapping[str, Schedule] = field(default_factory=lambda: MappingProxyType({}))
    routes: tuple[Route, ...] = ()
    sources: tuple[SourceEntry, ...] = ()
    detectors: DetectorOptions = DetectorOptions()
    drills: DrillSettings = field(default_factory=DrillSettings)
    crisis_plan: CrisisPlan = field(default_factory=CrisisPlan)
    """For declared crises."""
    pages_a_night: int | None = None
    """For one person, of what is not SEV1; None: as many as there are."""
    note_at: time | None = None
    """When each department gets its note in the morning; None: never."""
    note_at_hand_over: bool = False
    """Whether each department whose schedule changes hands gets one then."""
    operators: OperatorContacts = OperatorContacts()
    spikes: SpikeThresholds = field(default_factory=SpikeThresholds)
    escalations: tuple[EscalationPolicy, ...] = ()
    people: Mapping[str, ContactDetails] = field(default_factory=lambda: MappingProxyType({}))
    """By Slack id."""

    def find_department(self, name: str) -> Department:
        """Raises KeyError for a name that is none, such as `nobody`, or one that an older playbook had."""
        return self.departments[name]

    def list_callable_people(self, department: Department) -> tuple[str, ...]:
        """Everybody whom the playbook names to be called for a department, by itself or in a schedule, each once."""
        named: list[str] = []
        for entry in department.on_call:
            named += self.schedules[entry].people if entry in self.schedules else (entry,)
        return tuple(dict.fromkeys(named))

    @property
    def slug(self) -> str:
        """The brand's id, by default its name in a-z, 0-9 and dashes: the hash tag of all its keys."""
        return self.brand.id or derive_brand_id(self.brand.name)


def slugify_name(name: str) -> str:
    """Never empty: a name without a Latin letter or a digit becomes a fingerprint of itself."""
    latin = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    dashed = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")
    return dashed or f"brand-{_hash_name(name)}"


def derive_brand_id(name: str) -> str:
    """The slug, where it tells the name from others. Of `C`, `C++` and `C#` only the first has no more to it."""
    plain = slugify_name(name)
    told = unicodedata.normalize("NFKD", name.strip())
    letters = [letter for letter in told if letter.isalnum()]
    lost = not all(letter.isascii() for letter in letters) or not (told[:1].isalnum() and _ends_with_alnum(told))
    return f"{plain}-{_hash_name(name)}" if lost and letters and not plain.startswith("brand-") else plain


def _ends_with_alnum(told: str) -> bool:
    """Combining marks belong to their letter."""
    return next((letter.isalnum() for letter in reversed(told) if not unicodedata.combining(letter)), False)


def _hash_name(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=5).hexdigest()
