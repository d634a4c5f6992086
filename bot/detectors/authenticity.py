"""Detect accounts that look inauthentic, from their metadata and never from their words.

Nothing is dropped for it: the reach of a doubtful account is discounted, and routes can match it.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from bot.detectors.detector import AnalysisContext
from bot.detectors.model.log_odds import convert_log_odds
from bot.domain.assessment import Signal
from bot.domain.mention import Author

BASE = -1.9
"""Log-odds of an account without any signal. Young, few posts and no followers together are doubtful."""
CUT_OFF = 0.5
NEW_DAYS, YOUNG_DAYS = 3, 30
FEW_POSTS, FEW_FOLLOWERS = 20, 5
MANY_A_DAY = 100
"""Posts a day: more than one in ten minutes of a person's waking hours."""
FOLLOWS_MANY, HARDLY_FOLLOWED = 400, 0.03
FOLLOWS_THOUSANDS, BY_NOBODY = 1_000, 0.01
"""Beyond a quiet reader, who follows some hundred and is followed by few."""
FOLLOWS_CROWDS, AS_MANY = 2_000, 0.8
SAME_WORDS = 3
"""Accounts with the same words from which each of them is doubted."""
MADE_UP = re.compile(r"\d{5,}$|\A[b-df-hj-np-tv-xz]{7,}\Z", re.IGNORECASE)
"""A handle as platforms propose it, or one that nobody can pronounce."""


class AuthenticitySignal(NamedTuple):
    points: float
    words: str


class AuthenticityDetector:
    name = "voices"

    def detect(self, context: AnalysisContext) -> None:
        if found := find_authenticity_signals(context):
            confidence = convert_log_odds(BASE + sum(signal.points for signal in found))
            holds = confidence >= CUT_OFF
            because = f"voice: {', '.join(signal.words for signal in found)}" if holds else ""
            context.add_signal(Signal(self.name, "voice:doubtful", confidence, because, holds))


def find_authenticity_signals(context: AnalysisContext) -> list[AuthenticitySignal]:
    author, copies = context.mention.author, context.stats.copies
    found: list[AuthenticitySignal] = []
    if author.posts is not None or author.created_at:
        found += _check_account_age(author, context.mention.created_at)
    if author.followers is not None and (author.followers < FEW_FOLLOWERS or author.following):
        found += _check_following(author, author.followers)
    if author.handle and MADE_UP.search(author.handle):
        found.append(AuthenticitySignal(0.7, "a handle as machines make them"))
    if copies >= SAME_WORDS:
        found.append(AuthenticitySignal(1.0, f"{copies} accounts with the same words"))
    return found


def _check_account_age(author: Author, at: datetime) -> Iterator[AuthenticitySignal]:
    if author.posts is not None and author.posts < FEW_POSTS:
        yield AuthenticitySignal(0.8, "few posts")
    if author.created_at is None:
        return
    days = (at - author.created_at).days
    if days < YOUNG_DAYS:
        yield AuthenticitySignal(1.0 if days < NEW_DAYS else 0.7, "young account")
    if author.posts is not None and author.posts > MANY_A_DAY * max(1, days):
        yield AuthenticitySignal(1.2, f"{author.posts // max(1, days)} posts a day")


def _check_following(author: Author, followers: int) -> Iterator[AuthenticitySignal]:
    following = author.following
    if following is not None and following >= FOLLOWS_MANY and followers < HARDLY_FOLLOWED * following:
        by_nobody = following >= FOLLOWS_THOUSANDS and followers < BY_NOBODY * following
        yield AuthenticitySignal(2.0 if by_nobody else 1.3, f"follows {following:,}, followed by {followers:,}")
    elif following is not None and following > FOLLOWS_CROWDS and following > followers * AS_MANY:
        yield AuthenticitySignal(0.7, "follows as many")
    elif followers < FEW_FOLLOWERS and author.posts is not None and author.posts < FEW_POSTS:
        yield AuthenticitySignal(0.5, "hardly followed")
