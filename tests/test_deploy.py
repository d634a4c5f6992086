"""What is in docs/deploy fits Kubernetes' own schemas, and the command and the settings of this release."""

import re
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from bot.app import WORKERS
from bot.config.settings import build_hook_variable
from bot.config.settings_loader import NAMES, is_secret

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "docs" / "deploy"
MANIFESTS = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8")))
DEPLOYMENTS = [one for one in MANIFESTS if one["kind"] == "Deployment"]
VERSIONS = ("1.29", "1.37")
"""The oldest that clouds still offer, and the newest that the validator knows."""


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda one: f"{one['kind']} {one['metadata']['name']}")
def test_a_manifest_is_what_kubernetes_takes(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def list_containers() -> list[dict[str, Any]]:
    return [one for deployment in DEPLOYMENTS for one in deployment["spec"]["template"]["spec"]["containers"]]


def test_together_the_deployments_run_every_worker_once() -> None:
    chosen = [one["args"][one["args"].index("--workers") + 1].split(",") for one in list_containers()]
    assert sorted(worker for some in chosen for worker in some) == sorted(WORKERS)


def test_every_variable_is_a_setting_and_every_secret_comes_from_a_file() -> None:
    for container in list_containers():
        names = {one["name"] for one in container["env"]}
        known = {*NAMES, *map(build_hook_variable, list_hooks_of_quickstart())}
        assert {name.removesuffix("_FILE") for name in names} <= known
        assert not any(map(is_secret, names))


def list_hooks_of_quickstart() -> list[str]:
    [playbook] = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "quickstart.md").read_text("utf-8"), re.DOTALL)
    return list(tomllib.loads(playbook)["sources"]["webhook"])


def test_the_playbook_of_the_quickstart_has_its_secrets_in_the_manifests() -> None:
    [web] = [one for one in list_containers() if "http" in one["args"][-1].split(",")]
    hooks = list_hooks_of_quickstart()
    assert hooks
    assert {f"{build_hook_variable(hook)}_FILE" for hook in hooks} <= {one["name"] for one in web["env"]}


def test_the_secret_to_create_has_each_file_that_is_read() -> None:
    comments = (DEPLOY / "kubernetes.yaml").read_text("utf-8").partition("apiVersion")[0]
    read = {
        one["value"].rpartition("/")[2] for pod in list_containers() for one in pod["env"] if "secrets" in one["value"]
    }
    assert read == set(re.findall(r"--from-literal=(\w+)=", comments))


def test_a_pod_may_do_no_more_than_the_container_of_compose() -> None:
    [uid] = re.findall(r"--uid (\d+)", (ROOT / "Dockerfile").read_text("utf-8"))
    for deployment in DEPLOYMENTS:
        pod = deployment["spec"]["template"]["spec"]
        [container] = pod["containers"]
        assert pod["securityContext"]["runAsUser"] == int(uid)
        assert pod["terminationGracePeriodSeconds"] >= 15
        assert not pod["automountServiceAccountToken"]
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"]
        assert not context["allowPrivilegeEscalation"]
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_selectors_choose_the_pods_that_are_there() -> None:
    labels = [deployment["spec"]["template"]["metadata"]["labels"] for deployment in DEPLOYMENTS]
    for manifest in MANIFESTS:
        selector = manifest["spec"]["selector"]
        wanted = selector.get("matchLabels", selector)
        assert sum(wanted.items() <= one.items() for one in labels) == 1


def test_the_cluster_of_compose_names_servers_that_it_starts() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.cluster.yaml").read_text("utf-8"))
    servers = {name for name in compose["services"] if name.startswith("valkey")}
    assert len(servers) == 6
    url = compose["services"]["earshot"]["environment"]["REDIS_URL"]
    assert set(re.findall(r"valkey\d", url)) <= servers
    assert servers == set(compose["services"]["cluster"]["depends_on"])
    names = set(compose["services"]["earshot"]["environment"])
    assert names <= set(NAMES)


def test_the_unit_reloads_by_sighup_and_stops_later_than_earshot_needs() -> None:
    unit = (DEPLOY / "earshot.service").read_text("utf-8")
    assert "ExecReload=/bin/kill -HUP $MAINPID" in unit
    assert int(re.findall(r"TimeoutStopSec=(\d+)", unit)[0]) >= 15
    for name in re.findall(r"([A-Z_]+)=(?:%d)?/", unit):
        assert name.removesuffix("_FILE") in NAMES or is_secret(name.removesuffix("_FILE"))
