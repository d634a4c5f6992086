"""The demo, as a story needs it: played in a process of its own, asked what its panel asks."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

Json = dict[str, Any]
SPEED = 10
WITHIN = 60.0
"""Seconds for one answer; a night takes some, nothing else does."""


class DemoProcess:
    """One process for all stories: starting Python is most of what a demo costs."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.demo_process"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start_demo(self, speed: float = SPEED, *, teammates: bool = False, more: str = "") -> "Demo":
        """Teammates leave everything to the story, but where it is about them. `more` is added to the playbook."""
        return Demo(str(self._ask(do="play", speed=speed, teammates=teammates, more=more)["url"]))

    def end_demo(self) -> None:
        self._ask(do="end")

    def drop_streams(self) -> None:
        """Off, all windows; they may come back."""
        self._ask(do="cut")

    def close(self) -> None:
        self._process.communicate(timeout=WITHIN)

    def _ask(self, **asked: Any) -> Json:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("TOLD "):
                found: Json = json.loads(line.removeprefix("TOLD "))
                return found
        raise AssertionError("The demo ended by itself; what it said is on the standard error.")


class Demo:
    def __init__(self, url: str) -> None:
        self.url = url

    def perform_action(self, what: str, **asked: Any) -> str:
        """What the panel's buttons ask for, and the sentence that they answer with."""
        told = self._json("/demo/act", {"do": what, **asked})
        assert told["ok"], told
        return str(told["did"])

    def publish_post(self, text: str, author: str) -> str:
        """As somebody in public would."""
        return self.perform_action("say", text=text, author=author, followers=120, outlet="x")

    @property
    def state(self) -> Json:
        return self._json("/demo/state")

    def find_queue(self, place: str) -> Json | None:
        """The row of the queue to a place; none while nothing is pending."""
        return next((row for row in self.state["queues"] if row["what"] == f"to {place}"), None)

    def list_messages(self, channel: str, *, seen_by: str) -> list[Json]:
        told = self._json(f"/page/messages?as={seen_by}&channel={channel}&most=500")
        return list(told["messages"])

    def act_as(self, person: str, act: str, **asked: Any) -> Json:
        """As that person's page does, where a story is about somebody else's."""
        return self._json("/page/act", {"as": person, "act": act, **asked})

    def _json(self, path: str, body: Json | None = None) -> Json:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "X-Sandbox-Page": "1"}
        request = urllib.request.Request(self.url + path, data, headers)
        with urllib.request.urlopen(request, timeout=WITHIN) as answer:
            found: Json = json.load(answer)
            return found
