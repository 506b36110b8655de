"""What the routes of one app share."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from docqa.api.limits import Slots
from docqa.api.metrics import Metrics
from docqa.service import Service
from docqa.storage.staging import Staging
from docqa.storage.unlocking import Unlocker


@dataclass(frozen=True, slots=True)
class Context:
    """The service and what the API itself keeps."""

    service: Service
    staging: Staging
    unlocker: Unlocker
    questions: Slots
    searches: Slots
    metrics: Metrics

    def close(self) -> None:
        """Wait for what runs, and leave nothing behind."""
        self.questions.close()
        self.searches.close()
        self.staging.close()


def context(request: Request) -> Context:
    """Of the app that this request came to."""
    found: Context = request.app.state.context
    return found


Shared = Annotated[Context, Depends(context)]
