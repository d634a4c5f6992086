"""What is installed is what the locks name, and the containers may do no more than they must."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\]+))? \\\n(?P<hashes>(?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)  # fmt: skip


def pins(lock: str) -> dict[str, str]:
    """Those that every system and Python gets."""
    return {
        found["name"]: found["version"]
        for found in PINNED.finditer((ROOT / lock).read_text("utf-8"))
        if not found["marker"]
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_every_version_that_is_installed_has_its_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")

    assert len(PINNED.findall(text)) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 1
    assert "://" not in text


def test_the_locks_agree() -> None:
    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")

    assert {name: dev.get(name) for name in run} == run


def test_the_lock_holds_what_pyproject_asks_for() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    asked = re.findall(r'^    "([\w-]+)', project.partition("dependencies = [")[2].partition("\n]")[0], re.MULTILINE)
    locked = {
        name.lower()
        for name in re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    }

    assert [name for name in asked if name.lower() not in locked] == []


def test_the_lock_of_the_tests_holds_every_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {name: set(wanted) for name, wanted in project["optional-dependencies"].items()}
    asked = {re.split(r"[^\w-]", one)[0].lower() for one in set().union(*extras.values())} - {project["name"]}

    assert f"{project['name']}[{','.join(sorted(extras.keys() - {'dev'}))}]" in extras["dev"]
    assert asked <= {found["name"] for found in PINNED.finditer((ROOT / "requirements-dev.lock").read_text("utf-8"))}


def test_the_notice_names_what_is_installed_and_marks_what_asks_for_more() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    named = dict(re.findall(r"^[* ] (\S+) (\S+): .+$", notice, re.MULTILINE))
    plain = {re.sub(r"[-_.]+", "-", name).lower(): number for name, number in named.items()}

    assert {name: plain.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")
    assert re.search(r"^\* recurring-ical-events .*LGPL", notice, re.MULTILINE)


def test_the_notice_is_made_from_what_is_installed() -> None:
    try:
        if any(version(name) != number for name, number in pins("requirements.lock").items()):
            pytest.skip("Other versions than those of the lock are installed here.")
    except PackageNotFoundError:
        pytest.skip("Not all that the lock names is installed here.")
    made = subprocess.run([sys.executable, ROOT / ".ci" / "notice.py"], capture_output=True, text=True, check=True)

    written = (ROOT / "NOTICE").read_text("utf-8")

    assert made.stdout.partition("\n* ")[0].partition("\n  ")[0] == written.partition("\n* ")[0].partition("\n  ")[0]
    assert set(re.findall(r"^[* ] \S+", made.stdout, re.MULTILINE)) <= set(
        re.findall(r"^[* ] \S+", written, re.MULTILINE)
    )


def test_the_image_and_the_makefile_install_by_hash_alone() -> None:
    image, makefile = ((ROOT / name).read_text("utf-8") for name in ("Dockerfile", "Makefile"))

    assert image.count("pip install") == image.count("--require-hashes") + 1  # and the wheel that was built there
    assert "$(PIP) install $(LOCKED) requirements-dev.lock" in makefile
    assert "make check" in (ROOT / ".ci" / "run").read_text("utf-8")


def services() -> dict[str, Any]:
    yaml: Any = pytest.importorskip("yaml", reason="compose.yaml is read with PyYAML, which is not installed here.")
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    return read


def test_the_containers_may_do_no_more_than_they_must() -> None:
    for name, service in services().items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["mem_limit"], name
        assert service["ulimits"]["nofile"] >= 65536, name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_what_compose_opens_is_open_to_this_machine_alone_and_redis_asks_for_a_password() -> None:
    earshot, redis = services()["earshot"], services()["redis"]

    assert all(port.startswith("127.0.0.1:") for port in earshot["ports"])
    assert "ports" not in redis
    assert "requirepass" in redis["command"][-1]
    assert "--maxmemory 512mb" in redis["command"][-1]
    assert "redis-cli -u" not in str(redis["healthcheck"])
    assert "REDIS_URL" not in earshot["environment"]
