"""What files are called: names that people sent, and names that are sent to people. They never lead to a file. Pure."""

import re
import unicodedata
from urllib.parse import quote

from docqa.errors import UsageError
from docqa.text.visible import visible

LONGEST = 1024  # characters of a path
LONGEST_NAME = 255

_DRIVE = re.compile(r"^[A-Za-z]:")


def source_path(sent: str) -> str:
    """A file name as a browser sent it, as a relative path whose last part is the name.

    A file dropped with its folder keeps that: it tells files of one name apart. Of an absolute path only the name
    stays. Raises UsageError if nothing is left, or too much.
    """
    slashed = unicodedata.normalize("NFC", visible(sent)).replace("\\", "/").strip()
    parts = [part for part in (each.strip() for each in slashed.split("/")) if part not in ("", ".", "..")]
    if slashed.startswith("/") or _DRIVE.match(slashed):
        parts = [part for part in parts if not _DRIVE.fullmatch(part)][-1:]
    if not parts:
        raise UsageError('A file has no name: send it as filename="report.pdf"')
    path = "/".join(parts)
    if len(path) > LONGEST or len(parts[-1]) > LONGEST_NAME:
        raise UsageError(
            f"The name {parts[-1][:40]}... is too long: {LONGEST_NAME} characters at most, {LONGEST} with its folders"
        )
    return path


def disposition(name: str, *, kind: str = "attachment") -> str:
    """A Content-Disposition header (RFC 6266): the name in full, and in ASCII for those that read no other."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .,()\[\]+-]", "_", ascii_name).strip()
    plain = f"document{plain}" if plain.startswith(".") or not plain else plain
    if plain == name:
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}"
