"""What a process gives up before it reads files that nobody vouches for. Linux only: elsewhere it gives up nothing.

`python -m docqa.processes.confinement` tries it, and prints whether it cut the network off.
"""

import ctypes
import platform
import socket
import struct
import sys
from contextlib import suppress
from errno import EACCES
from pathlib import Path
from typing import NamedTuple


class _Machine(NamedTuple):
    """How the kernel numbers what is refused here."""

    audit_arch: int  # AUDIT_ARCH_* of <linux/audit.h>
    socket: int
    seccomp: int


_MACHINES = {"x86_64": _Machine(0xC000003E, 41, 317), "aarch64": _Machine(0xC00000B7, 198, 277)}
_IO_URING_SETUP, _PIDFD_GETFD = 425, 438  # the same everywhere: they get sockets, too
_X32 = 0x40000000  # second numbering of x86-64

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # of <linux/bpf_common.h>
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | EACCES  # SECCOMP_RET_*
_NUMBER_AT, _ARCH_AT = 0, 4  # in struct seccomp_data
_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _ALL_THREADS = 1, 1


def confine(*, memory_limit_mb: int) -> None:
    """Let this process have no more memory than that and no network, and be the first to go if the machine's ends.

    Processes that it starts have no network either. What the system does not grant is left out: see is_offline().
    """
    if sys.platform != "linux":
        return
    import resource

    _limit(resource.RLIMIT_AS, memory_limit_mb << 20)
    _limit(resource.RLIMIT_CORE, 0)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    if machine := _MACHINES.get(platform.machine()):
        _refuse_sockets(machine)


def is_offline() -> bool:
    """Whether this process can open no socket."""
    try:
        socket.socket().close()
    except OSError:
        return True
    return False


def _limit(kind: int, most: int) -> None:
    import resource

    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _refuse_sockets(machine: _Machine) -> None:
    """Install a seccomp filter, which needs no privilege, in all threads."""
    libc = ctypes.CDLL(None)
    filter_ = ctypes.create_string_buffer(_program(machine))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(filter_) // 8, ctypes.addressof(filter_)))
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.syscall(machine.seccomp, _SET_MODE_FILTER, _ALL_THREADS, program)


def _program(machine: _Machine) -> bytes:
    """The filter: system calls that make or fetch a socket are refused, and all in another numbering."""
    refused = (machine.socket, _IO_URING_SETUP, _PIDFD_GETFD)
    to_refuse = len(refused) + 1  # instructions between the third and the last
    lines = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_EQUAL, 0, to_refuse + 2, machine.audit_arch),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, to_refuse, 0, _X32),
        *((_EQUAL, to_refuse - place, 0, number) for place, number in enumerate(refused, start=1)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


if __name__ == "__main__":
    confine(memory_limit_mb=1024)
    print("offline" if is_offline() else "online")  # noqa: T201  its result
