"""The compose file is complete: every service is watched and restarted, and no secret has a default."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ONE_SHOT = {"migrate"}
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD", "SITE_HOST")


@pytest.fixture(scope="module")
def text(root: Path) -> str:
    return (root / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def test_the_parts_are_all_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"migrate", "web", "worker", "beat", "postgres", "valkey", "proxy"}


def test_every_service_is_watched_and_restarted(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if name in ONE_SHOT:
            assert (service["restart"], service["healthcheck"]) == ("no", {"disable": True})
        else:
            assert (name, service["restart"]) == (name, "unless-stopped")
            assert "test" in service["healthcheck"], name


def test_secrets_come_from_the_environment_without_default(text: str) -> None:
    for name in SECRETS:
        uses = re.findall(rf"(?<!\$)\$\{{{name}([^}}]*)\}}", text)
        assert uses, name
        assert [use for use in uses if not use.startswith(":?")] == []
    assert re.findall(r"(?i)(?:password|secret)\w*:[ ]+(?!\$\{|\")\S+", text) == []


def test_data_lives_in_named_volumes(compose: dict[str, Any]) -> None:
    mounts = [mount for service in compose["services"].values() for mount in service.get("volumes", [])]
    named = {mount.split(":")[0] for mount in mounts if not mount.startswith("./")}

    assert named == set(compose["volumes"])


def test_tables_come_first(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        needed = compose["services"][name]["depends_on"]
        assert needed["migrate"] == {"condition": "service_completed_successfully"}
        assert needed["postgres"] == needed["valkey"] == {"condition": "service_healthy"}


def test_only_the_proxy_can_be_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]


def test_postgres_sorts_and_searches_as_on_a_developers_machine(compose: dict[str, Any]) -> None:
    from stack.postgres import LOCALE

    arguments = compose["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()

    assert set(LOCALE) - {"--lc-ctype=en_US.UTF-8"} <= set(arguments)
    assert "--lc-ctype=C.UTF-8" in arguments


def test_the_image_runs_as_a_normal_user(root: Path) -> None:
    final = (root / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[-1]

    assert re.search(r"^USER enclave$", final, re.MULTILINE)
    assert "HEALTHCHECK" in final


def test_the_image_gets_every_app(root: Path) -> None:
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    apps = re.search(r"root_packages = \[(.*?)\]", project, re.DOTALL)
    assert apps is not None
    allowed = (root / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert [app for app in re.findall(r'"(\w+)"', apps.group(1)) if f"!{app}" not in allowed] == []


def test_the_compose_client_accepts_it(root: Path) -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("this machine has no docker compose client")
    values = dict.fromkeys(SECRETS, "x" * 60)

    done = subprocess.run(
        [docker, "compose", "--file", root / "docker-compose.yml", "config", "--quiet"],
        env={"PATH": str(Path(docker).parent), **values},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
