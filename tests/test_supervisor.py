"""Children that are kept running, and that end with their parent."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from docqa.errors import ServiceUnavailable
from docqa.processes.supervisor import Command, Policy, Supervisor
from tests.commands import WAIT_S, eventually

HASTY = Policy(first_delay_s=0.05, longest_delay_s=0.2, quick_s=30, quick_deaths=3, grace_s=2)


class Said(list[str]):
    """What the supervisor told the terminal."""

    def holds(self, words: str) -> Callable[[], bool]:
        return lambda: any(words in line for line in self)


def child(name: str, code: str) -> Command:
    """A child that runs a few lines of Python on the leash of its parent."""
    leashed = "from docqa.processes import leash; leash.hold(grace_s=0.5)\n" + textwrap.dedent(code)
    return Command(name, (sys.executable, "-c", leashed))


def within(condition: Callable[[], bool]) -> Callable[[], bool]:
    """The condition, which must come true in time."""
    deadline = time.monotonic() + WAIT_S

    def holds() -> bool:
        assert time.monotonic() < deadline, "it took too long"
        return condition()

    return holds


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z" if sys.platform == "linux" else True
    )


def test_a_child_that_dies_is_started_again(tmp_path: Path):
    said, lives = Said(), tmp_path / "lives"
    mortal = child(
        "mortal",
        f"""
        import os, time
        with open({str(lives)!r}, "a") as file:
            file.write(f"{{os.getpid()}}\\n")
        time.sleep(60)
        """,
    )
    with Supervisor(tmp_path / "logs", say=said.append, policy=HASTY) as children:
        children.start(mortal)
        children.tend(within(lambda: lives.exists() and lives.read_text().endswith("\n")))
        first = int(lives.read_text())
        os.kill(first, signal.SIGKILL)
        children.tend(within(lambda: len(lives.read_text().splitlines()) == 2))
    assert said[0] == "[mortal] was killed by SIGKILL; starting it again in 0.05 s"
    assert not alive(first)
    assert not alive(int(lives.read_text().splitlines()[1]))


def test_the_wait_before_a_new_start_doubles_up_to_a_limit():
    policy = Policy(first_delay_s=0.5, longest_delay_s=3)
    assert [policy.delay_s(deaths) for deaths in range(6)] == [0.5, 0.5, 1, 2, 3, 3]


def test_a_child_that_dies_at_every_start_is_given_up_with_its_last_words(tmp_path: Path):
    hopeless = child("hopeless", "print('Port 8100 is taken'); raise SystemExit(3)")
    with (
        pytest.raises(ServiceUnavailable, match="hopeless ended 3 times") as raised,
        Supervisor(tmp_path / "logs", say=Said().append, policy=HASTY) as children,
    ):
        children.start(hopeless)
        children.tend(within(lambda: False))
    assert "Port 8100 is taken" in str(raised.value)
    assert str(tmp_path / "logs" / "hopeless.log") in str(raised.value)


def test_what_has_run_once_is_never_given_up(tmp_path: Path):
    said = Said()
    with Supervisor(tmp_path / "logs", say=said.append, policy=HASTY) as children:
        children.start(child("frail", "raise SystemExit(3)"))
        children.tend(within(lambda: len(said) > 4), patient=True)
    assert said[-1] == "[frail] ended with exit code 3; starting it again in 0.2 s"


def test_all_that_is_said_is_kept_and_only_trouble_is_shown(tmp_path: Path):
    said = Said()
    talker = child(
        "talker",
        """
        import logging, time
        logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
        logging.info("all is well")
        logging.warning("the disk is nearly full")
        try:
            1 / 0
        except ZeroDivisionError:
            logging.exception("it went wrong")
        logging.info("well again")
        print("done: ä", flush=True)
        time.sleep(60)
        """,
    )
    log = tmp_path / "logs" / "talker.log"
    with Supervisor(tmp_path / "logs", say=said.append, policy=HASTY) as children:
        children.start(talker)
        children.tend(within(lambda: log.exists() and "done" in log.read_text(encoding="utf-8")))
    text = log.read_text(encoding="utf-8")
    assert all(words in text for words in ("all is well", "nearly full", "ZeroDivisionError", "done: ä"))
    assert [line.partition("root: ")[2] for line in said[:2]] == ["the disk is nearly full", "it went wrong"]
    assert said[2:] == ["[talker] ZeroDivisionError: division by zero"]


def test_the_first_to_start_is_the_last_to_stop(tmp_path: Path):
    """And each may finish what it does."""
    order = tmp_path / "order"
    code = """
        import signal, sys, time
        def stop(*_):
            time.sleep(0.3)
            open({order!r}, "a").write({name!r} + " ")
            sys.exit()
        signal.signal(signal.SIGTERM, stop)
        open({order!r} + {name!r}, "w")
        time.sleep(60)
        """
    names = ["first", "second"]
    with Supervisor(tmp_path / "logs", say=Said().append, policy=HASTY) as children:
        for name in names:
            children.start(child(name, code.format(order=str(order), name=name)))
        children.tend(within(lambda: all(Path(f"{order}{name}").exists() for name in names)))
    assert order.read_text().split() == ["second", "first"]


def test_a_child_that_does_not_stop_is_killed_with_what_it_started(tmp_path: Path):
    pids = tmp_path / "pids"
    stubborn = child(
        "stubborn",
        f"""
        import os, signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{grandchild.pid}}\\n")
        time.sleep(60)
        """,
    )
    begun = time.monotonic()
    with Supervisor(tmp_path / "logs", say=Said().append, policy=Policy(grace_s=0.5)) as children:
        children.start(stubborn)
        children.tend(within(lambda: pids.exists() and pids.read_text().endswith("\n")))
        begun = time.monotonic()
    assert time.monotonic() - begun < 3
    time.sleep(0.1)
    assert not any(alive(int(pid)) for pid in pids.read_text().split())


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("deaf", [False, True], ids=["willing", "deaf to SIGTERM"])
def test_no_child_outlives_a_parent_that_is_killed(tmp_path: Path, deaf: bool):
    pids = tmp_path / "pids"
    code = f"import os, signal, time; {'signal.signal(signal.SIGTERM, signal.SIG_IGN); ' if deaf else ''}"
    code += f"open({str(pids)!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)"
    parent = f"""
        import sys
        from pathlib import Path
        from docqa.processes.supervisor import Command, Supervisor
        leashed = "from docqa.processes import leash; leash.hold(grace_s=0.5); " + {code!r}
        with Supervisor(Path({str(tmp_path / "logs")!r}), say=print) as children:
            for name in ("one", "two"):
                children.start(Command(name, (sys.executable, "-c", leashed)))
            children.tend(lambda: False)
        """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(parent)])
    eventually(lambda: pids.exists() and pids.read_text().count("\n") == 2)
    process.kill()
    process.wait()
    eventually(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()), wait_s=5)
