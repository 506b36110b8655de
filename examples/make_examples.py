"""Draw the two example PDFs, byte for byte the same each time.

    python examples/make_examples.py [FOLDER]

harbour-report-2024.pdf: an annual report with headings, a table that runs over a page break, a chart whose figures
stand only in the drawing, and a scanned letter without a text layer. turbine-manual.pdf: a service manual with
numbered steps and a table of faults. Company, people and figures are invented.
"""

import io
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import pymupdf
from PIL import Image, ImageFilter

WIDTH, HEIGHT = 595, 842  # A4 in points
LEFT, RIGHT, TOP, BOTTOM = 72, WIDTH - 72, 90, HEIGHT - 80
BODY, BOLD = "helv", "hebo"
BLUE, GREY = (0.16, 0.36, 0.68), (0.45, 0.45, 0.45)


class Writer:
    """Fills pages from top to bottom."""

    def __init__(self, title: str, footer: str) -> None:
        self.pdf = pymupdf.open()
        self.pdf.set_metadata({"title": title, "author": "docqa examples", "creationDate": "D:20250101000000Z"})
        self._footer = footer
        self.new_page()

    def new_page(self) -> None:
        """Begin a page with its running foot."""
        self.page = self.pdf.new_page(width=WIDTH, height=HEIGHT)
        self.y = float(TOP)
        self.page.insert_text((LEFT, HEIGHT - 45), self._footer, fontname=BODY, fontsize=8, color=GREY)
        self.page.insert_text(
            (RIGHT - 12, HEIGHT - 45), str(self.pdf.page_count), fontname=BODY, fontsize=8, color=GREY
        )

    def heading(self, text: str, size: float = 16) -> None:
        """A line in bold."""
        self._room(size * 3)
        self.y += size * 0.9
        self.page.insert_text((LEFT, self.y), text, fontname=BOLD, fontsize=size, color=BLUE)
        self.y += size * 0.8

    def paragraph(self, text: str, size: float = 10.5) -> None:
        """Prose, wrapped between the margins."""
        line: list[str] = []
        for word in [*text.split(), ""]:
            if not word or pymupdf.get_text_length(" ".join([*line, word]), BODY, size) > RIGHT - LEFT:
                self._room(size)
                self.y += size * 1.35
                self.page.insert_text((LEFT, self.y), " ".join(line), fontname=BODY, fontsize=size)
                line = []
            line.append(word)
        self.y += size * 0.9

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[float]) -> None:
        """A ruled table; where it runs on, the header is not repeated."""
        self.y += 6
        for place, row in enumerate([header, *rows]):
            self._room(20)
            self.y += 18
            for text, x in zip(row, columns, strict=True):
                font = BOLD if place == 0 or row[0].startswith("Total") else BODY
                self.page.insert_text((x, self.y - 5), text, fontname=font, fontsize=9.5)
            self.page.draw_line((LEFT, self.y), (RIGHT, self.y), color=GREY, width=0.4)
        self.y += 14

    def bars(self, title: str, values: dict[str, float], unit: str) -> None:
        """A bar chart; its figures are written on the bars only."""
        self._room(230)
        self.heading(title, 11)
        base, step = self.y + 170, (RIGHT - LEFT) / len(values)
        for place, (name, value) in enumerate(values.items()):
            x, height = LEFT + place * step + 8, 150 * value / max(values.values())
            self.page.draw_rect((x, base - height, x + step - 16, base), color=BLUE, fill=BLUE)
            self.page.insert_text((x, base - height - 4), f"{value:g} {unit}", fontname=BODY, fontsize=8)
            self.page.insert_text((x, base + 12), name, fontname=BODY, fontsize=8)
        self.y = base + 30

    def scan(self) -> None:
        """Turn the last page into what a scanner makes of it: a slightly crooked grey picture without any text."""
        pixels = self.page.get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
        picture = Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)
        noise = Image.frombytes("L", picture.size, random.Random(7).randbytes(picture.width * picture.height))
        picture = Image.blend(picture, noise, 0.06).rotate(0.4, fillcolor=240, resample=Image.Resampling.BICUBIC)
        buffer = io.BytesIO()
        picture.filter(ImageFilter.GaussianBlur(0.4)).save(buffer, "JPEG", quality=60)
        number = self.page.number
        self.pdf.delete_page(number)
        self.page = self.pdf.new_page(number, width=WIDTH, height=HEIGHT)
        self.page.insert_image(self.page.rect, stream=buffer.getvalue())

    def save(self, path: Path) -> None:
        """Write the file; same content, same bytes."""
        path.write_bytes(self.pdf.tobytes(garbage=4, deflate=True, no_new_id=True))

    def _room(self, needed: float) -> None:
        if self.y + needed > BOTTOM:
            self.new_page()


def harbour_report() -> Writer:
    """The annual report."""
    out = Writer("Port of Sandhaven Annual Report 2024", "Port of Sandhaven | Annual Report 2024")
    out.heading("Port of Sandhaven", 26)
    out.heading("Annual Report 2024", 18)
    out.paragraph(
        "The Port of Sandhaven is the third largest deep-water harbour on the Marrow coast. It handles"
        " containers, grain and wind turbine parts on four quays with a total length of 3.2 kilometres, and"
        " employs 642 people."
    )
    out.heading("Letter from the chair")
    out.paragraph(
        "2024 was the year in which the northern basin came into its own. Container throughput rose by 11"
        " percent to 842,000 TEU, although the storm of 9 February closed the harbour entrance for six days."
        " Revenue reached 187.4 million euros, against 171.9 million in 2023, and the operating result"
        " improved to 31.2 million euros."
    )
    out.paragraph(
        "We decided to stop handling coal. The last coal ship left Sandhaven on 30 September 2024, and the"
        " coal quay is being rebuilt as an assembly yard for offshore wind turbines. The rebuilding costs 64"
        " million euros and ends in May 2026."
    )
    out.paragraph("Ingrid Halvorsen, Chair of the Supervisory Board")
    out.new_page()
    out.heading("1  Traffic")
    out.paragraph(
        "Container traffic grew on all lines but one: the Baltic feeder service was suspended in April after"
        " its operator gave up two ships. Grain exports recovered from the poor harvest of 2023 and came to"
        " 1.9 million tonnes."
    )
    out.bars("Figure 1: Crane availability by quarter, 2024", {"Q1": 91.4, "Q2": 95.2, "Q3": 96.8, "Q4": 94.1}, "%")
    out.paragraph(
        "Crane availability is the share of planned hours in which a quay crane was ready for work. The first"
        " quarter suffered from the February storm, which damaged the boom of crane 4."
    )
    out.heading("2  Safety")
    out.paragraph(
        "There were 14 reportable accidents, four fewer than in the year before, and none was fatal. Lost"
        " time injuries fell to 3.1 per million hours worked. Since July every mooring team carries a gas"
        " detector."
    )
    out.heading("3  Environment")
    out.paragraph(
        "Shore power was taken by 38 percent of calling ships. Emissions of carbon dioxide from our own"
        " operations fell from 12,400 to 10,150 tonnes, because the straddle carriers were converted to hybrid"
        " drive. The harbour board wants to be carbon neutral in its own operations by 2032."
    )
    out.paragraph(
        "Dredging moved 410,000 cubic metres of sediment. A tenth of it was found to be contaminated with"
        " tributyltin and was brought to the landfill at Oster Moor."
    )
    out.heading("4  Finance")
    out.paragraph(
        "The table lists revenue and operating costs by division, in millions of euros. The table runs over"
        " to the next page."
    )
    columns = (LEFT, 300, 370, 450)
    rows = [
        ("Container terminal revenue", "82.6", "91.3", "+10.5 %"),
        ("Grain terminal revenue", "24.1", "29.8", "+23.7 %"),
        ("Wind assembly revenue", "11.7", "19.5", "+66.7 %"),
        ("Coal terminal revenue", "18.9", "10.2", "-46.0 %"),
        ("Leases and quay dues", "34.6", "36.6", "+5.8 %"),
        ("Total revenue", "171.9", "187.4", "+9.0 %"),
        ("Personnel costs", "58.3", "61.0", "+4.6 %"),
        ("Energy costs", "17.2", "14.9", "-13.4 %"),
        ("Maintenance and dredging costs", "31.5", "36.7", "+16.5 %"),
        ("Depreciation", "27.8", "29.4", "+5.8 %"),
        ("Other costs", "13.9", "14.2", "+2.2 %"),
        ("Total operating costs", "148.7", "156.2", "+5.0 %"),
    ]
    out.table(("Division", "2023", "2024", "Change"), rows, columns)
    out.paragraph(
        "Net debt stood at 96.5 million euros at the end of the year. A bond of 40 million euros with a"
        " coupon of 3.25 percent was placed in June; it runs until 2034."
    )
    out.new_page()
    out.heading("Independent auditor's letter")
    out.paragraph("To the Supervisory Board of the Port of Sandhaven", 12)
    out.paragraph(
        "We have audited the accounts of the Port of Sandhaven for the year ended 31 December 2024. In our"
        " opinion they give a true and fair view. We draw attention to one matter: the provision for the"
        " removal of contaminated sediment, which amounts to 7.3 million euros, rests on estimates that may"
        " change.",
        12,
    )
    out.paragraph("Our fee for the audit was 212,000 euros.", 12)
    out.paragraph("Brandt & Okafor, Chartered Accountants, 14 March 2025", 12)
    out.scan()
    return out


def turbine_manual() -> Writer:
    """The service manual."""
    out = Writer("Aeolus T2 Service Manual", "Aeolus T2 | Service manual, revision 5")
    out.heading("Aeolus T2", 26)
    out.heading("Service manual for the 2 kW wind turbine", 16)
    out.paragraph(
        "This manual is for trained technicians. It describes installation, yearly service and faults of the"
        " Aeolus T2 from serial number 20450 onward. The turbine starts to turn at a wind speed of 2.8 m/s and"
        " brakes at 24 m/s."
    )
    out.heading("Safety")
    out.paragraph(
        "Lock the rotor with the red pin before you climb the mast. Never work on the turbine at wind speeds"
        " above 8 m/s. Wait 5 minutes after switching off: the capacitors of the inverter hold a dangerous"
        " voltage until then."
    )
    out.new_page()
    out.heading("1  Installation")
    out.paragraph(
        "The mast stands on a concrete block of at least 1.4 cubic metres. Tighten the flange bolts crosswise"
        " to 85 Nm, and again after 48 hours. The mast cable has a cross-section of 6 square millimetres up to"
        " a length of 40 metres."
    )
    out.heading("2  Yearly service")
    out.paragraph(
        "1. Check the blades for cracks, and replace all three if one is damaged. 2. Grease the yaw bearing"
        " with 20 grams of lithium grease. 3. Measure the brake pads: they must be at least 4 mm thick. 4."
        " Check the flange bolts: 85 Nm."
    )
    out.paragraph("The service takes a team of two about three hours. Note the hours of operation in the log book.")
    out.heading("3  Faults")
    out.paragraph(
        "The display of the inverter shows a code. Switch off and wait 5 minutes before you open the housing."
    )
    rows = [
        ("E01", "Overspeed", "Check the brake; the rotor turned faster than 420 rpm"),
        ("E02", "Overvoltage", "Check the dump load and its fuse (32 A)"),
        ("E07", "Yaw bearing stiff", "Grease the bearing with 20 g of lithium grease"),
        ("E11", "Inverter too hot", "Clean the cooling fins; it restarts below 70 degrees Celsius"),
        ("E14", "No wind signal", "Check the plug of the anemometer, replace it if needed"),
        ("E23", "Brake pads worn", "Replace the pads; part number AT2-0815"),
    ]
    out.table(("Code", "Fault", "What to do"), rows, (LEFT, 120, 240))
    out.new_page()
    out.heading("4  Technical data")
    rows = [
        ("Rated power", "2.0 kW at 11 m/s"),
        ("Rotor diameter", "3.6 m"),
        ("Weight without mast", "78 kg"),
        ("Sound level at 30 m", "41 dB(A) at 6 m/s"),
        ("Operating temperature", "-20 to +45 degrees Celsius"),
        ("Expected yearly yield", "3,900 kWh at an average wind of 5 m/s"),
    ]
    out.table(("Property", "Value"), rows, (LEFT, 260))
    out.paragraph(
        "The warranty is five years, and ten years for the blades. It ends if the yearly service is left out."
    )
    return out


def main() -> None:
    """Write both files."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    harbour_report().save(folder / "harbour-report-2024.pdf")
    turbine_manual().save(folder / "turbine-manual.pdf")


if __name__ == "__main__":
    main()
