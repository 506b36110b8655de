"""Names that people sent, and names that are sent to people."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.api.names import disposition, source_path
from docqa.errors import UsageError


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ("report.pdf", "report.pdf"),
        ("2024/q1/report.pdf", "2024/q1/report.pdf"),
        ("2024\\q1\\report.pdf", "2024/q1/report.pdf"),
        ("../../etc/report.pdf", "etc/report.pdf"),
        ("a/../b/./report.pdf", "a/b/report.pdf"),
        ("/home/ann/report.pdf", "report.pdf"),
        ("C:\\Users\\Ann\\report.pdf", "report.pdf"),
        ("\\\\server\\share\\report.pdf", "report.pdf"),
        ("re\0port\x1b.pdf\n", "report.pdf"),
        ("report\u202efdp.exe", "reportfdp.exe"),
        ("U\u0308berblick.pdf", "\u00dcberblick.pdf"),
        ("年次報告.pdf", "年次報告.pdf"),
        (" report.pdf ", "report.pdf"),
        ("no ending", "no ending"),
    ],
)
def test_a_name_is_kept_with_its_folder_but_leads_nowhere(sent: str, path: str):
    assert source_path(sent) == path


@pytest.mark.parametrize("sent", ["", " ", "/", "..", "../..", "C:", "C:\\", "\0", "a/" * 600 + "b", "x" * 256])
def test_a_name_that_says_nothing_or_too_much_is_refused(sent: str):
    with pytest.raises(UsageError):
        source_path(sent)


@given(st.text(max_size=300))
def test_whatever_was_sent_the_path_stays_below_a_folder(sent: str):
    try:
        path = source_path(sent)
    except UsageError:
        return
    parts = path.split("/")
    assert path == source_path(path)
    assert not {"", ".", ".."} & set(parts)
    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in path)
    path.encode()


def test_a_download_is_called_as_the_document_is():
    assert disposition("report 2024.pdf") == 'attachment; filename="report 2024.pdf"'
    assert disposition("Überblick.pdf") == "attachment; filename=\"Uberblick.pdf\"; filename*=UTF-8''%C3%9Cberblick.pdf"
    assert disposition("年次.pdf") == "attachment; filename=\"document.pdf\"; filename*=UTF-8''%E5%B9%B4%E6%AC%A1.pdf"


@given(st.text(max_size=100))
def test_no_name_breaks_out_of_its_header(name: str):
    header = disposition(name)
    header.encode("ascii")
    assert "\n" not in header and "\r" not in header
    assert header.count('"') == 2
