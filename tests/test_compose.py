"""What docker compose starts: valid, made of real settings and real commands, and it works."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from docqa.cli import cli
from docqa.settings import Settings, load
from tests.commands import eventually
from tests.test_cli import DOCQA

ROOT = Path(__file__).parent.parent
KEY = "0123456789abcdef" * 4
ENV = {"DOCQA_UI__API_KEY": KEY, "POSTGRES_PASSWORD": "secret"}
OURS = {"api", "worker", "ui"}
LISTENS_AT = {"api": 8100, "ui": 8501}

Services = dict[str, dict[str, Any]]


def interpolated(text: str, env: dict[str, str]) -> str:
    """Variables replaced as compose does it: ${NAME:-default}, ${NAME:?why it must be there}."""

    def value(found: re.Match[str]) -> str:
        name, kind, word = found.groups()
        if not env.get(name) and kind == ":?":
            raise KeyError(name)
        return env.get(name) or word

    return re.sub(r"\$\{(\w+)(:[-?])([^}]*)\}", value, text)


@pytest.fixture
def services() -> Services:
    text = interpolated((ROOT / "docker-compose.yml").read_text(encoding="utf-8"), ENV)
    return yaml.safe_load(text)["services"]


def test_all_the_services_are_there(services: Services):
    assert services.keys() == OURS | {"qdrant", "postgres", "vllm"}
    assert [name for name, service in services.items() if "profiles" in service] == ["vllm"]


@pytest.mark.parametrize("name", sorted(ENV))
def test_it_does_not_start_without_the_secrets(name: str):
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    with pytest.raises(KeyError, match=name):
        interpolated(text, {other: value for other, value in ENV.items() if other != name})
    assert name in (ROOT / ".env.example").read_text(encoding="utf-8")


def test_the_services_are_set_up_with_settings_that_exist(services: Services, monkeypatch: pytest.MonkeyPatch):
    for name in OURS:
        with monkeypatch.context() as environment:
            for variable, value in services[name]["environment"].items():
                environment.setenv(variable, value)
            load()


def test_each_waits_for_those_it_needs_to_be_well(services: Services):
    needs = {
        name: {other for other, how in service["depends_on"].items() if how["condition"] == "service_healthy"}
        for name, service in services.items()
        if "depends_on" in service
    }
    assert needs == {"api": {"qdrant", "postgres"}, "worker": {"api"}, "ui": {"api"}}
    assert all("healthcheck" in services[other] or other == "api" for others in needs.values() for other in others)


def test_only_this_machine_gets_in_unless_told_otherwise(services: Services):
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert ports.keys() == {"api", "ui", "vllm"}
    assert all(port.startswith("127.0.0.1:") for published in ports.values() for port in published)


def test_the_commands_are_commands_of_docqa(services: Services):
    for name in OURS:
        words = services[name]["command"]
        with click.Context(cli) as context:
            command = cli.get_command(context, words[0])
            assert command is not None
            command.make_context(words[0], words[1:], parent=context)


def test_every_default_in_the_example_is_the_default(tmp_path: Path):
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(re.sub(r"^# (DOCQA_\w+=)", r"\1", text, flags=re.MULTILINE))
    assert load() == Settings()


def test_the_image_is_built_of_what_is_here():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--)(.*)$", dockerfile, re.MULTILINE):
        for source in shlex.split(line)[:-1]:
            assert (ROOT / source).exists()
            assert source in allowed
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [extras] = re.findall(r"'\.\[([\w,]+)\]'", dockerfile)
    assert set(extras.split(",")) <= project["optional-dependencies"].keys()
    assert f"python:{project['requires-python'].removeprefix('>=')}-slim" in dockerfile
    assert "USER docqa" in dockerfile


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(service: dict[str, Any], **env: str) -> Iterator[subprocess.Popen[str]]:
    """Run a service's command as compose does, with what is different here."""
    process = subprocess.Popen(
        [*DOCQA, *service["command"]],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **service["environment"], **env},
    )
    try:
        yield process
        assert process.poll() is None
        process.terminate()
        _, said = process.communicate(timeout=20)
        assert process.returncode == 0, said
    finally:
        process.kill()
        process.communicate()


def well(service: dict[str, Any], port_there: int, port_here: int) -> bool:
    """Whether its health check passes."""
    check = [word.replace(str(port_there), str(port_here)) for word in service["healthcheck"]["test"]]
    assert check[:2] == ["CMD", "python"]
    return subprocess.run([sys.executable, *check[2:]], stderr=subprocess.DEVNULL).returncode == 0


def test_the_services_work_together_as_compose_starts_them(services: Services, example_data: Path, tmp_path: Path):
    """Without servers: the index and the catalog lie in the data directory."""
    data = str(shutil.copytree(example_data, tmp_path / "data"))
    ports = {name: free_port() for name in LISTENS_AT}
    alone = {"DOCQA_DATA": data, "DOCQA_INDEX__URL": "", "DOCQA_CATALOG__URL": ""}
    api_url = f"http://127.0.0.1:{ports['api']}"
    image_check = re.search(r"^ +CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert image_check is not None
    services["api"]["healthcheck"] = {"test": ["CMD", *yaml.safe_load(image_check[1])]}
    with running(services["api"], **alone, DOCQA_API__PORT=str(ports["api"])):
        eventually(lambda: well(services["api"], LISTENS_AT["api"], ports["api"]))
        page = {"DOCQA_UI__API_URL": api_url, "DOCQA_UI__PORT": str(ports["ui"])}
        with running(services["worker"], **alone) as worker, running(services["ui"], **page):
            eventually(lambda: well(services["ui"], LISTENS_AT["ui"], ports["ui"]))
            request = urllib.request.Request(f"{api_url}/v1/documents")
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(request)
            request.add_header("Authorization", f"Bearer {KEY}")
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert b"turbine-manual.pdf" in answer.read()
            assert worker.poll() is None
