"""How the text of a scan stands on its page, and where words read upright lie on it. Pure."""

import math
from dataclasses import dataclass

from docqa.types import Box


@dataclass(frozen=True, slots=True)
class Stance:
    """How a page must be turned and then straightened for its lines to run from left to right."""

    width: float  # of the page as it is shown, points
    height: float
    quarter_turns: int = 0  # counter-clockwise, 0 to 3
    slope: float = 0.0  # of its lines after that, degrees; positive if they fall to the right

    @property
    def upright_size(self) -> tuple[float, float]:
        """Width and height of the upright page, in points."""
        return (self.height, self.width) if self.quarter_turns % 2 else (self.width, self.height)

    def on_page(self, box: Box) -> Box:
        """Where a box of the upright, straight page lies on the page as it is shown; a sloping one keeps its size."""
        width, height = self.upright_size
        middle_x, middle_y = (box.x0 + box.x1) / 2 - width / 2, (box.y0 + box.y1) / 2 - height / 2
        cosine, sine = math.cos(math.radians(self.slope)), math.sin(math.radians(self.slope))
        across = middle_x * cosine - middle_y * sine - middle_x
        down = middle_x * sine + middle_y * cosine - middle_y
        return self._turned_back(Box(box.x0 + across, box.y0 + down, box.x1 + across, box.y1 + down))

    def upright(self, box: Box) -> Box:
        """Where a box of the page as it is shown lies once that is upright and straight; the inverse of `on_page`."""
        width, height = self.upright_size
        level = Stance(width, height, -self.quarter_turns % 4)._turned_back(box)
        return Stance(width, height, slope=-self.slope).on_page(level)

    def _turned_back(self, box: Box) -> Box:
        x0, y0, x1, y1 = box.x0, box.y0, box.x1, box.y1
        if self.quarter_turns == 1:
            x0, y0, x1, y1 = self.width - y1, x0, self.width - y0, x1
        elif self.quarter_turns == 2:
            x0, y0, x1, y1 = self.width - x1, self.height - y1, self.width - x0, self.height - y0
        elif self.quarter_turns == 3:
            x0, y0, x1, y1 = y0, self.height - x1, y1, self.height - x0
        return Box(*(round(edge, 1) for edge in (x0, y0, x1, y1)))
