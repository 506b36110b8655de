"""Every error docqa raises on purpose, by what the caller should do about it.

DocQAError
  DocumentError         this file will fail again: report it, do not retry
    EncryptedPDF, UnreadablePDF, TooLarge
  NotInLibrary          no such document or page: list what there is
  LibraryBusy           another process holds the library: wait, or use that process
  LibraryFull           there is no room on its disk: make some
  LibraryDamaged        its files cannot be read: restore a copy, or read the PDFs again
  LibraryMismatch       the library was built with other settings: change them back, or read the PDFs again
  BackupDamaged         a backup is incomplete, was changed, or is none: take another one
  SettingsError         a setting is wrong or unknown: its name is in the message
  UsageError            the request itself makes no sense
  ServiceUnavailable    the other side is down: retrying may help
    IndexUnavailable, CatalogUnavailable, FilesUnavailable, ClusterUnavailable, ModelUnavailable
  ModelRefused          the model server answered that it will not do this: change the named setting
    RequestRefused      that it will not do this one request; it may do others
  ContextOverflow       the question and its evidence do not fit the model
  MissingExtra          an optional dependency is not installed
"""


class DocQAError(Exception):
    """Base of every error docqa raises on purpose; its message says what is wrong and what to do next."""


class DocumentError(DocQAError):
    """This file will fail again."""


class EncryptedPDF(DocumentError):
    """The PDF opens only with a password."""


class UnreadablePDF(DocumentError):
    """The bytes are not a PDF that can be read."""


class TooLarge(DocumentError):
    """The PDF, or a page, asks for more than a limit allows; the setting is in the message."""


class NotInLibrary(DocQAError):
    """No document or page of that name or id."""


class LibraryBusy(DocQAError):
    """Another process owns the data directory."""


class LibraryFull(DocQAError):
    """The disk of the data directory is nearly full."""


class LibraryDamaged(DocQAError):
    """The library's own files cannot be read."""


class LibraryMismatch(DocQAError):
    """The library holds what other settings made."""


class BackupDamaged(DocQAError):
    """A backup is incomplete, was changed, or is none."""


class SettingsError(DocQAError):
    """A setting has a wrong value or an unknown name."""


class UsageError(DocQAError):
    """The request makes no sense as it stands."""


class ServiceUnavailable(DocQAError):
    """The other side is down; retrying may help."""


class IndexUnavailable(ServiceUnavailable):
    """The Qdrant server, or the process that holds the index, did not answer."""


class CatalogUnavailable(ServiceUnavailable):
    """The catalog's database server did not answer."""


class FilesUnavailable(ServiceUnavailable):
    """The object store that holds the files did not answer."""


class ClusterUnavailable(ServiceUnavailable):
    """The machines that read pages did not answer."""


class ModelUnavailable(ServiceUnavailable):
    """The model server did not answer."""


class ModelRefused(DocQAError):
    """The model server refused the request and would refuse it again."""


class RequestRefused(ModelRefused):
    """The model server refused this one request; it may do others."""


class ContextOverflow(DocQAError):
    """The question and its evidence do not fit the model's context window."""


class MissingExtra(DocQAError):
    """An optional dependency is not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an extra: pip install -e '.[{extra}]'")
