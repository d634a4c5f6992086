"""What `earshot demo` says at a terminal, and what it leaves behind: nothing."""

import socket
import urllib.request
from contextlib import closing, suppress
from pathlib import Path

from bot.demo.browser import PORT
from tests.demo.terminal import Terminal, list_remaining_processes

PAGE = "is a small Slack on this machine"


def test_at_a_terminal_it_is_a_page_and_three_lines_say_what_and_how_to_stop(tmp_path: Path) -> None:
    with Terminal(tmp_path) as terminal:
        link = (terminal.wait_for_line(PAGE)).split()[0]
        terminal.wait_for_line("No browser could be opened")
        said = [line for line in terminal.lines if not line.startswith("(")]
        with urllib.request.urlopen(link) as page:
            assert b"<!doctype html>" in page.read()
        terminal.press_ctrl_c()
        code = terminal.wait_for_exit()

        assert len(said) == 3
        assert "Ctrl-C stops it" in said[2]
        assert code == 0
        assert terminal.lines[-1] == "Stopped. Nothing is left running."
        assert list_remaining_processes(terminal) == []
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_said_and_the_next_one_used(tmp_path: Path) -> None:
    with closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # then somebody else has it
            other.bind(("127.0.0.1", PORT))
            other.listen()
        with Terminal(tmp_path, "--no-open") as terminal:
            link = (terminal.wait_for_line(PAGE)).split()[0]
            said = terminal.wait_for_line("is taken")
            terminal.press_ctrl_c()
            terminal.wait_for_exit()

    assert link != f"http://127.0.0.1:{PORT}"
    assert str(PORT) in said
    assert link.rpartition(":")[2] in said


def test_without_a_page_it_plays_in_the_terminal(tmp_path: Path) -> None:
    with Terminal(tmp_path, "--no-page", "--speed", "600") as terminal:
        terminal.wait_for_line("complaint ")
        terminal.press_ctrl_c()
        terminal.wait_for_line("Work in progress is finished first")
        terminal.wait_for_exit()

        assert PAGE not in terminal.text
        assert list_remaining_processes(terminal) == []


def test_stopped_while_it_starts_it_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with Terminal(tmp_path) as terminal:
        while not list(tmp_path.iterdir()) and terminal.process.poll() is None:
            pass  # its files are there before its server is
        terminal.press_ctrl_c()
        terminal.wait_for_exit()

        assert "Nothing is left running" in terminal.lines[-1]
        assert "Traceback" not in terminal.text
        assert list_remaining_processes(terminal) == []
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_is_closed_is_said_with_how_to_open_it_again(tmp_path: Path) -> None:
    with Terminal(tmp_path) as terminal:
        link = (terminal.wait_for_line(PAGE)).split()[0]
        with urllib.request.urlopen(f"{link}/page/events?as=ana&after=nothing-0"):
            pass
        told = terminal.wait_for_line("The page was closed")
        terminal.press_ctrl_c()
        terminal.wait_for_exit()

    assert link in told
