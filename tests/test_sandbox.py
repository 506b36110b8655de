import os
import signal
import time

import pytest

from docqa.errors import EncryptedPDF
from ingest.sandbox import PageFailed, Sandbox


def hang() -> None:
    time.sleep(60)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def eat_memory() -> int:
    return len(bytearray(8 << 30))


def stumble() -> None:
    raise KeyError("a bug of a parser")


def refuse() -> None:
    raise EncryptedPDF("needs a password")


def double(number: int) -> int:
    return 2 * number


@pytest.fixture(scope="module")
def small():
    sandbox = Sandbox(workers=2, timeout_s=2, memory_limit_mb=2048)
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (hang, "timed out after 2 s"),
        (crash, "died .SIGSEGV"),
        (eat_memory, "needs more than 2048 MB"),
        (stumble, "KeyError: 'a bug of a parser'"),
    ],
)
def test_a_task_that_fails_says_why_and_the_next_one_runs(small: Sandbox, task, reason: str):
    failing, next_one = small.submit(task), small.submit(double, 21)
    with pytest.raises(PageFailed, match=reason):
        failing.result()
    assert next_one.result() == 42


def test_errors_of_documents_come_through(small: Sandbox):
    with pytest.raises(EncryptedPDF, match="password"):
        small.submit(refuse).result()
