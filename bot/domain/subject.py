"""Subjects: what Earshot listens for."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from bot.domain.immutable import FrozenModel


class SubjectKind(StrEnum):
    BRAND = "brand"
    PRODUCT = "product"
    CAMPAIGN = "campaign"
    COMPETITOR = "competitor"


class Subject(FrozenModel):
    """A brand, product, campaign or competitor, with the terms that identify it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    kind: SubjectKind = SubjectKind.BRAND
    terms: tuple[str, ...] = Field(min_length=1)
    handles: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
