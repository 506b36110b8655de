"""Questions about what a page shows in a drawing: a chart, a diagram, a photograph. Pure."""

import re

# What "line", "map" or "image" stands for is another thing too often.
_DRAWN = re.compile(
    r"\b(?:(?:box|scatter)?plot(?:s|ted)?|charts?|graphs?|figures?|fig(?=\.)|diagrams?|curves?|bars?|drawings?|pictures?"
    r"|pictured|photo(?:graph)?s?|screenshots?|illustrations?|illustrated|axis|axes|histograms?|slopes?|colou?rs?"
    r"|colou?red|pie|schematics?|sketch(?:es)?"  # English
    r"|abbildung(?:en)?|abb(?=\.)|diagramm(?:e|en|s)?|grafik(?:en)?|schaubild(?:er|ern|s)?|kurven?|balken"
    r"|zeichnung(?:en)?|fotos?|achsen?|farben?|farbig\w*"  # German
    r"|graphiques?|courbes?|diagrammes?|schémas?|dessins?|axe|couleurs?"  # French
    r"|gráfic[oa]s?|figuras?|curvas?|diagramas?|barras?|dibujos?|ejes?|colores)\b"  # Spanish
    r"|[图圖](?:表|中|[示片])?|[曲折]线|[柱饼]状|颜色|顏色",  # Chinese
    re.IGNORECASE,
)


def asks_about_drawing(question: str) -> bool:
    """Whether it names something that is drawn, or what only a drawing has."""
    return bool(_DRAWN.search(question))
