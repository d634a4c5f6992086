"""Run triage in processes of its own: start them, start again what dies, and end them with this one."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import structlog

from bot.app.child_messages import LINE_MOST, TriageOrder, TriageReport
from bot.clock import Clock
from bot.domain.text import format_count
from bot.metrics import PROCESS_RESTARTS, PROCESS_UP, MetricRows
from bot.web.process_group import MAIN, ProcessGroup, describe_process
from bot.workers.runner import sleep_or_stop

STOP_WITHIN = 6.0
"""Seconds for a process to finish what it has in hand; as long as open requests have."""
REPORT_WITHIN = 60.0
"""Seconds without a report after which a process hangs. Its start takes two, and ten on a busy machine."""
STEADY_AFTER = 60.0
"""Seconds after which the end of a process is not a failure of its start."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a process is started again: twice as long after each failure."""
_RUN = "import sys; sys.path[:] = sys.argv[2:]; from bot.app.triage_process import main; main(sys.argv[1])"

log = structlog.get_logger("supervisor")


def build_command(name: str) -> tuple[str, ...]:
    """Return the command of a triage process, which imports what this process would."""
    return (sys.executable, "-c", _RUN, name, *sys.path)


class ProcessOptions(NamedTuple):
    """How to start a process, and how many seconds it has to report and to stop."""

    build_command: Callable[[str], Sequence[str]] = build_command
    report_within: float = REPORT_WITHIN
    stop_within: float = STOP_WITHIN


OPTIONS = ProcessOptions()


class TriageProcess:
    """One child: its process, what it last reported, and how it ended the last time."""

    def __init__(
        self, name: str, clock: Clock, build_order: Callable[[], TriageOrder], options: ProcessOptions
    ) -> None:
        self.name = name
        self.restarts = 0
        self.ending = ""
        """How the last process of this name ended, in words."""
        self.report: TriageReport | None = None
        """None until the process works, and when it has ended."""
        self._clock = clock
        self._build_order = build_order
        self._options = options
        self._process: asyncio.subprocess.Process | None = None
        self._failures = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    @property
    def is_working(self) -> bool:
        return self.report is not None and not self.report.stalled

    def get_refusal(self, brand: str) -> str:
        """Return why the process does not triage for this brand although it works, or ""."""
        return self.report.refusals.get(brand, "").removesuffix(".") if self.report is not None else ""

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the process running until told to stop."""
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            began = loop.time()
            self.ending = await self._run_once(stop)
            if stop.is_set():
                return
            self._failures = 0 if loop.time() - began > STEADY_AFTER else self._failures + 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 8))
            log.error("process ended, and is started again", child=self.name, how=self.ending, pause_seconds=pause)
            await sleep_or_stop(pause, self._clock, stop)
            self.restarts += 1
            PROCESS_RESTARTS.labels(self.name).inc()

    async def send_order(self) -> None:
        """Hand over the playbooks in force; a process that is starting gets them with its first order."""
        if self._process is not None:
            await _write_line(self._process, self._build_order().encode())

    async def _run_once(self, stop: asyncio.Event) -> str:
        """Run one process to its end, and describe that."""
        try:
            process = self._process = await self._start_process()
        except OSError as no:
            return f"it cannot be started: {no.strerror}"
        reading = asyncio.create_task(self._read_reports(process))
        stopping = asyncio.create_task(stop.wait())
        try:
            await _write_line(process, self._build_order().encode())
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            failure = reading.result() if reading.done() else ""
            await self._end_process(process, 0 if failure else self._options.stop_within)
        finally:
            if process.returncode is None:
                process.kill()
            stopping.cancel()
            await asyncio.gather(reading, stopping, return_exceptions=True)
            self.report = None
            PROCESS_UP.labels(self.name).set(0)
        return failure or _describe_exit(await process.wait())

    async def _start_process(self) -> asyncio.subprocess.Process:
        """Start it with our log, and in a session of its own, so that Ctrl-C on a terminal reaches only us."""
        return await asyncio.create_subprocess_exec(
            *self._options.build_command(self.name),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_MOST,
            start_new_session=True,
        )

    async def _read_reports(self, process: asyncio.subprocess.Process) -> str:
        """Read until the process ends. Return why it has to be killed, or ""."""
        assert process.stdout is not None
        while True:
            try:
                async with asyncio.timeout(self._options.report_within):
                    line = await process.stdout.readline()
                if not line.endswith(b"\n"):
                    return ""
                report = TriageReport.decode(line)
            except TimeoutError:
                return f"it hung for {self._options.report_within:.0f} s"
            except (ValueError, LookupError, TypeError):
                return "its report could not be read"
            if report.failure:
                return f"it cannot start: {report.failure.removesuffix('.')}"
            self.report = report
            PROCESS_UP.labels(self.name).set(self.is_working)

    async def _end_process(self, process: asyncio.subprocess.Process, within: float) -> None:
        """Close the pipe, which tells it to end, and kill it if it does not."""
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(within):
                await process.wait()
        except TimeoutError:
            if process.returncode is None:  # it may have ended in the very moment in which the time ran out
                log.warning("process killed", child=self.name, after_seconds=within)
                process.kill()
            await process.wait()


class ProcessSupervisor(ProcessGroup):
    """All triage processes of this one. Without any, it does nothing."""

    def __init__(
        self,
        count: int,
        clock: Clock,
        build_order: Callable[[], TriageOrder],
        options: ProcessOptions = OPTIONS,
    ) -> None:
        names = [f"triage-{number}" for number in range(1, count + 1)]
        self._children = [TriageProcess(name, clock, build_order, options) for name in names]

    async def run(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            for child in self._children:
                group.create_task(child.run(stop), name=child.name)

    async def send_order(self) -> None:
        for child in self._children:
            await child.send_order()

    def is_any_working(self, brand: str) -> bool:
        return any(child.is_working and not child.get_refusal(brand) for child in self._children)

    def export_metrics(self) -> Mapping[str, MetricRows]:
        return {child.name: child.report.metrics for child in self._children if child.report is not None}

    def list_processes(self) -> Mapping[str, Any]:
        return {
            MAIN: describe_process(os.getpid()),
            **{
                one.name: describe_process(one.pid, working=one.is_working, restarts=one.restarts, last_end=one.ending)
                for one in self._children
            },
        }

    def describe_problem(self, brand: str) -> str:
        """Return which processes do not work for this brand, and why, in sentences; empty if all work."""
        down = {one.name: one.ending for one in self._children if one.ending and not one.is_working}
        refusing = {one.name: refusal for one in self._children if (refusal := one.get_refusal(brand))}
        return ". ".join(
            self._describe_some(what, some)
            for what, some in (("stopped", down), ("cannot triage for this brand", refusing))
            if some
        )

    def _describe_some(self, what: str, reasons: Mapping[str, str]) -> str:
        total = format_count(len(self._children), "triage process", "triage processes")
        which, why = ", ".join(reasons), "; ".join(dict.fromkeys(reasons.values()))
        return f"{len(reasons)} of {total} {what}: {which} ({why})"


async def _write_line(process: asyncio.subprocess.Process, line: bytes) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):  # it has ended, and that is noticed where its reports are read
        process.stdin.write(line)
        await process.stdin.drain()


def _describe_exit(code: int) -> str:
    if code >= 0:
        return f"it ended with exit code {code}"
    if -code == signal.SIGKILL:
        return "it was killed, perhaps because memory ran out"
    return f"it was ended by signal {-code}"
