"""`earshot run` in several processes: nothing is lost or done twice, whatever of them dies, and all end together."""

import asyncio
import json
import os
import re
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from bot.detectors.model.weights import PACKAGED
from tests.run.brands_process import run_brands
from tests.run.process import PLAYBOOK, EarshotProcess, run_earshot
from tests.run.test_installing import install, list_keys
from tests.run.test_run import card_in

THREE = ("--processes", "3")
OUTCOMES = ("opened", "joined", "tallied", "spam")


async def list_processes(earshot: EarshotProcess) -> dict[str, dict[str, Any]]:
    status = json.loads((await earshot.get("/statusz"))[1])
    [first, *_] = status["brands"].values() if "brands" in status else [status]
    return dict(first["processes"])


async def wait_until_working(earshot: EarshotProcess, *names: str) -> dict[str, dict[str, Any]]:
    async with asyncio.timeout(60):
        while True:
            found = await list_processes(earshot)
            if all(found[name]["working"] for name in names):
                return found
            await asyncio.sleep(0.1)


async def read_metric(earshot: EarshotProcess, name: str, label: str) -> dict[str, float]:
    """By the values of one label."""
    families = text_string_to_metric_families((await earshot.get("/metrics"))[1])
    samples = (sample for family in families for sample in family.samples if sample.name == name)
    return {sample.labels[label]: sample.value for sample in samples}


async def wait_for_outcomes(earshot: EarshotProcess, count: int, within: float = 120) -> dict[str, float]:
    """Wait until so many mentions are accounted for."""
    async with asyncio.timeout(within):
        while True:
            found = await read_metric(earshot, "earshot_mentions_total", "outcome")
            if sum(found[name] for name in OUTCOMES) >= count:
                return found
            await asyncio.sleep(0.2)


async def deliver_many(earshot: EarshotProcess, numbers: range) -> int:
    """Return how many were accepted."""
    limit = asyncio.Semaphore(10)

    async def deliver(number: int) -> int:
        async with limit:
            return await earshot.deliver(f"you lost suitcase {number} of mine, in row {number * 7}", str(number))

    statuses = Counter(await asyncio.gather(*map(deliver, numbers)))
    return statuses[202]


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text("ascii")
    except FileNotFoundError:
        return False


async def wait_until(true: Callable[[], bool], within: float) -> None:
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - another process has no event for us
            await asyncio.sleep(0.05)


async def export_mentions(earshot: EarshotProcess) -> list[str]:
    """The ids of all mentions that are stored, as a command of its own reads them."""
    said = await earshot.run_command("export", "mentions", "--format", "jsonl")
    return [json.loads(line)["mention"] for line in said.splitlines()]


async def test_the_counters_of_two_processes_add_up_to_what_was_sent(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=False, words=THREE) as earshot:
        processes = await wait_until_working(earshot, "triage-1", "triage-2")
        assert await deliver_many(earshot, range(120)) == 120
        await wait_for_outcomes(earshot, 120)

        async with asyncio.timeout(20):
            while True:
                triaged = await read_metric(earshot, "earshot_triage_seconds_count", "process")
                if sum(triaged.values()) >= 120:
                    break
                await asyncio.sleep(0.1)
        assert sum(triaged.values()) == 120
        assert triaged["main"] == 0
        assert set(processes) == set(triaged) == {"main", "triage-1", "triage-2"}
        assert await read_metric(earshot, "earshot_process_up", "process") == {"triage-1": 1, "triage-2": 1}
        resident = await read_metric(earshot, "process_resident_memory_bytes", "process")
        assert set(resident) == set(processes)


async def test_of_120_mentions_none_is_lost_or_counted_twice_when_a_triage_process_is_killed(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=False, words=THREE) as earshot:
        before = await wait_until_working(earshot, "triage-1", "triage-2")
        sending = asyncio.create_task(deliver_many(earshot, range(120)))
        await wait_for_outcomes(earshot, 40)
        os.kill(before["triage-1"]["pid"], signal.SIGSTOP)  # so that it has some in hand that it cannot finish
        accepted = await sending
        os.kill(before["triage-1"]["pid"], signal.SIGKILL)
        outcomes = await wait_for_outcomes(earshot, 120)

        assert accepted == outcomes["seen"] == sum(outcomes[name] for name in OUTCOMES) == 120
        assert "earshot_unaccounted 0.0" in (await earshot.get("/metrics"))[1]
        ids = await export_mentions(earshot)
        assert (len(ids), len(set(ids))) == (120, 120)
        after = await wait_until_working(earshot, "triage-1", "triage-2")
        assert after["triage-1"]["pid"] != before["triage-1"]["pid"]
        assert after["triage-1"]["restarts"] == 1
        assert await read_metric(earshot, "earshot_process_restarts_total", "process") == {"triage-1": 1}
        triaged = await read_metric(earshot, "earshot_triage_seconds_count", "process")
        assert sum(triaged.values()) <= 120
        [line] = [line for line in earshot.log if "is started again" in line]
        assert json.loads(line)["how"] == "it was killed, perhaps because memory ran out"

        pids = [one["pid"] for one in after.values()]
        async with asyncio.timeout(2 + 6 + 3):
            assert await earshot.stop() == 0
        assert not [pid for pid in pids if is_alive(pid)]
        assert not any("Traceback" in line for line in earshot.log)


async def test_the_processes_of_one_that_was_killed_end_by_themselves(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=False, words=THREE) as earshot:
        pids = [one["pid"] for one in (await wait_until_working(earshot, "triage-1", "triage-2")).values()]
        earshot.process.kill()
        await earshot.process.wait()

        await wait_until(lambda: not any(map(is_alive, pids)), within=20)


async def test_a_process_that_is_started_again_follows_the_playbook_in_force_and_not_the_one_on_disk(
    tmp_path: Path,
) -> None:
    async with run_earshot(tmp_path, socket_mode=False, words=("--processes", "2")) as earshot:
        written = earshot.folder / "playbook.toml"
        written.write_text(PLAYBOOK.replace("C0CARE", "C0PR"), encoding="utf-8")
        earshot.process.send_signal(signal.SIGHUP)
        await earshot.wait_for_event("playbook reloaded")
        written.write_text("[brand", encoding="utf-8")
        old = (await wait_until_working(earshot, "triage-1"))["triage-1"]["pid"]
        os.kill(old, signal.SIGKILL)
        await wait_until(lambda: any("is started again" in line for line in earshot.log), within=20)

        assert await earshot.deliver("you lost my suitcase again", "1") == 202
        assert "suitcase" in (await card_in(earshot, "C0PR")).read_text()
        assert earshot.workspace.find_channel("C0CARE").messages == []


async def test_where_triage_cannot_start_hooks_are_still_taken_and_the_status_says_why(tmp_path: Path) -> None:
    weights, away = Path(shutil.copy(PACKAGED, tmp_path / "own.weights")), tmp_path / "away.weights"
    more = {"EARSHOT_MODEL": str(weights)}
    async with run_earshot(tmp_path, socket_mode=False, words=("--processes", "2"), more=more) as earshot:
        pid = (await wait_until_working(earshot, "triage-1"))["triage-1"]["pid"]
        shutil.move(weights, away)
        os.kill(pid, signal.SIGKILL)
        await earshot.wait_for_event("triage cannot start")
        await wait_until(lambda: any("it cannot start: " in line for line in earshot.log), within=20)

        assert await earshot.deliver("you lost my suitcase again", "1") == 202
        assert (await earshot.get("/readyz"))[0] == 200
        troubles = json.loads((await earshot.get("/statusz"))[1])["troubles"]
        assert re.match(
            r"1 of 1 triage process stopped: triage-1 \(it cannot start: .*own\.weights", troubles["processes"]
        )
        assert await read_metric(earshot, "earshot_process_up", "process") == {"triage-1": 0}

        shutil.move(away, weights)
        assert "suitcase" in (await card_in(earshot)).read_text()
        assert "processes" not in json.loads((await earshot.get("/statusz"))[1])["troubles"]


async def test_what_ends_one_by_a_signal_of_its_own_is_started_again_without_loss(tmp_path: Path) -> None:
    async with run_earshot(tmp_path, socket_mode=True, words=("--processes", "2")) as earshot:
        pid = (await wait_until_working(earshot, "triage-1"))["triage-1"]["pid"]
        os.kill(pid, signal.SIGHUP)
        os.kill(pid, signal.SIGINT)
        assert (await list_processes(earshot))["triage-1"]["pid"] == pid
        os.kill(pid, signal.SIGTERM)
        await wait_until(lambda: any("it ended with exit code 0" in line for line in earshot.log), within=20)
        assert await earshot.deliver("you lost my suitcase again", "1") == 202
        await card_in(earshot)


async def test_a_triage_process_triages_for_all_brands_and_writes_nothing_for_one_that_was_uninstalled(
    tmp_path: Path,
) -> None:
    async with run_brands(tmp_path, by_link=True, more={"EARSHOT_PROCESSES": "2"}) as brands:
        await wait_until_working(brands.earshot, "triage-1")
        await install(brands)
        await install(brands, "fabrikam", "T0FAB")
        await wait_until_triaged(brands.earshot, {"main": 0, "triage-1": 2})

        await brands.sandboxes["northwind"].uninstall_app()
        await wait_until(
            lambda: any('"triage-1"' in one and "is being removed" in one for one in brands.earshot.log), 30
        )
        async with asyncio.timeout(20):
            while await list_keys(brands, "northwind") != ["earshot:{northwind}:uninstalled"]:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        assert await brands.deliver("fabrikam", "the blender broke", "2") == 202
        assert "blender" in (await brands.wait_for_card("fabrikam", 1)).read_text()

        await wait_until_triaged(brands.earshot, {"main": 0, "triage-1": 3})
        assert await list_keys(brands, "northwind") == ["earshot:{northwind}:uninstalled"]
        assert (await list_processes(brands.earshot))["triage-1"]["restarts"] == 0


async def wait_until_triaged(earshot: EarshotProcess, expected: dict[str, float]) -> None:
    async with asyncio.timeout(20):
        while await read_metric(earshot, "earshot_triage_seconds_count", "process") != expected:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
