import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from docqa.errors import EncryptedPDF
from ingest.sandbox import PageFailed, Sandbox
from tests import tasks
from tests.tasks import connect, double, hang

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory and network are Linux's")


@pytest.fixture(scope="module")
def small():
    sandbox = Sandbox(workers=2, timeout_s=4, memory_limit_mb=2048)
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize(
    ("task", "args", "reason"),
    [
        (hang, (), "timed out after 4 s"),
        (tasks.hang_in_spite_of_signals, (), "timed out after 4 s"),
        (tasks.work_forever, (), "timed out after 4 s"),
        (tasks.crash, (), "died .SIGSEGV"),
        (tasks.be_killed, (), "died .SIGKILL"),
        (tasks.leave, (0,), "died .exit code 0"),
        (tasks.leave, (7,), "died .exit code 7"),
        pytest.param(tasks.eat_memory, (), "needs more than 2048 MB", marks=on_linux),
        pytest.param(tasks.eat_memory_bite_by_bite, (), "needs more than 2048 MB", marks=on_linux),
        (tasks.stumble, (), "KeyError: 'a bug of a parser'"),
    ],
)
def test_a_task_that_fails_says_why_and_the_next_one_runs(small: Sandbox, task, args, reason: str):
    failing, next_one = small.submit(task, *args), small.submit(double, 21)
    with pytest.raises(PageFailed, match=reason):
        failing.result()
    assert next_one.result() == 42


def test_errors_of_documents_come_through(small: Sandbox):
    with pytest.raises(EncryptedPDF, match="password"):
        small.submit(tasks.refuse).result()


def test_many_tasks_that_die_cost_nobody_else_anything(small: Sandbox):
    pending = [small.submit(tasks.be_killed) if number % 3 else small.submit(double, number) for number in range(30)]
    assert [each.result() for each in pending[::3]] == [0, 6, 12, 18, 24, 30, 36, 42, 48, 54]


def test_a_child_that_died_while_nothing_was_asked_of_it_is_replaced(small: Sandbox):
    for child in {small.submit(os.getpid).result() for _ in range(8)}:
        os.kill(child, signal.SIGKILL)
    time.sleep(0.2)
    assert [small.submit(double, number).result() for number in range(8)] == [2 * number for number in range(8)]


@pytest.mark.parametrize("task", [tasks.answer_with_a_missile, tasks.fail_with_a_missile])
def test_nothing_a_child_sends_is_run(small: Sandbox, task):
    with pytest.raises(PageFailed, match=r"answered with what is no page: posix\.mkdir"):
        small.submit(task).result()
    assert not Path("hit").exists()
    assert small.submit(double, 21).result() == 42


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@on_linux
def test_a_child_reaches_no_network_not_even_this_machine(small: Sandbox, listener: socket.socket, tmp_path: Path):
    with pytest.raises(PageFailed, match="Permission denied"):
        small.submit(connect, socket.AF_INET, listener.getsockname()).result()
    with pytest.raises(PageFailed, match="Permission denied"):
        small.submit(connect, socket.AF_UNIX, str(tmp_path / "none")).result()
    assert "Permission denied" in small.submit(tasks.connect_from_a_thread, listener.getsockname()).result()
    assert small.submit(tasks.connect_from_a_program, listener.getsockname()[1]).result() != 0
    connect(socket.AF_INET, listener.getsockname())  # while this process does


@on_linux
def test_a_task_that_cannot_work_because_others_have_the_processor_is_waited_for():
    processor = min(os.sched_getaffinity(0))
    hog = f"import os, time; os.sched_setaffinity(0, {{{processor}}}); t = time.time()\nwhile time.time() < t + 4: pass"
    sandbox = Sandbox(workers=1, timeout_s=1, memory_limit_mb=2048)
    try:
        sandbox.submit(double, 1).result()
        with subprocess.Popen([sys.executable, "-c", hog]):
            time.sleep(0.3)
            assert sandbox.submit(tasks.work_when_nobody_else_does, processor, 0.3).result() > 1
        with pytest.raises(PageFailed, match="timed out after 1 s"):
            sandbox.submit(tasks.work_when_nobody_else_does, processor, 3).result()
    finally:
        sandbox.close()


def test_closing_ends_what_runs_at_once():
    sandbox = Sandbox(workers=2, timeout_s=60, memory_limit_mb=2048)
    sandbox.submit(double, 1).result()
    hanging = [sandbox.submit(hang) for _ in range(4)]
    began = time.monotonic()
    sandbox.close()
    assert time.monotonic() - began < 10
    for task in hanging[:2]:
        with pytest.raises(PageFailed):
            task.result()


@on_linux
def test_a_child_that_hangs_ends_also_if_the_process_that_started_it_was_killed(tmp_path: Path):
    script = tmp_path / "main.py"
    script.write_text(
        "import os, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n"
        "from ingest.sandbox import Sandbox\n"
        "from tests.tasks import work_forever\n"
        "if __name__ == '__main__':\n"
        "    sandbox = Sandbox(workers=1, timeout_s=4, memory_limit_mb=2048)\n"
        "    print(sandbox.submit(os.getpid).result(), flush=True)\n"
        "    sandbox.submit(work_forever).result()\n"
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        time.sleep(0.5)
        process.kill()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and "zombie" not in Path(f"/proc/{child}/status").read_text():
        assert time.monotonic() < deadline, "it goes on alone"
        time.sleep(0.05)
