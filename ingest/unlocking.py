"""Copy a PDF so that it opens without a password: `python -m ingest.unlocking SOURCE TARGET MEMORY_LIMIT_MB`.

The password comes on standard input. The exit code says how it went, standard output why it cannot be copied.
"""

import sys
from pathlib import Path

from docqa.errors import DocumentError, EncryptedPDF
from docqa.processes.confinement import confine
from docqa.storage.unlocking import COPIED, NEEDS_NONE, UNREADABLE, WRONG


def unlock(source: Path, target: Path, password: str) -> int:
    """Do it; returns the exit code."""
    from ingest.parse import PDF

    try:
        pdf = PDF(source, password)
    except EncryptedPDF:
        return WRONG
    except DocumentError:  # who reads it says what is wrong
        return NEEDS_NONE
    if not pdf.was_locked:
        return NEEDS_NONE
    try:
        pdf.save_unlocked(target)
    except DocumentError as error:
        sys.stdout.write(str(error))
        return UNREADABLE
    return COPIED


if __name__ == "__main__":
    confine(memory_limit_mb=int(sys.argv[3]))
    sys.exit(unlock(Path(sys.argv[1]), Path(sys.argv[2]), sys.stdin.buffer.read().decode()))
