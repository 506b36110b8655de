"""docqa up: the whole service in one command."""

import os
import secrets
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docqa.cli import processes
from docqa.errors import LibraryBusy, NotInLibrary

if TYPE_CHECKING:
    from docqa.catalog import Catalog
    from docqa.processes.supervisor import Command, Supervisor
    from docqa.settings import Settings

KEY_NAME = "docqa up"
KEY_LOOK_S = 2.0  # between two looks whether the page needs a key by now
DRAW_S = 5.0  # that drawing the page for the first time may take


@click.command()
@processes.host_option
@processes.port_option
@click.option(
    "--open/--no-open", "opens", default=None, help="Open the page in the browser; if not said, where one is."
)
@click.pass_obj
def up(data: Path | None, host: str | None, port: int | None, opens: bool | None) -> None:
    """Start the API, the worker that reads documents, and the page, whose address it prints.

    Ctrl-C stops them; started again they go on where they were. Address and port are the page's.
    """
    from docqa import build
    from docqa.processes.supervisor import Supervisor
    from docqa.settings import load

    settings = processes.at(load(data), "ui", host, port)
    stopping = processes.asked_to_stop()
    with _claimed(settings.data) as claim, build.catalog(settings) as catalog:
        if settings.ui.api_key is None:
            processes.require_key(settings.api.host, catalog.keys)
        api, ui = settings.api, settings.ui
        settings = processes.at(settings, "api", None, processes.free_port(api.host, api.port, "DOCQA_API"))
        settings = processes.at(settings, "ui", None, processes.free_port(ui.host, ui.port, "DOCQA_UI"))
        address = processes.url(settings.ui.host, settings.ui.port)
        claim.write_text(f"process {os.getpid()}, which shows it at {address}")
        page_key = _PageKey(settings, catalog)
        with Supervisor(settings.data / "logs", say=lambda line: click.echo(line, err=True)) as children:
            _start(settings, page_key, children, stopping.is_set)
            if not stopping.is_set():
                click.echo(f"docqa: {address}")
                click.echo(f"Ctrl-C stops it. Logs are in {settings.data / 'logs'}")
                if opens or (opens is None and _has_screen()):
                    webbrowser.open(address)

            def ended() -> bool:
                page_key.look()
                return stopping.is_set()

            children.tend(ended, patient=True)
            click.echo("Stopping.", err=True)


COMMANDS = [up]


def _start(settings: "Settings", page_key: "_PageKey", children: "Supervisor", stopping: Callable[[], bool]) -> None:
    """Start all and wait until they answer; the worker comes last, it needs the index that the API shares."""
    api, ui = settings.api, settings.ui
    page_key.look()
    page = {"DOCQA_UI__API_URL": ui.api_url or processes.url(api.host, api.port), processes.PAGE_KEY: page_key.secret}
    children.start(_child("api", settings, "serve", "--host", api.host, "--port", str(api.port)))
    children.start(_child("ui", settings, "ui", "--host", ui.host, "--port", str(ui.port), env=page))
    # What the page imports and connects to when it is first drawn is not to be waited for by whoever opens it. Most of
    # it can be had while the API starts, the rest when the API answers.
    children.tend(lambda: stopping() or processes.answers(ui.host, ui.port, "/_stcore/health"))
    if not stopping():
        _draw(settings)
    children.tend(lambda: stopping() or processes.answers(api.host, api.port, "/health"))
    if not stopping():
        children.start(_child("worker", settings, "worker"))
        _draw(settings)


def _draw(settings: "Settings") -> None:
    """Have the page drawn once for nobody, by Streamlit's check of the script; if that fails, the page will tell."""
    processes.answers(settings.ui.host, settings.ui.port, "/_stcore/script-health-check", within_s=DRAW_S)


def _child(name: str, settings: "Settings", *words: str, env: Mapping[str, str] | None = None) -> "Command":
    from docqa.processes.supervisor import Command

    # -P: a file in the current directory may be called like a module of ours.
    docqa = (sys.executable, "-P", "-m", "docqa.processes.leash", "--data", str(settings.data))
    return Command(name, (*docqa, *words), env or {})


@contextmanager
def _claimed(data: Path) -> Iterator[Path]:
    """Be the only one that runs on this library; yields the file that tells others where it is to be seen.

    Raises LibraryBusy if another one does.
    """
    from filelock import FileLock, Timeout

    data.mkdir(parents=True, exist_ok=True)
    note = data / "up"
    lock = FileLock(data / "up.lock", timeout=0)
    try:
        held = lock.acquire()
    except Timeout as error:
        raise LibraryBusy(
            f"docqa up runs on {data} already: {note.read_text()}. Open that, or use another library with --data."
        ) from error
    with held:
        note.write_text(f"process {os.getpid()}, which is starting")
        yield note


class _PageKey:
    """Lets the page in once the API wants a key. It stays the same, as conversations belong to a key."""

    def __init__(self, settings: "Settings", catalog: "Catalog") -> None:
        own = settings.ui.api_key
        self.secret = own.get_secret_value() if own else _kept_secret(settings.data / "page-key")
        self._keys = catalog.keys
        self._conversations = catalog.conversations
        self._admitted = own is not None
        self._look_at = 0.0

    def look(self) -> None:
        """Make the key valid if there are keys by now."""
        if self._admitted or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + KEY_LOOK_S
        if not self._keys.any():
            return
        if not self._keys.find(self.secret):
            before = ["", *(key.id for key in self._keys.list() if key.name == KEY_NAME)]  # no key, or a lost one
            with suppress(NotInLibrary):
                self._keys.delete(KEY_NAME)
            key, _ = self._keys.create(KEY_NAME, secret=self.secret)
            for owner in before:
                self._conversations.hand_over(owner, key.id)
        self._admitted = True


def _kept_secret(file: Path) -> str:
    """The secret in a file that only its owner may read, made if absent."""
    if not file.exists():
        part = file.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as new:
            new.write(secrets.token_hex(32))
        part.replace(file)
    return file.read_text()


def _has_screen() -> bool:
    """Whether whoever started us sits at a screen where a browser can open."""
    if not sys.stdout.isatty() or "SSH_CONNECTION" in os.environ:
        return False
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
