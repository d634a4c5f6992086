"""What we listen for."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class SubjectKind(StrEnum):
    BRAND = "brand"
    PRODUCT = "product"
    CAMPAIGN = "campaign"
    COMPETITOR = "competitor"


class Subject(BaseModel):
    """A brand, product, campaign or competitor, with the terms by which it is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    kind: SubjectKind = SubjectKind.BRAND
    terms: tuple[str, ...] = Field(min_length=1)
    handles: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
