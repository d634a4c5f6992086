"""The supervisor of triage processes, with processes that misbehave in every way."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.app.child_messages import BrandOrder, TriageOrder, TriageReport
from bot.app.supervisor import ProcessOptions, ProcessSupervisor
from bot.clock import SystemClock
from bot.config.settings import Settings
from bot.config.settings_loader import load_settings
from bot.store.brand_identity import BrandIdentity
from bot.web.health_endpoints import SystemStatus, add_processes
from bot.web.process_group import MAIN


def build_order(settings: Settings, *playbooks: str) -> TriageOrder:
    """One brand for each playbook."""
    brands = (
        BrandOrder(BrandIdentity(f"brand-{nth}", "Northwind"), text, "playbook.toml", f"/brands/{nth}", settings)
        for nth, text in enumerate(playbooks)
    )
    return TriageOrder(tuple(brands), settings, ("triage", "spikes"))


SETTINGS = load_settings({"SLACK_BOT_TOKEN": "xoxb-1-secret"})
ORDER = build_order(SETTINGS, "[brand]\nname = 'Ж'")
REPORT = TriageReport([("earshot_test", "", "counter", [("earshot_test_total", {}, 3.0)])])


def write_report(report: TriageReport) -> str:
    """Return the code of a process that reads its order and reports once."""
    read = "import sys, time, signal; order = sys.stdin.buffer.readline(); say = sys.stdout.buffer"
    return f"{read}; say.write({report.encode()!r}); say.flush()\n"


SAY = write_report(REPORT)
ENDS = SAY + "sys.stdin.buffer.read()"
HANGS = SAY + "time.sleep(600)"
FAILS = "import sys; sys.exit(3)"
BABBLES = "import sys, time; print('not a report', flush=True); time.sleep(600)"
IGNORES = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + HANGS
ECHOES = SAY + (
    "import json\n"
    "for line in sys.stdin.buffer:\n"
    "    text = json.loads(line)['brands'][0][1]\n"
    "    rows = [['earshot_test', text, 'gauge', []]]\n"
    "    say.write(json.dumps({'metrics': rows, 'stalled': False, 'refusals': {}, 'failure': ''}).encode() + b'\\n'); say.flush()"
)


@asynccontextmanager
async def supervise(
    code: str, report_within: float = 30, stop_within: float = 10, count: int = 1
) -> AsyncIterator[ProcessSupervisor]:
    options = ProcessOptions(lambda _: (sys.executable, "-c", code), report_within, stop_within)
    supervisor, stop = ProcessSupervisor(count, SystemClock(), lambda: ORDER, options), asyncio.Event()
    running = asyncio.create_task(supervisor.run(stop))
    try:
        yield supervisor
    finally:
        stop.set()
        await running


def is_working(supervisor: ProcessSupervisor) -> bool:
    return supervisor.is_any_working("")


async def wait_until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - another process has no event for us
            await asyncio.sleep(0.02)


def read_state(supervisor: ProcessSupervisor, name: str = "triage-1") -> dict[str, object]:
    return dict(supervisor.list_processes()[name])


async def test_a_process_works_once_it_has_reported_and_ends_when_the_pipe_closes() -> None:
    async with supervise(ENDS) as supervisor:
        assert not is_working(supervisor)
        assert supervisor.describe_problem("") == ""
        await wait_until(lambda: is_working(supervisor))
        [(_, _, _, [(_, _, value)])] = supervisor.export_metrics()["triage-1"]
        assert value == 3
    assert read_state(supervisor) == {
        "pid": None,
        "working": False,
        "restarts": 0,
        "last_end": "it ended with exit code 0",
    }


async def test_a_process_that_fails_is_started_again_and_the_reason_is_kept() -> None:
    async with supervise(FAILS) as supervisor:
        await wait_until(lambda: read_state(supervisor)["restarts"] == 2)
        assert supervisor.describe_problem("") == "1 of 1 triage process stopped: triage-1 (it ended with exit code 3)"


async def test_a_process_that_says_why_it_cannot_start_is_quoted() -> None:
    async with supervise(write_report(TriageReport([], failure="The model is missing."))) as supervisor:
        await wait_until(lambda: read_state(supervisor)["restarts"] == 1)
        assert read_state(supervisor)["last_end"] == "it cannot start: The model is missing"
        assert not is_working(supervisor)


async def test_processes_that_end_in_the_moment_in_which_they_are_killed_are_started_again() -> None:
    """One in some two hundred kills met a process that had just ended, and brought the supervisor down."""
    report = TriageReport([], failure="The model is missing.")
    async with supervise(write_report(report), count=12) as supervisor:
        children = [name for name in supervisor.list_processes() if name != MAIN]
        await wait_until(lambda: all(read_state(supervisor, name)["restarts"] for name in children))


async def test_a_brand_for_which_a_process_cannot_triage_is_told_and_the_others_are_not() -> None:
    report = TriageReport([], refusals={"fabrikam": "The keys belong to 'Contoso'."})
    async with supervise(write_report(report) + "sys.stdin.buffer.read()") as supervisor:
        await wait_until(lambda: supervisor.is_any_working("northwind"))
        assert not supervisor.is_any_working("fabrikam")
        assert supervisor.describe_problem("northwind") == ""
        assert supervisor.describe_problem("fabrikam") == (
            "1 of 1 triage process cannot triage for this brand: triage-1 (The keys belong to 'Contoso')"
        )
        status = SystemStatus(ready=True)
        assert add_processes(status, supervisor, "northwind").issues == {}
        assert add_processes(status, supervisor, "fabrikam").issues["processes"].endswith("'Contoso').")


async def test_a_process_that_hangs_is_killed_and_started_again() -> None:
    async with supervise(HANGS, report_within=3) as supervisor:
        await wait_until(lambda: read_state(supervisor)["restarts"] == 1)
        assert read_state(supervisor)["last_end"] == "it hung for 3 s"


async def test_a_process_that_reports_nonsense_is_killed_and_started_again() -> None:
    async with supervise(BABBLES) as supervisor:
        await wait_until(lambda: read_state(supervisor)["restarts"] == 1)
        assert read_state(supervisor)["last_end"] == "its report could not be read"


async def test_a_process_that_does_not_end_is_killed_after_its_time() -> None:
    async with supervise(IGNORES, stop_within=0.2) as supervisor:
        await wait_until(lambda: is_working(supervisor))
    assert read_state(supervisor)["last_end"] == "it was killed, perhaps because memory ran out"


async def test_a_command_that_is_not_there_is_a_reason_like_any_other() -> None:
    options = ProcessOptions(lambda _: ("/nowhere/python",))
    supervisor, stop = ProcessSupervisor(2, SystemClock(), lambda: ORDER, options), asyncio.Event()
    running = asyncio.create_task(supervisor.run(stop))
    await wait_until(lambda: bool(supervisor.describe_problem("")))
    stop.set()
    await running
    assert supervisor.describe_problem("") == (
        "2 of 2 triage processes stopped: triage-1, triage-2 (it cannot be started: No such file or directory)"
    )


async def test_a_new_playbook_reaches_a_process_that_works() -> None:
    async with supervise(ECHOES) as supervisor:
        await wait_until(lambda: is_working(supervisor))
        await supervisor.send_order()
        await wait_until(lambda: supervisor.export_metrics()["triage-1"][0][1] == "[brand]\nname = 'Ж'")


def test_settings_pass_a_pipe_as_they_are_with_their_secrets() -> None:
    given = {"SLACK_BOT_TOKEN": "xoxb-1", "EARSHOT_HOOK_A_SECRET": "0123456789abcdef 0123456789abcdeg"}
    given |= {"EARSHOT_CONTACT_RAJ_NTFY": "+1", "REDIS_URL": "redis://u:p@h/0", "EARSHOT_PROCESSES": "3"}
    order = build_order(load_settings(given), "text", "another")

    assert TriageOrder.decode(order.encode()) == order
