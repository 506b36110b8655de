"""docqa model: how to serve a model, and what fits."""

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docqa.cli import options
from docqa.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from docqa.model.profiles import Profile

DEFAULT = "phi-3.5-vision"
DIRECTORY = "MODEL_DIRECTORY"  # stands in a profile's arguments for where the model lies
LENGTHS = (8192, 32768, 131072)


@click.group()
def model() -> None:
    """How to serve a vision model with vLLM, and what fits on a GPU."""


def _served(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--cache", type=click.Choice(["bf16", "fp8"]), default="bf16", help="Of keys and values."),
        click.option("--weights", type=click.Choice(["bf16", "8bit", "4bit"]), default="bf16", help="Of the weights."),
        click.option("--images", type=click.IntRange(0), help="Page images in a prompt.  [default: the profile's]"),
        click.option("--window", type=click.IntRange(1024), help="Tokens of a request.  [default: the profile's]"),
        click.option("--model", "path", help="Model or directory to load.  [default: the profile's]"),
        click.option("--profile", "name", default=DEFAULT, show_default=True, help="Family of the model."),
    ):
        command = option(command)
    return command


@model.command()
@_served
def command(name: str, path: str | None, **choices: Any) -> None:  # noqa: ANN401
    """Print the `vllm serve` line under which docqa's counts hold."""
    click.echo(shlex.join(["vllm", "serve", *_arguments(name, path, **choices)]))


@model.command()
@_served
def serve(name: str, path: str | None, **choices: Any) -> None:  # noqa: ANN401
    """Run that line, where vLLM is installed (pip install -e '.[vllm]')."""
    arguments = _arguments(name, path, **choices)
    vllm = shutil.which("vllm", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if vllm is None:
        raise MissingExtra("vllm", "Serving a model")
    click.echo(shlex.join(["vllm", "serve", *arguments]), err=True)
    os.execv(vllm, [vllm, "serve", *arguments])


@model.command()
@click.option("--profile", "name", default=DEFAULT, show_default=True, help="Family of the model.")
@click.option("--gpu-memory", required=True, type=click.FloatRange(min=1), metavar="GB", help="Of the GPU.")
@click.option("--teraflops", default=989.0, show_default=True, help="Dense bf16 speed; the default is an H200's.")
def plan(name: str, gpu_memory: float, teraflops: float) -> None:
    """Show what context, images and concurrent requests fit on a GPU."""
    from docqa.model import capacity

    profile = _profile(name)
    options.print_table(
        ("Weights", "Cache", "Tokens held", "Longest request", "Pages in it", "Such requests", "Requests of 32k"),
        [
            (
                fit.weights,
                fit.cache,
                f"{fit.held:,}" if fit.held else "does not fit",
                f"{fit.window:,}",
                f"{fit.pages}",
                f"{fit.requests}",
                f"{fit.held // 32768}",
            )
            for fit in capacity.fits(profile, gpu_bytes=gpu_memory * 1e9)
        ],
    )
    click.echo(f"\nFirst token, at {teraflops:g} TFLOPS, no sooner than:")
    for tokens in LENGTHS:
        floor = capacity.first_token_floor_s(profile, tokens, teraflops=teraflops)
        score = f", RULER score {profile.quality[tokens]:g}" if tokens in profile.quality else ""
        click.echo(f"  {tokens:>7,} tokens: {floor:.2f} s{score}")
    click.echo(
        "\nArithmetic, not a measurement: 90 % of the GPU's memory, less the weights and 2 GB to work with; pages as"
        f" A4 with {capacity.TEXT_TOKENS} tokens of text and an image. Facts: {profile.source}."
    )


COMMANDS = [model]


def _profile(name: str) -> "Profile":
    from docqa.model import profiles

    profile = profiles.named(name)
    known = [each.name for each in profiles.PROFILES if each.model]
    if profile is None or not profile.model:
        raise UsageError(f"No profile {name} to serve: there are {', '.join(known)}")
    return profile


def _arguments(name: str, path: str | None, *, window: int | None, images: int | None, **precision: Any) -> list[str]:  # noqa: ANN401
    from docqa.model import capacity

    profile = _profile(name)
    if window is not None and window > profile.window:
        raise UsageError(f"{name} holds at most {profile.window} tokens")
    arguments = capacity.serve_arguments(
        profile,
        window=window or profile.window,
        images=profile.max_images if images is None else images,
        **precision,
    )
    if path is None and any(DIRECTORY in each for each in arguments):
        raise UsageError(f"{name} needs --model DIRECTORY: a part of it is a folder in there")
    if path is None:
        return arguments
    return [path, *(each.replace(DIRECTORY, path) for each in arguments[1:])]
