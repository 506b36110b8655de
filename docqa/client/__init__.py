"""Python client of docqa's HTTP API, sync and async, typed.

with Client("http://127.0.0.1:8100") as docqa:
    (report,) = docqa.upload("report.pdf")
    docqa.wait(report.id)
    print(docqa.query("What was revenue in 2022?").text)
"""

from docqa.client.asynchronous import AsyncClient
from docqa.client.decoding import AnotherVersion
from docqa.client.nouns import (
    Answer,
    Cited,
    ConversationDetail,
    DeletionReceipt,
    DocumentDetail,
    DocumentList,
    Done,
    Event,
    EvidenceFound,
    EvidencePage,
    Found,
    FoundPage,
    FoundPassage,
    PageState,
    PageText,
    Removed,
    Source,
    Token,
    Uploaded,
)
from docqa.client.operations import (
    AnswerTimings,
    Check,
    Finding,
    Index,
    Limits,
    Model,
    Readiness,
    Reranking,
    Route,
    ServedModel,
    Setting,
    Stats,
    System,
    Trouble,
)
from docqa.client.problems import KeyRefused, TooManyRequests
from docqa.client.stream import AnswerStream, AsyncAnswerStream
from docqa.client.synchronous import Client
from docqa.errors import (
    ContextOverflow,
    DocQAError,
    DocumentError,
    ModelRefused,
    NotInLibrary,
    ServiceUnavailable,
    UsageError,
)
from docqa.types import Collection

__all__ = [
    "AnotherVersion",
    "Answer",
    "AnswerStream",
    "AnswerTimings",
    "AsyncAnswerStream",
    "AsyncClient",
    "Check",
    "Cited",
    "Client",
    "Collection",
    "ContextOverflow",
    "ConversationDetail",
    "DeletionReceipt",
    "DocQAError",
    "DocumentDetail",
    "DocumentError",
    "DocumentList",
    "Done",
    "Event",
    "EvidenceFound",
    "EvidencePage",
    "Finding",
    "Found",
    "FoundPage",
    "FoundPassage",
    "Index",
    "KeyRefused",
    "Limits",
    "Model",
    "ModelRefused",
    "NotInLibrary",
    "PageState",
    "PageText",
    "Readiness",
    "Removed",
    "Reranking",
    "Route",
    "ServedModel",
    "ServiceUnavailable",
    "Setting",
    "Source",
    "Stats",
    "System",
    "Token",
    "TooManyRequests",
    "Trouble",
    "Uploaded",
    "UsageError",
]
