"""What a prompt held, drawn for a terminal."""

import click

from docqa.types import PackReceipt, Usage

BAR_WIDTH = 60
PARTS = (
    ("instructions", "white"),
    ("history", "magenta"),
    ("text", "blue"),
    ("images", "green"),
    ("question", "yellow"),
    ("reserved", "red"),
)


def draw(receipt: PackReceipt, usage: Usage | None) -> None:
    """Print the budget as a bar, what each part of it took, and what became of each page that was considered."""
    counted = "counted as the server counts" if receipt.exact else "an upper bound: the server has no tokenizer to ask"
    click.echo(f"\nPrompt for {receipt.model} (profile {receipt.profile}): {receipt.total:,} tokens, {counted}")
    sizes = [(name, getattr(receipt, name), colour) for name, colour in PARTS]
    taken = [(size, colour) for _, size, colour in sizes if size]
    bar = "".join(click.style("█" * max(1, round(BAR_WIDTH * size / receipt.budget)), fg=hue) for size, hue in taken)
    free = receipt.budget - receipt.total - receipt.reserved
    click.echo(f"  {bar}{'·' * round(BAR_WIDTH * free / receipt.budget)}")
    legend = [f"{click.style('█', fg=colour)} {name} {size:,}" for name, size, colour in sizes if size]
    click.echo(f"  {'  '.join(legend)}  · free {free:,} of {receipt.budget:,} (window {receipt.window:,})")
    for page in receipt.pages:
        label = f"[{page.label}]" if page.label else "-"
        cost = f"{page.text_tokens:,}" + (f" + {page.image_tokens:,}" if page.image_tokens else "")
        reason = f" ({page.reason})" if page.reason else ""
        click.echo(f"  {label:>5} {page.document} p. {page.page}: {page.sent}{reason}, {cost} tokens")
    if usage is not None:
        cached = f", {usage.cached:,} of it from its cache" if usage.cached is not None else ""
        click.echo(f"  The server read {usage.prompt:,} tokens{cached}, and wrote {usage.answer:,}.")
