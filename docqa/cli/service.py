"""docqa serve, worker, ui: the processes of the service, each by itself."""

import gc
import importlib.util
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from docqa.cli import processes
from docqa.errors import LibraryBusy, MissingExtra

GRACE_S = 5  # for requests that are being answered when the API is to stop
TURN_S = 2.0  # between two tries to become the one that reads documents

logger = logging.getLogger("docqa.service")


@click.command()
@processes.host_option
@processes.port_option
@click.pass_obj
def serve(data: Path | None, host: str | None, port: int | None) -> None:
    """Answer over HTTP, for programs and for the page. It reads no PDFs: `docqa worker` does."""
    import uvicorn

    from docqa import build
    from docqa.api.app import build_app
    from docqa.settings import load

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = processes.at(load(data), "api", host, port)
    processes.log_lines()
    with build.catalog(settings) as catalog:
        if settings.ui.api_key:
            processes.admit(settings.ui.api_key.get_secret_value(), catalog.keys)
        processes.require_key(settings.api.host, catalog.keys)
    with (
        processes.listening(settings.api.host, settings.api.port, "DOCQA_API") as listener,
        build.service(settings) as service,
    ):
        app = build_app(service)
        gc.collect()
        gc.freeze()  # else Python looks through all that was loaded once in a while: 0.1 s, in the midst of a request
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        address = processes.url(settings.api.host, listener.getsockname()[1])
        logger.info("The API listens on %s (DOCQA_API__HOST=%s)", address, settings.api.host)
        uvicorn.Server(config).run(sockets=[listener])


@click.command()
@click.option("--once", is_flag=True, help="Read what is queued, then end.")
@click.pass_obj
def worker(data: Path | None, once: bool) -> None:
    """Read the documents that are queued, for as long as it runs.

    One worker reads into a library at a time, with DOCQA_INGEST__WORKERS processes. What it was at when it is stopped
    goes on at the next start.
    """
    from docqa import build
    from docqa.cli.reading import pipeline, shown_progress
    from docqa.processes import ownership
    from docqa.processes.priority import give_way
    from docqa.settings import load
    from ingest.visuals import embed_missing, kept_up
    from ingest.worker import UNWATCHED, work

    settings = load(data)
    processes.log_lines()
    give_way()
    stopping = processes.asked_to_stop()
    model, visual = build.embedder(settings), build.visual(settings)
    ownership_of_index: build.Ownership = "if free" if once else "never"
    while not stopping.is_set():
        with ownership.reading(settings.data) as ours:
            if ours:
                with (
                    build.library(settings, model, purpose="docqa worker", ownership=ownership_of_index) as library,
                    pipeline(settings, library, model) as reading,
                ):
                    if once:
                        with shown_progress() as progress:
                            reading.read_unfinished(progress, stopping=stopping.is_set)
                            if visual:
                                embed_missing(library, visual, progress=progress, stopping=stopping.is_set)
                    else:
                        logger.info("The worker reads what is queued")
                        with kept_up(library, visual, UNWATCHED):
                            work(reading, library.catalog, stopping)
                return
        if once:
            raise LibraryBusy("Another process reads documents into this library: it reads what is queued, too")
        logger.info("Another process reads documents into this library: waiting for it to end")
        stopping.wait(TURN_S)


@click.command()
@processes.host_option
@processes.port_option
@click.pass_obj
def ui(data: Path | None, host: str | None, port: int | None) -> None:
    """Show the page in the browser. It talks to the API, so `docqa serve` must run.

    The page acts with its own key (DOCQA_UI__API_KEY) for whoever can open it, so it listens on this machine only,
    unless it is told otherwise.
    """
    from docqa.addresses import is_loopback
    from docqa.settings import load

    settings = processes.at(load(data), "ui", host, port)
    processes.log_lines()
    chosen = settings.ui
    port = processes.free_port(chosen.host, chosen.port, "DOCQA_UI")
    if not is_loopback(chosen.host):
        logger.warning(
            "The page listens on %s: whoever can reach it acts with its key, without a key of their own.", chosen.host
        )
    found = importlib.util.find_spec("ui")
    if found is None or found.origin is None:
        raise MissingExtra("ui", "The page")
    os.environ["DOCQA_UI__API_URL"] = chosen.api_url or processes.url(settings.api.host, settings.api.port)
    if chosen.api_key:
        os.environ[processes.PAGE_KEY] = chosen.api_key.get_secret_value()
    logger.info("The page is at %s", processes.url(chosen.host, port))
    names = ["localhost", "127.0.0.1", "::1", chosen.host, *chosen.hosts] if is_loopback(chosen.host) else []
    _run_streamlit(Path(found.origin).with_name("app.py"), chosen.host, port, names)


def _run_streamlit(app: Path, host: str, port: int, names: Sequence[str]) -> None:
    """Run the page; what it may do is in .streamlit/config.toml beside it. With `names` it answers to no other.

    Else web pages of others could reach it under a name of theirs that they let lead to this machine.
    """
    from streamlit.web import cli as streamlit

    _stay_offline()
    options = [
        ("server.address", host),
        ("server.port", str(port)),
        *(("server.allowedHosts", name) for name in names),
        ("global.developmentMode", "false"),
        ("logger.hideWelcomeMessage", "true"),
        ("logger.enableRich", "false"),
        ("logger.messageFormat", "%(asctime)s %(levelname)s %(name)s: %(message)s"),
    ]
    words = [f"--{name}={value}" for name, value in options]
    streamlit.main(["run", str(app), *words], prog_name="docqa ui", standalone_mode=False)


def _stay_offline() -> None:
    """Keep Streamlit from asking checkip.amazonaws.com for this machine's address.

    It does, while every other visitor waits, whenever a page of another origin tries to connect.
    """
    from streamlit import net_util

    def unknown() -> None:
        return None

    net_util.get_external_ip = unknown


COMMANDS = [serve, worker, ui]
