"""What the model server at hand can hold: asked of the server where it tells, else taken from its model's profile."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from docqa.errors import ModelRefused, SettingsError
from docqa.model import profiles, tokens
from docqa.model.profiles import Profile
from docqa.model.tokens import Count, ImageCost
from docqa.protocols import ChatMessage
from docqa.sections import ModelSettings

FIRST, SECOND = "first", "second"
SMALL = (64, 64)
PROBE = (1190, 1680)  # pixels of the image by which a server's detail is found: each detail makes other tokens of it


@dataclass(frozen=True, slots=True)
class Served:
    """A model as its server runs it."""

    name: str
    profile: Profile
    window: int
    max_images: int
    details: tuple[int, ...]  # that may be asked for, coarsest first
    told: bool  # whether each request must tell its detail
    count: Count
    exact: bool  # whether tokens are counted as the server counts them


class Server(Protocol):
    @property
    def name(self) -> str: ...

    def models(self) -> dict[str, int | None]: ...

    def tokens_of_text(self, text: str, own: bool) -> int: ...

    def token_strings(self, messages: Sequence[ChatMessage]) -> list[str]: ...

    def tokens_of_messages(
        self, messages: Sequence[ChatMessage], mm_kwargs: Mapping[str, Any] | None = None
    ) -> int: ...


def takes_images(server: Server, count: int) -> bool:
    """Whether the server takes so many images in one prompt.

    Raises ModelUnavailable.
    """
    try:
        server.tokens_of_messages([("user", [*[_blank(SMALL)] * count, FIRST])])
    except ModelRefused:
        return False
    return True


def keeps_places(server: Server) -> bool:
    """Whether images stay between the texts they stand between; else they move in front, and labels lose them.

    Raises ModelUnavailable or ModelRefused.
    """
    strings = server.token_strings([("user", [FIRST, _blank(SMALL), SECOND])])
    image = Counter(strings).most_common(1)[0][0]  # an image makes many equal tokens, the rest hardly any
    before, _, after = "".join("\0" if each == image else each for each in strings).partition("\0")
    return FIRST in before and SECOND in after


def inspect(server: Server, settings: ModelSettings, *, count: Count | None = None) -> Served:
    """Ask the server what it runs; `count`, if it is known from elsewhere, is the tokenizer of its model.

    Raises ModelUnavailable, ModelRefused or SettingsError.
    """
    profile = _profile(server, settings)
    window = server.models().get(server.name) or profile.window
    has_tokenizer = _has_tokenizer(server)
    exact = has_tokenizer or count is not None
    if count is None:
        count = tokens.remembered(server.tokens_of_text) if has_tokenizer else tokens.at_most
    details, told = _details(server, profile, settings) if has_tokenizer else (_assumed(profile, settings), False)
    return Served(
        name=server.name,
        profile=profile,
        window=min(window, profile.window),
        max_images=profile.max_images if settings.max_images is None else settings.max_images,
        details=details,
        told=told,
        count=count,
        exact=exact and profile.layout is not None,
    )


def _profile(server: Server, settings: ModelSettings) -> Profile:
    if settings.profile is None:
        return profiles.of_model(server.name)
    profile = profiles.named(settings.profile)
    if profile is None:
        known = ", ".join(each.name for each in profiles.PROFILES)
        raise SettingsError(f"DOCQA_MODEL__PROFILE={settings.profile} is unknown; there are {known}")
    return profile


def _has_tokenizer(server: Server) -> bool:
    try:
        server.tokens_of_text("a", True)
    except ModelRefused:
        return False
    return True


def _details(server: Server, profile: Profile, settings: ModelSettings) -> tuple[tuple[int, ...], bool]:
    """Details that may be asked for, and whether a request must tell which."""
    if profile.image_tokens is None or profile.layout is None:
        return _assumed(profile, settings), False
    own = _own_detail(server, profile)
    if own is None:
        return _assumed(profile, settings), False
    choice = _chosen_by_request(server, profile)
    if settings.detail is not None and settings.detail != own and not choice:
        raise SettingsError(
            f"DOCQA_MODEL__DETAIL={settings.detail}, but the server cuts images with {own}, whatever a request says:"
            " unset it, or start the server as docqa model command says"
        )
    if settings.detail is not None:
        return (settings.detail,), choice
    # What is finer than the server's own may be more than its encoder's cache holds.
    return tuple(each for each in profile.details if each <= own) if choice else (own,), choice


def _own_detail(server: Server, profile: Profile) -> int | None:
    """The detail that the server cuts images with unless told otherwise; None if it is none of the profile's."""
    assert profile.image_tokens is not None
    rest = tokens.of_prompt([("user", [ImageCost(0)])], profile.layout, server.tokens_of_text)
    found = server.tokens_of_messages([("user", [_blank(PROBE)])]) - rest
    return next((each for each in profile.details if profile.image_tokens(*PROBE, each) == found), None)


def _chosen_by_request(server: Server, profile: Profile) -> bool:
    if profile.mm_kwargs is None:
        return False
    try:
        server.tokens_of_messages([("user", [_blank(PROBE)])], profile.mm_kwargs(profile.details[0]))
    except ModelRefused:
        return False
    return True


def _assumed(profile: Profile, settings: ModelSettings) -> tuple[int, ...]:
    return (settings.detail or profile.default_detail,)


@cache
def _blank(size: tuple[int, int]) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", size, 255).save(buffer, "JPEG")
    return buffer.getvalue()
