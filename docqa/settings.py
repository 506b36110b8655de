"""What an operator may change, typed and named. DOCQA_MODEL__TIMEOUT_S=30 sets model.timeout_s."""

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs
from pydantic import BaseModel, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from docqa.errors import SettingsError
from docqa.sections import (
    AbsolutePath,
    AnswerSettings,
    ApiSettings,
    CatalogSettings,
    EmbeddingSettings,
    FilesSettings,
    IndexSettings,
    IngestSettings,
    ModelSettings,
    RerankingSettings,
    UiSettings,
    VisualSettings,
)

PREFIX = "DOCQA_"
ENVIRONMENT = "environment"
PASSWORD = "DOCQA_PDF_PASSWORD"  # of PDFs that docqa ingest reads: no setting, and in the environment alone
ENV_FILE = Path(".env")


class Settings(BaseSettings):
    """Everything an operator may change."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        enable_decoding=False,  # lists are read by their own type, which names the variable that is wrong
        nested_model_default_partial_update=True,
        frozen=True,
        extra="ignore",  # .env may hold settings of other programs; load() refuses unknown ones of ours
    )

    data: AbsolutePath = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("docqa", appauthor=False)),
        description="holds the whole library: copy it to move it",
    )
    index: IndexSettings = Field(default_factory=IndexSettings)
    catalog: CatalogSettings = Field(default_factory=CatalogSettings)
    files: FilesSettings = Field(default_factory=FilesSettings)
    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    reranking: RerankingSettings = Field(default_factory=RerankingSettings)
    ingest: IngestSettings = Field(default_factory=IngestSettings)
    answer: AnswerSettings = Field(default_factory=AnswerSettings)
    model: ModelSettings = Field(default_factory=ModelSettings)
    visual: VisualSettings = Field(default_factory=VisualSettings)
    api: ApiSettings = Field(default_factory=ApiSettings)
    ui: UiSettings = Field(default_factory=UiSettings)


class Setting(NamedTuple):
    """One setting as it stands."""

    name: str  # of its environment variable
    value: str  # secrets masked
    source: str  # where the value came from
    description: str


def load(data: Path | None = None) -> Settings:
    """Read the settings from the environment and .env in the current directory; `data` overrides where the library is.

    Raises SettingsError, naming the variable that is wrong or unknown.
    """
    for name, file in ((name, file) for file, values in _given().items() for name in values):
        if name not in set(_variables()) and (name, file) != (PASSWORD, ENVIRONMENT):
            close = difflib.get_close_matches(name, _variables(), n=1, cutoff=0.6)
            hint = f"Did you mean {close[0]}?" if close else "`docqa config` lists every setting."
            raise SettingsError(f"Unknown setting {name} ({file}). {hint}")
    try:
        overrides: dict[str, Any] = {} if data is None else {"data": data}
        return Settings(_env_file=ENV_FILE if ENV_FILE.is_file() else None, **overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "__".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}={first['input']!r}: {first['msg'].lower()}") from error


def explained(settings: Settings, data: Path | None = None) -> list[Setting]:
    """Every setting with its value and where that came from, in the order of the sections."""
    given = _given()
    rows = []
    for name, path in _variables().items():
        value: Any = settings
        for part in path:
            field = type(value).model_fields[part]
            value = getattr(value, part)
        source = next((file for file, values in given.items() if values.get(name)), "default")
        if name == f"{PREFIX}DATA" and data is not None:
            source = "--data"
        shown = "" if value is None else str(value)
        rows.append(Setting(name, shown, source, field.description or ""))
    return rows


def _given() -> dict[str, Mapping[str, str | None]]:
    """Our variables where they are set, the place that wins first."""
    from dotenv import dotenv_values

    places: dict[str, Mapping[str, str | None]] = {ENVIRONMENT: os.environ}
    if ENV_FILE.is_file():
        try:
            places[str(ENV_FILE)] = dotenv_values(ENV_FILE)
        except UnicodeDecodeError as error:
            raise SettingsError(f"{ENV_FILE} is not UTF-8 text: {error}") from error
    return {
        place: {name.upper(): value for name, value in values.items() if name.upper().startswith(PREFIX)}
        for place, values in places.items()
    }


def _variables() -> dict[str, tuple[str, ...]]:
    """Environment variables we know, each with the path to its field."""
    return {PREFIX + "__".join(path).upper(): path for path in _leaves(Settings, ())}


def _leaves(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _leaves(kind, (*above, name))
        else:
            yield (*above, name)
