"""The campaigns that were started in Slack, by name."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.campaigns.campaign import Campaign, CampaignBook, fold_name
from bot.domain.campaigns.campaign_transitions import CampaignDecision
from bot.domain.errors import NotAllowed
from bot.store.client import RedisClient
from bot.store.decision_writer import write_effects
from bot.store.keys import CAMPAIGNS_MOST, Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import Repository
from bot.store.transaction import CommitResult, Transaction, commit


class CampaignStore(Repository[Campaign | None, CampaignDecision]):
    kind = "campaign"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "campaign", Campaign.model_validate_json)

    async def load_book(self, playbook: Iterable[Campaign]) -> CampaignBook:
        """Return all campaigns, with those of the playbook. One that cannot be read is left out."""
        started = await self._records.read_fields(self._keys.campaigns)
        return CampaignBook.merge_campaigns(playbook, started.values())

    async def get(self, name: str) -> Campaign | None:
        """Return one that was started in Slack, or None. Raises `UnreadableRecordError`."""
        return (await self._load(fold_name(name)))[1]

    async def commit(self, decision: CampaignDecision, at: datetime) -> CommitResult:
        campaign, key = decision.after, self._keys.campaigns
        name = fold_name(campaign.name)
        body, found = await self._load(name)
        if found != decision.before:
            return CommitResult.STALE
        if found is None and int(await self._client.execute("HLEN", key)) >= CAMPAIGNS_MOST:
            raise NotAllowed(f"Earshot keeps {CAMPAIGNS_MOST} campaigns at most. Plan this one in the playbook.")
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, body or "", name)
        transaction.write("HSET", key, name, campaign.model_dump_json(exclude_defaults=True))
        write_effects(transaction, self._keys, decision, at, "campaign", name)
        return (await commit(self._client, transaction))[0]

    async def _load(self, name: str) -> tuple[str | None, Campaign | None]:
        [body] = await self._client.read_bodies([self._keys.campaigns], name)
        found = await self._records.read(self._keys.campaigns, body, name)
        if self._records.is_unreadable(self._keys.campaigns, name):
            raise UnreadableRecordError("campaign")
        return body, found
