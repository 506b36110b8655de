"""What a parser might do in the sandbox. Children import this: it stays light."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

from docqa.errors import EncryptedPDF, UnreadablePDF


def hang() -> None:
    time.sleep(60)


def hang_in_spite_of_signals() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


def work_forever() -> None:
    while True:
        pass


def work_when_nobody_else_does(processor: int, seconds: float) -> float:
    """So much processor time, on one processor; returns how long it took."""
    os.sched_setaffinity(0, {processor})
    os.nice(19)
    began, until = time.monotonic(), time.process_time() + seconds
    while time.process_time() < until:
        pass
    return time.monotonic() - began


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave(code: int) -> None:
    os._exit(code)


def eat_memory() -> int:
    return len(bytearray(8 << 30))


def eat_memory_bite_by_bite() -> int:
    eaten = []
    while True:
        eaten.append(bytearray(64 << 20))


def stumble() -> None:
    raise KeyError("a bug of a parser")


def refuse() -> None:
    raise EncryptedPDF("needs a password")


class Missile:
    """What a parser that was taken over might send instead of a page."""

    def __reduce__(self):
        return os.mkdir, ("hit",)


def answer_with_a_missile() -> Missile:
    return Missile()


def fail_with_a_missile() -> None:
    raise UnreadablePDF(Missile())


def connect(family: int, address: object) -> None:
    with socket.socket(family) as link:
        link.connect(address)


def connect_from_a_thread(address: object) -> str:
    said: list[str] = []

    def attempt() -> None:
        try:
            connect(socket.AF_INET, address)
        except OSError as error:
            said.append(str(error))

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return said[0] if said else ""


def connect_from_a_program(port: int) -> int:
    code = f"import socket; socket.create_connection(('127.0.0.1', {port}))"
    return subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL).returncode


def double(number: int) -> int:
    return 2 * number
