"""The validated playbook."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel

from bot.domain.campaigns.campaign import Campaign
from bot.domain.crisis import CrisisPlan
from bot.domain.department import EXPIRE_AFTER, Department
from bot.domain.drills import DrillSettings
from bot.domain.oncall.schedule import Schedule
from bot.domain.own_accounts import NO_ACCOUNTS, OwnAccounts
from bot.domain.paging.contact_methods import ContactDetails
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.replies.drafts import NO_DRAFTS, DraftOptions
from bot.domain.replies.saved_replies import ReplyRules
from bot.domain.routing import RouteList
from bot.domain.spikes.thresholds import SpikeThresholds
from bot.domain.subject import Subject
from bot.domain.themes import Theme


class SourceEntry(NamedTuple):
    """One table under `[sources]`: `[sources.x]` has no name, `[sources.webhook.forum]` is the webhook `forum`."""

    source: str
    name: str | None
    options: BaseModel


@dataclass(frozen=True, slots=True)
class Brand:
    """`voice` is the tone of answers; `managers` are people and user groups."""

    name: str
    time_zone: str = "UTC"
    managers: tuple[str, ...] = ()
    voice: str = ""
    language: str = "en"
    id: str | None = None
    """Part of all keys in the store; None: derived from the name."""
    team: str | None = None
    """The workspace (T…), or the organisation (E…) where the app is installed for all of it. None: the token's."""
    policy: str = ""
    deputies_accept: bool = False
    follow_up_after: timedelta = timedelta()
    expire_after: timedelta = EXPIRE_AFTER
    recognition: bool = False
    """Whether the report of a week names colleagues who did not choose."""
    handles: tuple[str, ...] = ()
    """Accounts of its own, as written."""


@dataclass(frozen=True, slots=True)
class OnnxOptions:
    """A custom model. `classes`: the order of its outputs; `languages`: those it can classify."""

    file: Path
    tokenizer: Path
    classes: tuple[str, ...]
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class DetectorOptions:
    """The sentiment engine. A probability below `unsure_below` counts as unsure. `onnx` is set for engine "onnx"."""

    engine: str = "blend"
    unsure_below: float = 0.5
    onnx: OnnxOptions | None = None


@dataclass(frozen=True, slots=True)
class OperatorContacts:
    """People and schedules that are called for issues of Earshot itself; by default the managers."""

    on_call: tuple[str, ...] = ()
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Playbook:
    """A valid playbook: every route leads to a known department or nobody, and the last one matches all."""

    brand: Brand
    subjects: tuple[Subject, ...] = ()
    departments: Mapping[str, Department] = field(default_factory=lambda: MappingProxyType({}))
    schedules: Mapping[str, Schedule] = field(default_factory=lambda: MappingProxyType({}))
    routes: RouteList = field(default_factory=RouteList)
    sources: tuple[SourceEntry, ...] = ()
    detectors: DetectorOptions = DetectorOptions()
    drills: DrillSettings = field(default_factory=DrillSettings)
    crisis_plan: CrisisPlan = field(default_factory=CrisisPlan)
    """For declared crises."""
    pages_a_night: int | None = None
    """Limit for one person, without SEV1; None: no limit."""
    note_at: time | None = None
    """Time of the shift summaries; None: never."""
    note_at_hand_over: bool = False
    """Whether there is a shift summary at each hand-over."""
    operators: OperatorContacts = OperatorContacts()
    spikes: SpikeThresholds = field(default_factory=SpikeThresholds)
    campaigns: tuple[Campaign, ...] = ()
    escalations: tuple[EscalationPolicy, ...] = ()
    people: Mapping[str, ContactDetails] = field(default_factory=lambda: MappingProxyType({}))
    """By Slack id."""
    replies: ReplyRules = field(default_factory=ReplyRules)
    drafts: DraftOptions = NO_DRAFTS
    own_accounts: OwnAccounts = NO_ACCOUNTS
    themes: tuple[Theme, ...] = ()
    text: str = field(default="", repr=False, compare=False)
    """The file as it was read, for the processes that follow this one's rules."""

    def find_department(self, name: str) -> Department:
        """Return a department. Raises KeyError for `nobody` and for names of an older playbook."""
        return self.departments[name]

    def list_callable_people(self, department: Department) -> tuple[str, ...]:
        """List everybody on call for a department, directly or by a schedule, each once."""
        named: list[str] = []
        for entry in department.on_call:
            named += self.schedules[entry].people if entry in self.schedules else (entry,)
        return tuple(dict.fromkeys(named))

    @property
    def slug(self) -> str:
        """The brand's id, the hash tag of all keys. By default derived from its name."""
        return self.brand.id or derive_brand_id(self.brand.name)


def slugify_name(name: str) -> str:
    """Return the name in a-z, 0-9 and dashes, or a hash where nothing of it is left."""
    latin = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    dashed = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")
    return dashed or f"brand-{_hash_name(name)}"


def derive_brand_id(name: str) -> str:
    """Return the slug, with a hash appended where characters were lost, as in `C++` and `C#`."""
    plain = slugify_name(name)
    normal = unicodedata.normalize("NFKD", name.strip())
    letters = [letter for letter in normal if letter.isalnum()]
    lost = not all(letter.isascii() for letter in letters) or not (normal[:1].isalnum() and _ends_with_alnum(normal))
    return f"{plain}-{_hash_name(name)}" if lost and letters and not plain.startswith("brand-") else plain


def _ends_with_alnum(normal: str) -> bool:
    """Whether the last character, without combining marks, is a letter or digit."""
    return next((letter.isalnum() for letter in reversed(normal) if not unicodedata.combining(letter)), False)


def _hash_name(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=5).hexdigest()
