"""What the processes of the service have in common: where they listen, who is let in, how they log and stop."""

import errno
import http.client
import logging
import signal
import socket
import threading
from types import FrameType
from typing import TYPE_CHECKING, Literal

import click

from docqa.errors import SettingsError

if TYPE_CHECKING:
    from docqa.catalog.keys import Keys
    from docqa.settings import Settings

host_option = click.option("--host", metavar="ADDRESS", help="Where to listen, instead of what the settings say.")
port_option = click.option("--port", type=click.IntRange(0, 65535), help="0 takes any that is free.")

PAGE_KEY = "DOCQA_UI__API_KEY"  # also the name of the key that is made from it
KEY_LENGTH = 32
ANSWER_S = 1.0  # for a process of ours to say that it is well

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def at(settings: "Settings", section: Literal["api", "ui"], host: str | None, port: int | None) -> "Settings":
    """The settings with another address for the API or the page, as far as it is given."""
    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=given)})


def listening(host: str, port: int, setting: str) -> socket.socket:
    """A socket that listens there, before anything slow begins; port 0 takes any that is free.

    Raises SettingsError, naming the settings of that section, if it cannot be had.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} on {host} is taken: stop the program that listens there, or set {setting}__PORT"
        else:
            message = (
                f"Cannot listen on {host} port {port} ({error.strerror}): change {setting}__HOST or {setting}__PORT"
            )
        raise SettingsError(message) from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else every other response waits 40 ms for an ACK
    return listener


def free_port(host: str, port: int, setting: str) -> int:
    """This port, if it is free; for 0 some port that is.

    Raises SettingsError as `listening` does.
    """
    with listening(host, port, setting) as listener:
        found: int = listener.getsockname()[1]
        return found


def reachable(host: str) -> str:
    """The address to reach a process of this machine at, that listens there."""
    return WILDCARDS.get(host, host)


def url(host: str, port: int) -> str:
    """The address for people and programs of this machine."""
    host = reachable(host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def answers(host: str, port: int, path: str, *, within_s: float = ANSWER_S) -> bool:
    """Whether a process of this machine says that it is well."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=within_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def require_key(host: str, keys: "Keys") -> None:
    """Raises SettingsError if others could reach this address, and no key keeps them out."""
    from docqa.addresses import is_loopback

    if not is_loopback(host) and not keys.any():
        raise SettingsError(
            f"Other machines can reach {host}, so the API listens there only if it has a key: docqa key create NAME,"
            " or DOCQA_API__HOST=127.0.0.1 to stay on this machine"
        )


def admit(secret: str, keys: "Keys") -> None:
    """Let a secret from DOCQA_UI__API_KEY in where it is the first key, or the new secret of one made like this.

    A key that was deleted while there are others stays deleted. Raises SettingsError if it could be guessed.
    """
    if keys.find(secret):
        return
    made_before = any(key.name == PAGE_KEY for key in keys.list())
    if not made_before and keys.any():
        return
    if len(secret) < KEY_LENGTH:
        raise SettingsError(f"{PAGE_KEY} has under {KEY_LENGTH} characters: make one with `openssl rand -hex 32`")
    if made_before:
        keys.delete(PAGE_KEY)
    keys.create(PAGE_KEY, secret=secret)


def log_lines() -> None:
    """Log what our own packages do, each line with its time."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    for name in ("docqa", "ingest", "uvicorn"):
        logging.getLogger(name).setLevel(logging.INFO)


def asked_to_stop() -> threading.Event:
    """An event that Ctrl-C or a signal to stop sets; Ctrl-C once more interrupts."""
    asked = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.set()

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)  # not every system has all
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, note)
    return asked
