"""What docs/api.md says works."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from docqa.service import Service
from tests.api.conftest import MANUAL, REPORT, Serve
from tests.conftest import EXAMPLES

PAGE = Path(__file__).parent.parent.parent / "docs" / "api.md"
ADDRESS = "http://127.0.0.1:8100"


def blocks(language: str, address: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return "\n".join(found).replace(ADDRESS, address.rstrip("/"))


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("bash") is None, reason="runs curl in bash")
def test_the_curl_examples_work_as_they_stand(workshop: Service, serve: Serve, tmp_path: Path):
    shutil.copy(EXAMPLES / REPORT, tmp_path / "report.pdf")
    shutil.copy(EXAMPLES / MANUAL, tmp_path / "manual.pdf")
    script = 'set -eo pipefail\ncurl() { command curl -sS --fail-with-body --noproxy "*" "$@"; echo; }\n'
    script += blocks("sh", str(serve(workshop).base_url))
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "event: done" in done.stdout


def test_the_python_example_works_as_it_stands(api: httpx.Client, tmp_path: Path):
    script = blocks("python", str(api.base_url))
    environment = {**os.environ, "NO_PROXY": "*"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "212,000" in done.stdout
    assert f"{REPORT} p. 4" in done.stdout


def test_every_route_is_named_in_the_document(api: httpx.Client):
    text = PAGE.read_text(encoding="utf-8").replace("$id", "ID").replace("pages/4", "pages/N")
    for path in api.get("/openapi.json").json()["paths"]:
        named = re.sub(r"\{\w+_id\}", "ID", path).replace("{number}", "N")
        assert named in text or named.replace(".png", ".jpg") in text, path
