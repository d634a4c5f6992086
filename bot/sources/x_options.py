"""`[sources.x]` of the playbook, and its check at X: the token, the rules and the cost."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.languages import TAG
from bot.domain.read_budget import ReadBudget
from bot.sources.base import SourceCheck, SourceContext
from bot.sources.x_api import XApiClient
from bot.sources.x_errors import XApiError
from bot.sources.x_rules import (
    QUERY_LIMIT,
    RULE_LIMIT,
    RULES_LIMIT,
    XRule,
    build_rules,
    diff_rules,
    find_unsupported_terms,
)


class XOptions(BaseModel):
    """`[sources.x]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False

    lang: str = Field("", pattern=rf"^({TAG.pattern})?$")
    """Only posts in this language, by X's own guess; empty: all."""
    extra_rule: str = Field("", max_length=200, pattern=r"^[^\r\n]*$")
    """Added to every rule, in X's own language: `-is:reply`, `-is:nullcast`, `place_country:PT`."""
    refill_hours: int = Field(168, ge=0, le=168)
    """How far back a gap is filled at most. X keeps seven days, and every post read costs; 0: gaps stay gaps."""
    budget: ReadBudget = ReadBudget()
    """What reading may cost; where it is used up, nothing is read until it starts again."""


async def check_x(options: XOptions, parts: SourceContext) -> SourceCheck:
    """Check token and rules at X with dry runs, and estimate the cost. Changes nothing."""
    faults = find_unsupported_terms(parts.subjects, options.lang, options.extra_rule)
    own = parts.own_accounts.list_handles(parts.name)
    want = build_rules(parts.subjects, RULE_LIMIT, options.lang, options.extra_rule, own)
    notes: list[str] = []
    try:
        async with XApiClient(parts.secret, parts.clock, parts.url) as api:
            have = await api.list_rules()
            foreign = sum(not rule.is_own for rule in have)
            if foreign + len(want) > RULES_LIMIT:
                faults.append(
                    f"X takes {RULES_LIMIT} rules. The playbook needs {len(want)}, and other programs have {foreign}."
                )
            faults += await api.add_rules(diff_rules(have, want).add, dry=True)
            queries = build_rules(parts.subjects, QUERY_LIMIT, options.lang, options.extra_rule, own)
            notes = [await _estimate_cost(api, options, queries)]
    except (XApiError, ValueError) as fault:
        faults.append(str(fault))
    return SourceCheck([("", sentence) for sentence in dict.fromkeys(faults)], notes)


async def _estimate_cost(api: XApiClient, options: XOptions, queries: Sequence[XRule]) -> str:
    """Estimate the cost from the posts of the last week. Posts found by several rules are counted several times."""
    try:
        week = sum([await api.count_week_posts(query) for query in queries])
    except XApiError as fault:
        return f"the cost of X cannot be estimated: {fault}"
    budget, posts = options.budget, week / 7
    day = posts * (budget.post + budget.user)
    bound = min(bound for bound in (budget.month, (budget.day or 0) * 30, float("inf")) if bound)
    estimate = f"about {posts:,.0f} posts a day, up to ${day:,.2f} a day and ${day * 30:,.2f} a month at X's prices"
    return f"{estimate}. That is more than the budget" if day * 30 > bound else estimate
