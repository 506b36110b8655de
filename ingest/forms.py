"""The fields of a form: what was filled in stands beside its label, and a mark is a mark. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from docqa.types import Box
from ingest.lines import Line

ABOVE = 40.0  # points: a label right above is as near as one that far to the left; each line's height between adds it
TOUCHING = 2.0  # points by which a label may reach into its field
MARKS = dict(zip("345678lnuH", "✓✓✗✗✗✗●■◆★", strict=True))  # as ZapfDingbats spells them


@dataclass(frozen=True, slots=True)
class Field:
    """Where a page asks for something."""

    box: Box
    is_mark: bool  # to be ticked, not written into


def beside_labels(lines: Sequence[Line], fields: Sequence[Field]) -> list[Line]:
    """Put what stands in fields, which files have after all that is printed, behind the line left of it or above.

    A mark may stand before a line, too: what is nearest counts. Whatever font a form fills in, it makes no heading.
    """
    if not fields:
        return list(lines)
    printed: list[Line] = []
    filled: dict[Field, list[Line]] = defaultdict(list)
    for line in lines:
        field = next((field for field in fields if _holds(field.box, line.box)), None)
        (filled[field] if field else printed).append(line)
    size = median(line.size for line in printed or lines) if lines else 0.0
    before: dict[int, list[Line]] = defaultdict(list)  # what stands before which of the printed lines
    for field in sorted(filled, key=lambda field: (field.box.y0, field.box.x0)):
        _, place = min(_places(field, filled[field][0].box, printed), default=(0.0, len(printed)))
        before[place] += [_plain(line, size, is_mark=field.is_mark) for line in filled[field]]
    placed = [line for place, label in enumerate(printed) for line in (*before[place], label)]
    return [*placed, *before[len(printed)]]


def _places(field: Field, value: Box, printed: Sequence[Line]) -> Iterator[tuple[float, int]]:
    """Before which of the printed lines a value may stand, and how far it is from the label it stands there for."""
    for place, line in enumerate(printed):
        label = line.box
        if abs(label.y0 + label.y1 - value.y0 - value.y1) < max(label.y1 - label.y0, value.y1 - value.y0):
            if label.x0 <= value.x0:
                yield max(field.box.x0 - label.x1, 0.0), place + 1
            elif field.is_mark:
                yield max(label.x0 - field.box.x1, 0.0), place
        elif label.y1 <= field.box.y0 + TOUCHING and min(label.x1, field.box.x1) > max(label.x0, field.box.x0):
            between = max(field.box.y0 - label.y1, 0.0) / max(label.y1 - label.y0, 1.0)
            yield ABOVE * (1 + between), place + 1


def _holds(field: Box, line: Box) -> bool:
    x, y = (line.x0 + line.x1) / 2, (line.y0 + line.y1) / 2
    return field.x0 <= x <= field.x1 and field.y0 <= y <= field.y1


def _plain(line: Line, size: float, *, is_mark: bool) -> Line:
    words = tuple((MARKS.get(word, word), box) for word, box in line.words) if is_mark else line.words
    return replace(line, words=words, size=min(line.size, size), bold=False)
