"""A library whose files are in S3, from the first page to the API, on moto's server.

Needs: pip install -e '.[s3]', and `moto_server` on the PATH. moto and s3fs want different releases of botocore:
give moto an environment of its own (python -m venv moto && moto/bin/pip install 'moto[server]').
"""

import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from docqa import build
from docqa.api.app import build_app
from docqa.errors import FilesUnavailable
from docqa.sections import FilesSettings
from docqa.settings import Settings
from docqa.storage.files import digest
from docqa.upkeep.doctor import examine
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions
from ingest.sandbox import Sandbox
from tests.commands import eventually
from tests.conftest import EXAMPLES
from tests.fakes import Silent
from tests.test_compose import free_port

pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
PDFS = sorted(EXAMPLES.glob("*.pdf"))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 server of our own."""
    pytest.importorskip("s3fs", reason="pip install -e '.[s3]'")
    moto = shutil.which("moto_server")
    if moto is None:
        pytest.skip("no moto_server: pip install 'moto[server]' in an environment of its own")
    port = free_port()
    command = [moto, "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        eventually(lambda: is_listening(port))
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket, which this process may use."""
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    name = uuid.uuid4().hex
    s3fs.S3FileSystem().mkdir(name)
    return f"s3://{name}/docqa"


def test_a_library_in_s3_is_read_shown_checked_and_emptied(bucket: str, tmp_path: Path, sandbox: Sandbox):
    settings = Settings(data=tmp_path / "data", files=FilesSettings(url=bucket))
    with build.service(settings) as service:
        pipeline = Pipeline(
            service.library, service.retriever.embedder, sandbox, options=ReadingOptions(), passage_words=150
        )
        reports = pipeline.ingest(PDFS, collection="default", progress=Silent())
        assert [report.outcome for report in reports] == ["done"] * len(PDFS)
        shutil.rmtree(tmp_path / "data" / "files" / "copies")  # as on another machine
        document_id = digest(PDFS[0])
        with TestClient(build_app(service), base_url="http://127.0.0.1") as client:
            pdf = client.get(f"/v1/documents/{document_id}/file")
            assert pdf.content == PDFS[0].read_bytes()
            image = client.get(f"/v1/documents/{document_id}/pages/1.jpg")
            assert image.content.startswith(b"\xff\xd8")
            for answer, path in ((pdf, "file"), (image, "pages/1.jpg")):
                known = {"If-None-Match": answer.headers["etag"]}
                assert client.get(f"/v1/documents/{document_id}/{path}", headers=known).status_code == 304
            part = client.get(f"/v1/documents/{document_id}/file", headers={"Range": "bytes=0-4"})
            assert (part.status_code, part.content) == (206, b"%PDF-")
            question = {"question": "How much was the audit fee?"}
            assert client.post("/v1/query", json=question).json()["status"] == "answered"
            uploaded = client.post("/v1/documents", files={"file": ("new.pdf", PDFS[0].read_bytes() + b"\n%")})
            assert uploaded.status_code == 202
            assert client.delete(uploaded.json()["documents"][0]["status_url"]).json()["removed"]["files"] == 1
    assert next(finding for finding in examine(settings) if finding.check == "agreement").state == "ok"
    with build.library(settings, build.embedder(settings), purpose="tests") as library:
        for document in library.catalog.documents():
            library.delete(document)
        assert library.files.document_ids() == []


def test_a_bucket_that_is_not_there_is_said(bucket: str, tmp_path: Path):
    files = build.files(Settings(data=tmp_path, files=FilesSettings(url=f"s3://{uuid.uuid4().hex}/docqa")))
    with pytest.raises(FilesUnavailable, match="DOCQA_FILES__URL"):
        files.store_original(PDFS[0], digest(PDFS[0]))
