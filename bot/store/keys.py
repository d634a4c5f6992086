"""Every key, spelled once. All keys of one brand share a hash tag, so that each script touches one slot.

| key | type | what | bound or retention |
| --- | --- | --- | --- |
| `inbox` | stream | mentions not yet triaged | emptied by the commit; sources wait at `INBOX_MOST` |
| `seen:<mention>` | string | this mention was admitted | `SEEN_FOR` |
| `cursors` | hash | source → where it was | one field a source |
| `heard` | hash | source → when it last gave a mention, ms | one field a source |
| `books` | hash | seen, opened, joined, tallied, spam; editing: edits that wait | six fields |
| `case:<case>` | hash | `v` version, `body` JSON | `CASE_KEPT` after it was resolved |
| `joined:<case>` | hash | mention → JSON, of those that joined | `JOINED_MOST`; goes with its case |
| `joined_to:<mention>` | string | the case that a mention joined, should its author edit it | `EDITED_WITHIN` |
| `card:<case>` | hash | where the card is, which version was drawn, where people were asked | goes with its case |
| `case_messages:<case>` | list | where else Slack shows something of it | last `MESSAGES_MOST`; `CASE_KEPT` |
| `conversation:<…>` | string | the case of a person in a conversation | 30 days |
| `copy:<…>` | string | the case of these words | 24 hours |
| `deadlines` | sorted set | case by when its next clock runs out | one an open case |
| `open:<department>` | sorted set | open case by when it is due | one an open case |
| `mine:<person>` | set | the cases a person has now | one a claimed case |
| `schedule:<schedule>` | hash | `v` version, `body` JSON: what people changed | 200 at a time; `OVERRIDES_KEPT` |
| `calendar:<schedule>` | hash | the last good answer of its calendar, who is booked | 1 MB; `CALENDAR_KEPT` |
| `page:<page>` | hash | `v` version, `body` JSON, `joined` how many follow it | `PAGE_KEPT` after it last changed |
| `newest:<page>` | sorted set | the case that follows it and came last, by when | one; `PAGE_KEPT` |
| `messages:<page>` | hash | who was shown it in Slack → where, and what | one field a person; `PAGE_KEPT` |
| `pages` | sorted set | page by when its next rung is due | one a page that nobody has answered |
| `ringing` | hash | department, harm, subject → the page that calls for such cases | one field each |
| `drills` | hash | department → its last drill, JSON | one field a department |
| `vigil` | hash | `v` version, `body` JSON: how Earshot itself is, how long sources are silent | one |
| `crisis:<crisis>` | hash | `v` version, `body` JSON: a declared crisis | `CRISIS_KEPT` after it was closed |
| `crises` | sorted set | those that are open, by when they were declared | one an open crisis |
| `flags:<person>` | hash | when a person flagged something lately, and its version | `FLAGS_KEPT` |
| `night:<night>:<person>` | set | the pages for which a person was called in a night | `NIGHT_KEPT` |
| `secret:<what>` | string | what we sign with, made once | one for each use |
| `feeds` | hash | a person or a schedule → how often the address of its calendar was taken back | one field each |
| `holes` | hash | a hole of a schedule → when it was said, ms | one field a hole that is there |
| `outboxes` | set | destinations that are owed something | one a department, person or pager, while it is owed |
| `outbox:<to>` | sorted set | notifications by lane and age | one of a name; emptied by delivery |
| `digest:<digest>` | hash | a digest card: where it is, its cases | `DIGEST_KEPT` |
| `rest:<digest>` | sorted set | of a digest that shows a part of its cases: the others, by urgency | `DIGEST_KEPT` |
| `tally:<hour>` | hash | quarter, subject, department, sentiment, intent → count | `TALLIES_KEPT` |
| `took:<day>:<department>:<measure>` | list | quarter, seconds to claim or resolve | last `TOOK_MOST`; `TALLIES_KEPT` |
| `ended:<day>` | hash | quarter, department, resolution → count | `TALLIES_KEPT` |
| `telling:<hour>:<subject>` | sorted set | the posts that say most | best `TELLING_MOST`; `TELLING_KEPT` |
| `aside` | stream | mentions nobody needed to see | last `ASIDE_MOST` |
| `spam` | stream | spam with its assessment, to be looked through and brought back | last `SPAM_MOST`; `SPAM_KEPT` |
| `audit` | stream | what happened to which case, by whom, when | last `AUDIT_MOST` |
| `corrections` | stream | what we heard wrongly, with the mention | last `CORRECTIONS_MOST`; `CORRECTIONS_KEPT` |
| `judged:<day>` | hash | what became of what we heard, of cases that people closed → count | `TALLIES_KEPT` |
| `feed` | stream | what the watch for spikes needs of each mention | last `FEED_MOST`; trimmed once it is learnt from |
| `lately` | stream | what was heard lately: ids, and a hash of the words | a day; as many as a worker remembers |
| `usual:<subject>` | hash | `v` version, `body` JSON: what is usual by the hour | `USUAL_KEPT` after the last lesson |
| `episode:<episode>` | hash | `v` version, `body` JSON | `EPISODE_KEPT` after it was over |
| `episodes` | sorted set | episodes by when they were opened | last `EPISODES_MOST` |
| `running` | hash | subject → its episode that is not over | one field a subject |
| `watched` | string | when the watch for spikes last looked, ms | one |
| `dead` | hash | inbox entry → why it failed | triage stops at `DEAD_MOST` |
| `meta` | hash | `schema`, `brand` its id, `name` as it was last | one |
| `unreadable` | hash | a record we cannot read → its kind, its key, why, a copy | `UNREADABLE_MOST`; until it is read |
| `bucket:<limit>`, `parked:<limit>` | string | Slack's limits, as far as used | two minutes; until it ends |
| `lease:<name>` | string | who runs what must run once | its own length |
| `fence:<name>` | string | which holder of that lease it is, counted, and who | for good: one for each name |
| `reads:<source>:<month>` | hash | posts, users of the month and of each day → how many were read | 100 days |
| `read_ids:<source>:<day>:<posts or users>` | set | ids read that day, billed once | two days |
| `reads` | hash | source, posts or users → how many were read in all | two fields a source |
| `trouble` | hash | part → what is wrong, in words | one field a part |
| `probe:<type>` | each type | written to see whether that can be done | gone by the end of the same act |

Days and hours in keys are UTC. What is read by the brand's own days says in which quarter of an hour it was (of the
hour in `tally`, of the day in `took` and `ended`), so that a day of any time zone is put together exactly.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from bot.domain.destination import Destination

INBOX_MOST = 200_000
SEEN_FOR = timedelta(days=14)
EDITED_WITHIN = timedelta(days=1)
"""X allows an hour."""
CASE_KEPT = timedelta(days=90)
MESSAGES_MOST = 200
JOINED_MOST = 1_000
DIGEST_KEPT = timedelta(days=14)
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
CRISIS_KEPT = timedelta(days=400)
EPISODES_MOST = 2_000


@lru_cache(maxsize=5_000)
def join_field(*parts: str | int) -> str:
    """A hash field of several parts. A name may have any character in it, so that a `|` of its own is written `%7C`."""
    return "|".join(str(part).replace("%", "%25").replace("|", "%7C") for part in parts)


def split_field(field: str) -> list[str]:
    """What `field` was made of."""
    parts = field.split("|")
    return [part.replace("%7C", "|").replace("%25", "%") for part in parts] if "%" in field else parts


def format_hour(at: datetime) -> str:
    """As `%Y%m%d%H` would, in a fifth of its time: it is asked for twice a mention."""
    return f"{at.year:04}{at.month:02}{at.day:02}{at.hour:02}"


def format_day(at: datetime) -> str:
    """Days here are UTC; reports put them together to the brand's own days, by the quarters in their fields."""
    return f"{at:%Y%m%d}"


class Keys:
    """The keys of one brand. `brand` is the playbook's slug; a test adds a prefix of its own."""

    def __init__(self, brand: str) -> None:
        self.root = f"earshot:{{{brand}}}:"
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
        self.calendar_links = self.root + "feeds"
        self.schedule_gaps = self.root + "holes"
        self.unrouted = self.root + "aside"
        self.spam = self.root + "spam"
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

    def seen_key(self, mention: str) -> str:
        return f"{self.root}seen:{mention}"

    def case_key(self, case: str) -> str:
        return f"{self.root}case:{case}"

    def joined_mentions_key(self, case: str) -> str:
        return f"{self.root}joined:{case}"

    def joined_case_key(self, mention: str) -> str:
        return f"{self.root}joined_to:{mention}"

    def card_key(self, case: str) -> str:
        return f"{self.root}card:{case}"

    def case_messages_key(self, case: str) -> str:
        return f"{self.root}case_messages:{case}"

    def conversation_case_key(self, key: str) -> str:
        return f"{self.root}conversation:{key}"

    def copy_case_key(self, key: str) -> str:
        return f"{self.root}copy:{key}"

    def open_cases_key(self, department: str) -> str:
        return f"{self.root}open:{department}"

    def owned_cases_key(self, person: str) -> str:
        return f"{self.root}mine:{person}"

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

    def night_pages_key(self, night: int, person: str) -> str:
        return f"{self.root}night:{night}:{person}"

    def secret_key(self, purpose: str) -> str:
        return f"{self.root}secret:{purpose}"

    def outbox_key(self, to: Destination) -> str:
        return f"{self.root}outbox:{to}"

    def digest_key(self, digest: str) -> str:
        return f"{self.root}digest:{digest}"

    def digest_overflow_key(self, digest: str) -> str:
        return f"{self.root}rest:{digest}"

    def tally_key(self, hour: datetime) -> str:
        return f"{self.root}tally:{format_hour(hour)}"

    def durations_key(self, day: str, department: str, measure: str) -> str:
        return f"{self.root}took:{day}:{department}:{measure}"

    def resolutions_key(self, day: str) -> str:
        return f"{self.root}ended:{day}"

    def precision_key(self, day: str) -> str:
        return f"{self.root}judged:{day}"

    def top_posts_key(self, hour: datetime, subject: str) -> str:
        return f"{self.root}telling:{format_hour(hour)}:{subject}"

    def baseline_key(self, subject: str) -> str:
        return f"{self.root}usual:{subject}"

    def episode_key(self, episode: str) -> str:
        return f"{self.root}episode:{episode}"

    def reads_key(self, source: str, at: datetime) -> str:
        return f"{self.root}reads:{source}:{at:%Y%m}"

    def read_ids_key(self, source: str, at: datetime, kind: str) -> str:
        return f"{self.root}read_ids:{source}:{format_day(at)}:{kind}"

    def bucket_key(self, limit: str) -> str:
        return f"{self.root}bucket:{limit}"

    def paused_key(self, limit: str) -> str:
        return f"{self.root}parked:{limit}"

    def probe_key(self, kind: str) -> str:
        return f"{self.root}probe:{kind}"

    def lease_key(self, name: str) -> str:
        return f"{self.root}lease:{name}"

    def fence_key(self, name: str) -> str:
        return f"{self.root}fence:{name}"
