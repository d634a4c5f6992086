"""Each word by which a server says that it will not, now or not for us, is `StoreUnavailable` with a sentence."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from redis.exceptions import ResponseError
from standardwebhooks import Webhook as Signer

from bot.domain.commits import StoreUnavailable
from bot.sources.webhook import WebhookOptions, WebhookSource
from bot.store.client import RedisClient
from bot.store.store import Store
from bot.web import RouteDependencies, build_web_app
from bot.web.http_server import serve_in_background
from bot.workers.ingest import InboxWriter
from tests.clock import SteppedClock
from tests.scenarios.webhook_client import SECRET
from tests.store.refusing_server import RefusingServer, serve_refusals

TAKES_NONE = "Redis takes no writes now: "
CLUSTER = "This node of the cluster"
RIGHTS = "Redis refuses a permission"
UNKNOWN = "Redis does not know a command that Earshot needs: "
SILENT = "Redis does not answer: "
USER = "Redis refuses the user or password: "
REPLICA = "Redis is a replica, which takes no writes: "
IN_SCRIPT_62 = "ERR Error running script (call to f_0a1b): @user_script:1: @user_script: 1: "
IN_SCRIPT_7 = " script: 0a1b, on @user_script:59."
WORDS = [
    ("READONLY You can't write against a read only replica.", REPLICA),
    ("READONLY You can't write against a read only replica." + IN_SCRIPT_7, REPLICA),
    (IN_SCRIPT_62 + "-READONLY You can't write against a read only replica.", REPLICA),
    ("MOVED 3999 127.0.0.1:6381", CLUSTER),
    ("ASK 3999 127.0.0.1:6381", CLUSTER),
    ("TRYAGAIN Multiple keys request during rehashing of slot", CLUSTER),
    ("CROSSSLOT Keys in request don't hash to the same slot", CLUSTER),
    ("CLUSTERDOWN The cluster is down", CLUSTER),
    ("CLUSTERDOWN Hash slot not served", CLUSTER),
    ("ERR Script attempted to access a non local key in a cluster node" + IN_SCRIPT_7, CLUSTER),
    ("ERR Script attempted to access keys that do not hash to the same slot" + IN_SCRIPT_7, CLUSTER),
    ("UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)", TAKES_NONE),
    ("OOM command not allowed when used memory > 'maxmemory'.", TAKES_NONE),
    ("OOM command not allowed when used memory > 'maxmemory'." + IN_SCRIPT_7, TAKES_NONE),
    ("OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'", TAKES_NONE),
    (IN_SCRIPT_62 + "-OOM command not allowed when used memory > 'maxmemory'.", TAKES_NONE),
    ("MISCONF Errors writing to the AOF file: No space left on device", TAKES_NONE),
    ("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", TAKES_NONE),
    (IN_SCRIPT_62 + "-MISCONF Errors writing to the AOF file: No space left on device", TAKES_NONE),
    ("NOREPLICAS Not enough good replicas to write.", TAKES_NONE),
    (IN_SCRIPT_62 + "-NOREPLICAS Not enough good replicas to write.", TAKES_NONE),
    ("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", TAKES_NONE),
    ("BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", TAKES_NONE),
    ("NOQUORUM Not enough masters", TAKES_NONE),
    ("FENCED a word that no server says yet", TAKES_NONE),
    ("EXECABORT Transaction discarded because of previous errors.", TAKES_NONE),
    ("DENIED Redis is running in protected mode because protected mode is enabled", TAKES_NONE),
    ("NOSCRIPT No matching script. Please use EVAL.", "Redis forgets a script as soon as it is loaded: "),
    ("NOPERM this user has no permissions to run the 'evalsha' command", RIGHTS),
    ("NOPERM User default has no permissions to access one of the keys used as arguments", RIGHTS),
    ("ERR ACL failure in script: User default has no permissions to run the 'set' command" + IN_SCRIPT_7, RIGHTS),
    ("ERR The user executing the script can't run this command or subcommand" + IN_SCRIPT_7, RIGHTS),
    (IN_SCRIPT_62 + "The user executing the script can't access at least one of the keys", RIGHTS),
    ("ERR wrong number of arguments for 'auth' command", RIGHTS),
    ("ERR unknown command 'EVALSHA', with args beginning with: '0a1b' '1' 'what a stranger said' ", UNKNOWN),
    ("ERR unknown command `XADD`, with args beginning with: `inbox`, ", UNKNOWN),
    ("ERR Unknown Redis command called from script" + IN_SCRIPT_7, UNKNOWN),
    ("ERR DB index is out of range", "Redis does not have the database that REDIS_URL names: "),
    ("ERR SELECT is not allowed in cluster mode", "Redis does not have the database that REDIS_URL names: "),
    ("ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.", TAKES_NONE),
    ("ERR upstream failure", TAKES_NONE),
    ("no upstream host", TAKES_NONE),
    ("ERR Connection timed out", TAKES_NONE),
    ("ERR Error running script: Script killed by user with SCRIPT KILL..." + IN_SCRIPT_7, TAKES_NONE),
    ("LOADING Redis is loading the dataset in memory", SILENT),
    ("ERR max number of clients reached", SILENT),
    ("NOAUTH Authentication required.", USER),
    ("WRONGPASS invalid username-password pair or user is disabled.", USER),
]
OURS = [
    "WRONGTYPE Operation against a key holding the wrong kind of value",
    "WRONGTYPE Operation against a key holding the wrong kind of value" + IN_SCRIPT_7,
    "ERR syntax error",
    "ERR wrong number of arguments for 'set' command",
    "ERR value is not an integer or out of range",
    IN_SCRIPT_62 + "-WRONGTYPE Operation against a key holding the wrong kind of value",
    IN_SCRIPT_62 + "Script attempted to access nonexistent global variable 'x'",
    "ERR EXEC without MULTI",
    "BUSYGROUP Consumer Group name already exists",
]


@pytest.fixture
async def server() -> AsyncIterator[RefusingServer]:
    async with serve_refusals() as made:
        yield made


@pytest.fixture
async def client(server: RefusingServer) -> AsyncIterator[RedisClient]:
    made = RedisClient(server.url)
    yield made
    await made.close()


@pytest.mark.parametrize(("word", "sentence"), WORDS)
async def test_a_refusal_is_a_sentence_wherever_it_is_said(
    word: str, sentence: str, server: RefusingServer, client: RedisClient
) -> None:
    for server.answer in (f"-{word}", f"*1\r\n-{word}"):
        for asked in (client.run_scripts("commit", [(["k"], ["a"])]), client.run_script("admit", ["k"], ["a"])):
            with pytest.raises(StoreUnavailable) as raised:
                await asked
            assert str(raised.value).startswith(sentence)
            assert "stranger" not in str(raised.value)
    server.answer = f"-{word}"
    for asked in (client.execute("SET", "a", "b"), client.execute_batch([("SET", "a", "b")])):
        with pytest.raises(StoreUnavailable):
            await asked


@pytest.mark.parametrize("word", OURS)
async def test_a_fault_of_ours_stays_an_error(word: str, server: RefusingServer, client: RedisClient) -> None:
    server.answer = f"-{word}"
    for asked in (client.execute("SET", "a", "b"), client.run_script("commit", ["k"], ["a"])):
        with pytest.raises(ResponseError):
            await asked


async def test_a_server_that_takes_no_scripts_is_told_by_its_words(server: RefusingServer, client: RedisClient) -> None:
    server.loads, server.answer = False, "-NOPERM this user has no permissions to run the 'script|load' command"
    with pytest.raises(StoreUnavailable, match=RIGHTS):
        await client.run_script("commit", ["k"], ["a"])


async def test_what_answers_and_is_no_redis_is_said(server: RefusingServer, client: RedisClient) -> None:
    server.answer = "HTTP/1.1 400 Bad Request"
    with pytest.raises(StoreUnavailable, match="not Redis"):
        await client.execute("GET", "a")


@pytest.mark.parametrize("word", ["READONLY x", "UNBLOCKED x", "MOVED 1 a:1", "CLUSTERDOWN x", "ERR upstream failure"])
async def test_after_a_refusal_that_another_server_may_have_ended_the_name_is_asked_again(
    word: str, server: RefusingServer, client: RedisClient
) -> None:
    await client.execute("SET", "a", "b")
    server.answer = f"-{word}"
    with pytest.raises(StoreUnavailable):
        await client.execute("SET", "a", "b")
    server.answer = "+OK"
    await client.execute("SET", "a", "b")
    assert server.connections == 2


async def test_a_full_memory_costs_no_new_connections(server: RefusingServer, client: RedisClient) -> None:
    server.answer = "-OOM command not allowed when used memory > 'maxmemory'."
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            await client.execute("SET", "a", "b")
    assert server.connections == 1


@pytest.mark.parametrize("word", [word for word, _ in WORDS])
async def test_a_hook_answers_503_and_when_to_send_it_again(
    word: str, server: RefusingServer, client: RedisClient
) -> None:
    clock = SteppedClock()
    store = Store(client, "brand", "test")
    hook = WebhookSource(WebhookOptions(), "forum", SECRET, clock)
    hook._sink = InboxWriter("forum", store, clock)
    server.answer = f"-{word}"
    async with (
        serve_in_background(build_web_app(RouteDependencies(store, clock, lambda: {"forum": hook}))) as port,
        aiohttp.ClientSession() as session,
    ):
        url = f"http://127.0.0.1:{port}/hooks/forum"
        async with session.post(url, data=BODY, headers=sign(BODY, clock.now())) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


BODY = json.dumps({"id": "forum:1", "text": "you lost my suitcase", "created_at": "2026-03-10T09:00:00Z"})


def sign(body: str, at: datetime) -> dict[str, str]:
    sent = at.astimezone(UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": Signer(SECRET).sign("msg_1", sent, body),
    }
