"""Every key, spelled once. `docs/develop/keys.md` lists each with its type, its content and its limit.

All keys of one brand share a hash tag, so that each script touches one slot. Names of keys are stored, and stay.

Days and hours in keys are UTC. What is read by the brand's own days also says in which quarter of an hour it was, so
that a day of any time zone is put together exactly.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from bot.domain.destination import Destination
from bot.domain.persons.person import derive_person_id

INBOX_MOST = 200_000
RELAY_MOST = 100_000
SHARD_KIND = "shard"
SEEN_FOR = timedelta(days=14)
EDITED_WITHIN = SEEN_FOR
"""X allows an hour, other outlets any time; later it would be a new mention."""
CASE_KEPT = timedelta(days=90)
MESSAGES_MOST = 200
JOINED_MOST = 1_000
DIGEST_KEPT = timedelta(days=14)
ROLL_UP_KEPT = timedelta(days=90)
PAGE_KEPT = timedelta(days=90)
TALLIES_KEPT = timedelta(days=400)
TOOK_MOST = 5_000
TELLING_MOST = 10
TELLING_KEPT = timedelta(days=35)
ASIDE_MOST = 20_000
AUDIT_MOST = 200_000
SPAM_MOST = 5_000
SPAM_KEPT = timedelta(days=30)
CORRECTIONS_MOST = 20_000
CORRECTIONS_KEPT = timedelta(days=400)
DEAD_MOST = 10_000
UNREADABLE_MOST = 10_000
FEED_MOST = 20_000
USUAL_KEPT = timedelta(days=90)
EPISODE_KEPT = timedelta(days=400)
NIGHT_KEPT = timedelta(days=2)
FLAGS_KEPT = timedelta(hours=1)
FLAGGED_MOST = 1_000
CRISIS_KEPT = timedelta(days=400)
EPISODES_MOST = 2_000
CAMPAIGNS_MOST = 500
PRAISE_MOST = 2_000
UNLISTED_MOST = 2_000
LEDGER_KEPT = timedelta(days=400)
PERSON_KEPT = timedelta(days=180)
"""After the last contact with them."""
REPLY_KEPT = timedelta(days=7)
"""As long as X can be searched for the post that it answers."""
INSTALL_STATE_KEPT = timedelta(minutes=10)
"""For the person at Slack's page. Slack's code is valid for as long."""
STAFF_MOST = 500
STAFF_KEPT = timedelta(days=30)
AUTHORS_KEPT = timedelta(days=190)
"""After the last case of a month was opened: twice as long as a resolved case is kept."""
SEEN_AUTHORS_KEPT = timedelta(days=430)
"""A month longer than what is kept longest with words of a post: corrections, and declared crises."""


@lru_cache(maxsize=5_000)
def join_field(*parts: str | int) -> str:
    """Join parts to a hash field with `|`; a `|` within a part is escaped as `%7C`."""
    return "|".join(str(part).replace("%", "%25").replace("|", "%7C") for part in parts)


def split_field(field: str) -> list[str]:
    """Return the parts that `join_field` joined."""
    parts = field.split("|")
    return [part.replace("%7C", "|").replace("%25", "%") for part in parts] if "%" in field else parts


def format_hour(at: datetime) -> str:
    """Format as `%Y%m%d%H`, ten times as fast as strftime: it is called six times for each mention."""
    return f"{((at.year * 100 + at.month) * 100 + at.day) * 100 + at.hour:010}"


def format_day(at: datetime) -> str:
    """Format a UTC day. Reports rebuild days of other time zones from the quarters in the fields."""
    return f"{(at.year * 100 + at.month) * 100 + at.day:08}"


def format_month(at: datetime) -> str:
    return f"{at.year:04}{at.month:02}"


def list_months(at: datetime, kept: timedelta = AUTHORS_KEPT) -> list[str]:
    """Return the months of which authors are kept, the newest first."""
    return list(dict.fromkeys(format_month(at - timedelta(days=days)) for days in range(0, kept.days + 31, 27)))


def build_shard_name(brand: str, shard: int | None = None) -> str:
    """Return what decides about the slot of a cluster. Without a number it is that of the brand itself."""
    return brand if shard is None else f"{brand}:{shard}"


def build_shard_folder(shard: int) -> str:
    """Return what the names of a shard's keys begin with in an export, and among the brand's keys in an import."""
    return f"{SHARD_KIND}:{shard}:"


class Keys:
    """The keys of one brand, or of one of its shards. `brand` is the playbook's slug, in tests with a prefix.

    With a `folder`, such as `shard:2:`, all names begin with it, behind what decides about the slot.
    """

    def __init__(self, brand: str, shard: int | None = None, folder: str = "") -> None:
        self.root = f"earshot:{{{build_shard_name(brand, shard)}}}:{folder}"
        self.inbox = self.root + "inbox"
        self.cursors = self.root + "cursors"
        self.source_activity = self.root + "heard"
        self.mention_counters = self.root + "books"
        self.deadlines = self.root + "deadlines"
        self.pages = self.root + "pages"
        self.group_leaders = self.root + "ringing"
        self.drills = self.root + "drills"
        self.health_state = self.root + "vigil"
        self.crises = self.root + "crises"
        self.outboxes = self.root + "outboxes"
        self.floods = self.root + "floods"
        self.calendar_links = self.root + "feeds"
        self.schedule_gaps = self.root + "holes"
        self.unrouted = self.root + "aside"
        self.spam = self.root + "spam"
        self.staff_posts = self.root + "staff"
        self.audit = self.root + "audit"
        self.corrections = self.root + "corrections"
        self.meta = self.root + "meta"
        self.dead_letters = self.root + "dead"
        self.unreadable = self.root + "unreadable"
        self.spike_stream = self.root + "feed"
        self.recent_mentions = self.root + "lately"
        self.episodes = self.root + "episodes"
        self.running_episodes = self.root + "running"
        self.last_spike_check = self.root + "watched"
        self.health_issues = self.root + "trouble"
        self.read_totals = self.root + "reads"
        self.roles = self.root + "roles"
        self.mutes, self.mute_counts = self.root + "mutes", self.root + "muted"
        self.theme_register = self.root + "theme_register"
        self.unthanked, self.shareworthy = self.root + "unthanked", self.root + "shareworthy"
        self.day_messages = self.root + "day_messages"
        self.deletions = self.root + "deletions"
        self.saved_replies = self.root + "replies"
        self.flagged = self.root + "flagged"
        self.campaigns = self.root + "campaigns"
        self.report_schedules = self.root + "report_schedules"
        self.ledger = self.root + "ledger"
        self.writing_ends = self.root + "writing_ends"
        self.installation, self.uninstalled = self.root + "installation", self.root + "uninstalled"
        self.relay, self.relayed = self.root + "relay", self.root + "relayed"

    def locate(self, name: bytes) -> bytes:
        """Return the key with this logical name, which is the same for each brand. An export has logical names."""
        return self.root.encode() + name

    def source_health_key(self, source: str) -> str:
        return f"{self.root}source_health:{source}"

    def seen_key(self, mention: str) -> str:
        return f"{self.root}seen:{mention}"

    def seen_authors_key(self, month: str) -> str:
        return f"{self.root}seen_authors:{month}"

    def case_key(self, case: str) -> str:
        return f"{self.root}case:{case}"

    def joined_mentions_key(self, case: str) -> str:
        return f"{self.root}joined:{case}"

    def joined_case_key(self, mention: str) -> str:
        return f"{self.root}joined_to:{mention}"

    def unlisted_key(self, kind: str) -> str:
        return f"{self.root}unlisted:{kind}"

    def ledger_people_key(self, entry: str) -> str:
        return f"{self.root}ledger_people:{entry}"

    def ledger_offers_key(self, day: str) -> str:
        return f"{self.root}ledger_offers:{day}"

    def shared_report_key(self, message: str) -> str:
        return f"{self.root}shared_report:{message}"

    def links_key(self, day: str) -> str:
        return f"{self.root}links:{day}"

    def card_key(self, case: str) -> str:
        return f"{self.root}card:{case}"

    def case_messages_key(self, case: str) -> str:
        return f"{self.root}case_messages:{case}"

    def conversation_case_key(self, key: str) -> str:
        return f"{self.root}conversation:{key}"

    def thread_case_key(self, conversation: str) -> str:
        return f"{self.root}thread:{conversation}"

    def early_reply_key(self, mention: str) -> str:
        return f"{self.root}reply:{mention}"

    def copy_case_key(self, key: str) -> str:
        return f"{self.root}copy:{key}"

    def similar_case_key(self, key: str) -> str:
        return f"{self.root}similar:{key}"

    def open_cases_key(self, department: str) -> str:
        return f"{self.root}open:{department}"

    def owned_cases_key(self, person: str) -> str:
        return f"{self.root}mine_due:{person}"

    def claimed_cases_key(self, department: str) -> str:
        return f"{self.root}claimed_due:{department}"

    def former_owned_cases_key(self, person: str) -> str:
        """Of 0.1.0: the same as a set."""
        return f"{self.root}mine:{person}"

    def person_key(self, author_key: str) -> str:
        return f"{self.root}person:{derive_person_id(author_key)}"

    def former_person_cases_key(self, author_key: str) -> str:
        """Of builds before 0.2.0: the open cases of an author, which `authors_key` has, too."""
        return f"{self.root}person_cases:{derive_person_id(author_key)}"

    def person_notes_key(self, author_key: str) -> str:
        return f"{self.root}person_notes:{derive_person_id(author_key)}"

    def authors_key(self, month: str) -> str:
        return f"{self.root}authors:{month}"

    def apology_key(self, case: str) -> str:
        return f"{self.root}apology:{case}"

    def writing_key(self, case: str) -> str:
        return f"{self.root}writing:{case}"

    def schedule_key(self, schedule: str) -> str:
        return f"{self.root}schedule:{schedule}"

    def calendar_key(self, schedule: str) -> str:
        return f"{self.root}calendar:{schedule}"

    def page_key(self, page: str) -> str:
        return f"{self.root}page:{page}"

    def newest_joined_key(self, page: str) -> str:
        return f"{self.root}newest:{page}"

    def page_messages_key(self, page: str) -> str:
        return f"{self.root}messages:{page}"

    def crisis_key(self, crisis: str) -> str:
        return f"{self.root}crisis:{crisis}"

    def flags_key(self, person: str) -> str:
        return f"{self.root}flags:{person}"

    def reroutes_key(self, person: str) -> str:
        return f"{self.root}reroutes:{person}"

    def night_pages_key(self, night: int, person: str) -> str:
        return f"{self.root}night:{night}:{person}"

    def secret_key(self, purpose: str) -> str:
        return f"{self.root}secret:{purpose}"

    def outbox_key(self, to: Destination) -> str:
        return f"{self.root}outbox:{to}"

    def roll_up_key(self, department: str, to: Destination, topic: str = "roll-up") -> str:
        if topic == "follow-ups":
            return f"{self.root}follow_up_message:{department}:{to}"
        return f"{self.root}roll_up:{department}:{to}"

    def called_cases_key(self, department: str, to: Destination, topic: str = "roll-up") -> str:
        if topic == "follow-ups":
            return f"{self.root}follow_ups:{department}:{to}"
        return f"{self.root}called:{department}:{to}"

    def digest_key(self, digest: str) -> str:
        return f"{self.root}digest:{digest}"

    def digest_overflow_key(self, digest: str) -> str:
        return f"{self.root}rest:{digest}"

    def tally_key(self, hour: datetime) -> str:
        return f"{self.root}tally:{format_hour(hour)}"

    def hour_sums_key(self, hour: datetime) -> str:
        return f"{self.root}sums:{format_hour(hour)}"

    def themes_key(self, hour: datetime) -> str:
        return f"{self.root}themes:{format_hour(hour)}"

    def theme_posts_key(self, day: str, theme: str) -> str:
        return f"{self.root}theme_posts:{day}:{theme}"

    def rolled_tally_key(self, local_day: str) -> str:
        return f"{self.root}tally_day:{local_day}"

    def rolled_themes_key(self, local_day: str) -> str:
        return f"{self.root}themes_day:{local_day}"

    def theme_words_key(self, hour: datetime) -> str:
        return f"{self.root}theme_words:{format_hour(hour)}"

    @property
    def theme_words_start(self) -> str:
        return self.root + "theme_words_since"

    def rolled_theme_words_key(self, local_day: str) -> str:
        return f"{self.root}theme_words_day:{local_day}"

    def durations_key(self, day: str, department: str, measure: str) -> str:
        return f"{self.root}took:{day}:{department}:{measure}"

    @property
    def recognition(self) -> str:
        return f"{self.root}recognition"

    def resolutions_key(self, day: str) -> str:
        return f"{self.root}ended:{day}"

    def given_key(self, day: str) -> str:
        return f"{self.root}given:{day}"

    def precision_key(self, day: str) -> str:
        return f"{self.root}judged:{day}"

    def top_posts_key(self, hour: datetime, subject: str) -> str:
        return f"{self.root}telling:{format_hour(hour)}:{subject}"

    def baseline_key(self, subject: str) -> str:
        return f"{self.root}usual:{subject}"

    def episode_key(self, episode: str) -> str:
        return f"{self.root}episode:{episode}"

    def backfire_key(self, campaign: str) -> str:
        return f"{self.root}backfire:{campaign}"

    def episode_cases_key(self, episode: str) -> str:
        return f"{self.root}episode_cases:{episode}"

    def reads_key(self, source: str, at: datetime) -> str:
        return f"{self.root}reads:{source}:{at:%Y%m}"

    def read_ids_key(self, source: str, at: datetime, kind: str) -> str:
        return f"{self.root}read_ids:{source}:{format_day(at)}:{kind}"

    def install_state_key(self, state: str) -> str:
        return f"{self.root}install_state:{state}"

    def bucket_key(self, limit: str) -> str:
        return f"{self.root}bucket:{limit}"

    def paused_key(self, limit: str) -> str:
        return f"{self.root}parked:{limit}"

    def probe_key(self, kind: str) -> str:
        return f"{self.root}probe:{kind}"

    def presence_key(self, process: str) -> str:
        return f"{self.root}presence:{process}"

    def lease_key(self, name: str) -> str:
        return f"{self.root}lease:{name}"

    def fence_key(self, name: str) -> str:
        return f"{self.root}fence:{name}"
