"""Whether Slack knows us, lets us do what we must, and whether the playbook's ids mean somebody there."""

from collections.abc import AsyncIterator, Iterator, Sequence

from bot.cli.check_report import CheckFinding, make_fault, make_note, make_ok
from bot.cli.checks.slack_ids import SlackIdReferences
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.sinks.slack_inspector import BotIdentity, ChannelInfo, SlackInspector
from handlers.manifest import OPTIONAL, SCOPES

CHANNELS_MOST = 40
"""Slack answers 50 such questions a minute, and whoever runs beside us wants some of them."""
PEOPLE_MOST = 80
"""Of 100 a minute."""
COPY = "copy it again from your app's settings"
PINS = ("pins:write", "pins:read")
READS_CHANNELS = ("channels:read", "groups:read")
AGAIN = "in your app's settings, add it under OAuth & Permissions and install the app again"


async def check_app_token(inspection: SlackInspector) -> AsyncIterator[CheckFinding]:
    try:
        if await inspection.is_app_token():
            yield make_ok("Slack", "the app-level token is known")
        else:
            yield make_fault("SLACK_APP_TOKEN", f"Slack does not know it; {COPY} (Basic Information)")
    except (NotSentError, DeliveryUnknownError, RateLimitedError):
        return  # the bot token comes to the same, and says so


async def check_workspace(
    inspection: SlackInspector, address: str, named: SlackIdReferences | None
) -> AsyncIterator[CheckFinding]:
    """`named` is None where the playbook cannot be used: then only the token is looked at."""
    try:
        identity = await inspection.fetch_identity()
        yield make_ok("Slack", f"we are @{identity.name} in {identity.team}")
        for finding in _check_scopes(identity):
            yield finding
        for finding in _check_pins(identity):
            yield finding
        for finding in _check_synced_groups(identity, named):
            yield finding
        if named is not None:
            for part in (_check_channels, _check_groups, _check_people):
                async for finding in part(inspection, identity, named):
                    yield finding
    except SlackRejectedError as no:
        yield _explain_rejection(no)
    except (NotSentError, DeliveryUnknownError) as lost:
        yield make_fault("SLACK_API_URL", f"{address} does not answer ({lost}); look whether this machine can reach it")
    except RateLimitedError as no:
        yield make_note(
            "Slack", f"it asks us to wait for {no.seconds:.0f} s; not everything was looked at, so check again then"
        )


def _explain_rejection(no: SlackRejectedError) -> CheckFinding:
    if no.is_token_refused and no.error != "missing_scope":
        return make_fault("SLACK_BOT_TOKEN", f"Slack refuses it ({no.error}); {COPY} (OAuth & Permissions)")
    return make_fault("Slack", f"it refuses to answer ({no.error}); not everything was looked at")


def _check_scopes(identity: BotIdentity) -> Iterator[CheckFinding]:
    if identity.scopes is None:
        yield make_note("SLACK_BOT_TOKEN", "Slack does not say which scopes it has, so that they cannot be compared")
        return
    for scope, what in SCOPES.items():
        if scope not in identity.scopes:
            yield make_fault("SLACK_BOT_TOKEN", f"the scope {scope} is missing ({what}); {AGAIN}")


def _check_pins(identity: BotIdentity) -> Iterator[CheckFinding]:
    """Crises do without."""
    missing = [scope for scope in PINS if identity.scopes is not None and scope not in identity.scopes]
    if missing:
        yield make_note(
            "Slack", f"a crisis does without pins: {_join_words(missing)} not granted, which is optional; {AGAIN}"
        )


def _check_synced_groups(identity: BotIdentity, named: SlackIdReferences | None) -> Iterator[CheckFinding]:
    """User groups that are to be changed need more than to be read."""
    if named is None or identity.scopes is None or "usergroups:write" in identity.scopes:
        return
    for group, place in named.synced_groups.items():
        yield make_fault(
            place,
            f"{group} cannot be kept equal to whoever is on call without the optional scope usergroups:write; {AGAIN}",
        )


async def _check_channels(
    inspection: SlackInspector, identity: BotIdentity, named: SlackIdReferences
) -> AsyncIterator[CheckFinding]:
    if identity.scopes is not None and not identity.scopes.intersection(READS_CHANNELS):
        yield make_note(
            "Slack",
            "without the scope channels:read it cannot be seen whether Earshot is in the channels of the playbook; "
            f"channels:read {OPTIONAL['channels:read']}",
        )
        return
    fit = 0
    for channel in list(named.channels)[:CHANNELS_MOST]:
        found = await _check_channel(inspection, identity, named, channel)
        fit += found is None
        if found is not None:
            yield found
    if len(named.channels) > CHANNELS_MOST:
        yield make_note("Slack", f"only the first {CHANNELS_MOST} of {len(named.channels)} channels were looked at")
    if fit:
        yield make_ok("Slack", f"{fit} of {len(named.channels)} channels can be written to")


async def _check_channel(
    inspection: SlackInspector, identity: BotIdentity, named: SlackIdReferences, channel: str
) -> CheckFinding | None:
    """None: well."""
    try:
        found = await inspection.fetch_channel(channel)
    except SlackRejectedError as no:
        if no.error == "missing_scope":
            return make_note(
                named.channels[channel], f"{channel} is private, and cannot be seen without the scope groups:read"
            )
        if no.error != "channel_not_found":
            raise
        return make_fault(
            named.channels[channel],
            f"{channel} is no channel that Earshot can see; if it is private, type "
            f"/invite @{identity.name} in it, else correct the id",
        )
    wrong = _explain_channel(found, identity)
    return make_fault(named.channels[channel], wrong) if wrong else None


def _explain_channel(channel: ChannelInfo, identity: BotIdentity) -> str:
    open_to_all = not channel.is_private and "chat:write.public" in (identity.scopes or ())
    if channel.is_archived:
        return f"#{channel.name} is archived; unarchive it, or name another channel"
    if not channel.is_member and not open_to_all:
        return f"Earshot is not in #{channel.name}; type /invite @{identity.name} there"
    return ""


async def _check_groups(
    inspection: SlackInspector, identity: BotIdentity, named: SlackIdReferences
) -> AsyncIterator[CheckFinding]:
    if not named.groups or "usergroups:read" not in (identity.scopes or {"usergroups:read"}):
        return  # the missing scope was said
    known = await inspection.fetch_user_groups()
    wrong = 0
    for group, place in named.groups.items():
        if group not in known:
            wrong += 1
            yield make_fault(place, f"{group} is no user group in use in {identity.team}; correct its id, or enable it")
        elif not known[group].members:
            wrong += 1
            yield make_fault(
                place, f"nobody is in the user group @{known[group].handle} ({group}); add people to it in Slack"
            )
    if not wrong:
        yield make_ok("Slack", f"user groups: {_join_words([f'@{known[group].handle}' for group in named.groups])}")


async def _check_people(
    inspection: SlackInspector, identity: BotIdentity, named: SlackIdReferences
) -> AsyncIterator[CheckFinding]:
    if not named.people:
        return
    if "users:read" not in (identity.scopes or {"users:read"}):
        yield make_note(
            "Slack", "without the scope users:read it cannot be seen whether the people of the playbook exist"
        )
        return
    wrong = 0
    for person in list(named.people)[:PEOPLE_MOST]:
        said = await _explain_person(inspection, identity, person)
        wrong += bool(said)
        if said:
            yield make_fault(named.people[person], said)
    if len(named.people) > PEOPLE_MOST:
        yield make_note("Slack", f"only the first {PEOPLE_MOST} of {len(named.people)} people were looked at")
    if not wrong:
        yield make_ok("Slack", f"{len(named.people)} people of the playbook are there")


async def _explain_person(inspection: SlackInspector, identity: BotIdentity, person: str) -> str:
    try:
        found = await inspection.fetch_user(person)
    except SlackRejectedError as no:
        if no.error not in {"user_not_found", "user_not_visible"}:
            raise
        return f"{person} is nobody in {identity.team}; copy the member ID from the person's profile"
    if found.is_gone:
        return f"@{found.name} ({person}) has left {identity.team}; name somebody else"
    return f"@{found.name} ({person}) is a bot, and answers nobody; name a person" if found.is_bot else ""


def _join_words(words: Sequence[str]) -> str:
    return ", ".join(words)
