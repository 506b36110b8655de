"""Damage that is planted, and what the doctor says of it."""

import shutil
import sys
from pathlib import Path

import pytest

from docqa import build
from docqa.sections import ModelSettings
from docqa.settings import Settings
from docqa.upkeep.doctor import Finding, examine


@pytest.fixture
def settings(example_data: Path, tmp_path: Path) -> Settings:
    shutil.copytree(example_data, tmp_path / "data")
    return Settings(data=tmp_path / "data")


def found(settings: Settings, check: str) -> Finding:
    return next(finding for finding in examine(settings) if finding.check == check)


def test_a_sound_library_has_nothing_to_complain_of(settings: Settings):
    assert {finding.state for finding in examine(settings)} == {"ok"}


def test_failed_documents_are_pointed_out(settings: Settings):
    with build.catalog(settings) as catalog:
        catalog.set_state(catalog.documents()[0].id, "failed", error="broken")
    finding = found(settings, "catalog")
    assert (finding.state, "--retry-failed" in finding.advice) == ("warn", True)


def test_a_broken_catalog_does_not_stop_the_other_checks(settings: Settings):
    (settings.data / "catalog.db").write_bytes(b"no database")
    findings = {finding.check: finding.state for finding in examine(settings)}
    assert findings["library"] == "fail"
    assert findings["reranker"] == "ok"


def test_a_model_server_that_is_not_there_is_found(settings: Settings):
    away = settings.model_copy(update={"model": ModelSettings(url="http://127.0.0.1:9/v1")})
    finding = found(away, "model server")
    assert (finding.state, "DOCQA_MODEL__URL" in finding.found) == ("fail", True)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing cuts a process off")
def test_it_is_said_whether_processes_that_read_pdfs_have_a_network(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    assert (found(settings, "sandbox").state, "no network" in found(settings, "sandbox").found) == ("ok", True)
    monkeypatch.setattr("docqa.upkeep.doctor.TRY", [sys.executable, "-c", "print('online')"])
    assert (found(settings, "sandbox").state, "not cut off" in found(settings, "sandbox").found) == ("warn", True)
