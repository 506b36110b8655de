"""Ask questions about your PDFs and see the pages that prove the answers."""

from docqa.errors import DocQAError
from docqa.types import Answer, Citation, Document, Evidence, Page, Passage, Scope

__all__ = ["Answer", "Citation", "DocQAError", "Document", "Evidence", "Page", "Passage", "Scope"]
