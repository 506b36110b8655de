"""What a table was measured on."""

import datetime
import os
import platform
from pathlib import Path


def machine() -> str:
    """One line: processor, cores, Python, date."""
    facts = Path("/proc/cpuinfo")
    names = (
        [line.split(":", 1)[1].strip() for line in facts.read_text().splitlines() if line.startswith("model name")]
        if facts.exists()
        else []
    )
    processor = names[0] if names else platform.processor() or platform.machine()
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}, {datetime.date.today()}"
