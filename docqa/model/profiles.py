"""What each family of served models can hold, and how a server lays out its prompts. Pure values and formulas."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

ImageTokens = Callable[[int, int, int], int]  # (width, height, detail) -> tokens; only the shape or pixels count


@dataclass(frozen=True, slots=True)
class Layout:
    """How a server makes one text of a conversation, so that its tokens can be counted before it is sent."""

    message: str  # with {role} and {content}
    opening: str  # of the answer
    separator: str  # between the parts of one message
    image: str  # the mark that stands for an image; one token of it becomes the image's tokens
    chunked: bool  # the texts between images are tokenised one by one, each with the tokenizer's own first token


@dataclass(frozen=True, slots=True)
class Profile:
    """A family of models. Sizes in tokens and bytes."""

    name: str
    source: str  # where its facts come from
    served_as: str  # regular expression that names of served models match
    window: int
    max_images: int
    details: tuple[int, ...] = ()  # how finely an image may be cut, coarsest first; what it counts is the family's own
    default_detail: int = 0
    image_tokens: ImageTokens | None = None  # None: it sees no images
    mm_kwargs: Callable[[int], dict[str, Any]] | None = None  # of a request or a server, for a detail
    layout: Layout | None = None  # None: unknown, so counts are upper bounds
    special: str = r"<\||</?s>|<unk>"  # regular expression of what its tokenizer or template gives a meaning to
    kv_bytes: int = 0  # of one token's keys and values in bf16
    weight_bytes: int = 0  # in bf16
    parameters: int = 0  # of its language layers: what reading a token computes with
    layers_width: int = 0  # layers x (query heads x head size): what attention computes with
    quality: Mapping[int, float] = field(default_factory=dict)  # context length to RULER score, where published
    model: str = ""  # what vLLM loads
    serve: tuple[str, ...] = ()  # further arguments of vllm serve


def phi3_image_tokens(width: int, height: int, crops: int) -> int:
    """Tokens of an image cut into at most `crops` tiles of 336 pixels (Phi-3-vision's image_processing_phi3_v.py).

    The longer side gets as many tiles as fit; 144 tokens for each tile, 12 for each row of tiles, and the whole image
    once more as one tile.
    """
    ratio = max(width, height) / min(width, height)
    long = 1
    while (long + 1) * math.ceil((long + 1) / ratio) <= crops:
        long += 1
    short = max(1, math.ceil(int(336 * long / ratio) / 336))
    down = short if width >= height else long
    return (long * short + 1) * 144 + 1 + (down + 1) * 12


def phi4_image_tokens(width: int, height: int, crops: int) -> int:
    """Tokens of an image cut into at most `crops` tiles of 448 pixels (vLLM's phi4mm.py, _compute_num_image_tokens)."""
    across, down = _phi4_grid(width, height, crops)
    wide, high = 448 * across, 448 * down
    if wide / width < high / height:
        pad_wide, pad_high = 0, high - int(height * wide / width)
    else:
        pad_wide, pad_high = wide - int(width * high / height), 0
    columns, rows = wide // 14, high // 14
    if pad_wide >= 14:
        columns -= pad_wide // 14
    elif pad_high >= 14:
        rows -= pad_high // 14
    columns, rows = math.ceil(columns / 2), math.ceil(rows / 2)
    return 256 + 1 + columns * rows + rows + 16


@cache
def _phi4_grids(crops: int) -> list[tuple[int, int]]:
    grids = {(i, j) for i in range(1, crops + 1) for j in range(1, crops + 1) if i * j <= crops}
    return sorted(grids, key=lambda grid: (grid[0] * grid[1], grid))


def _phi4_grid(width: int, height: int, crops: int) -> tuple[int, int]:
    across, down = math.ceil(width / 448), math.ceil(height / 448)
    if across * down <= crops:
        return across, down
    ratio, best, difference = width / height, (1, 1), math.inf
    for grid in _phi4_grids(crops):  # the smallest of the nearest shapes, unless the image fills a larger one by half
        off = abs(ratio - grid[0] / grid[1])
        if off < difference:
            difference, best = off, grid
        elif off == difference and width * height > 0.5 * 448 * 448 * grid[0] * grid[1]:
            best = grid
    return best


def qwen_image_tokens(width: int, height: int, tokens: int) -> int:
    """Tokens of an image scaled to multiples of 28 pixels and at most `tokens` squares of them (smart_resize)."""
    high, wide = round(height / 28) * 28, round(width / 28) * 28
    most, least = tokens * 28 * 28, 4 * 28 * 28
    if high * wide > most:
        shrink = math.sqrt(height * width / most)
        high = max(28, math.floor(height / shrink / 28) * 28)
        wide = max(28, math.floor(width / shrink / 28) * 28)
    elif high * wide < least:
        grow = math.sqrt(least / (height * width))
        high, wide = math.ceil(height * grow / 28) * 28, math.ceil(width * grow / 28) * 28
    return (high // 28) * (wide // 28)


def _largest_image_tokens(width: int, height: int, detail: int) -> int:
    return max(
        phi3_image_tokens(width, height, 16),
        phi4_image_tokens(width, height, 36),
        qwen_image_tokens(width, height, 16384),
    )


def _crops(crops: int) -> dict[str, Any]:
    return {"num_crops": crops}


def _pixels(tokens: int) -> dict[str, Any]:
    return {"max_pixels": tokens * 28 * 28}


PHI3_LAYOUT = Layout("<|{role}|>\n{content}<|end|>\n", "<|assistant|>\n", "\n", "<|image|>", chunked=True)
PHI4_LAYOUT = Layout("<|{role}|>{content}<|end|>", "<|assistant|>", "\n", "<|endoftext10|>", chunked=False)
QWEN_LAYOUT = Layout(
    "<|im_start|>{role}\n{content}<|im_end|>\n",
    "<|im_start|>assistant\n",
    "",
    "<|vision_start|><|image_pad|><|vision_end|>",
    chunked=False,
)
ANY_MARK = r"<\||</?s>|<unk>|<[a-z_]+>|\[/?INST\]"
TRUSTED = ("--trust-request-mm-kwargs",)  # lets a request choose its detail; docqa sends only those of the profile
INTERLEAVED = ("--interleave-mm-strings",)  # else all images move in front of the text, and labels lose their images

PHI_3_VISION = Profile(
    name="phi-3-vision",
    source="config.json and model card of microsoft/Phi-3-vision-128k-instruct; RULER as of Phi-3.5-mini",
    served_as=r"phi-?3(?!\.5).*vision|phi3v",
    window=131072,
    max_images=16,
    details=(4, 16),  # a page in one crop of 336 pixels cannot be read
    default_detail=4,
    image_tokens=phi3_image_tokens,
    mm_kwargs=_crops,
    layout=PHI3_LAYOUT,
    kv_bytes=2 * 32 * 32 * 96 * 2,
    weight_bytes=8_300_000_000,
    parameters=3_620_000_000,
    layers_width=32 * 32 * 96,
    quality={4096: 94, 8192: 91, 16384: 91, 32768: 87, 65536: 78, 131072: 64},
    model="microsoft/Phi-3-vision-128k-instruct",
    serve=("--trust-remote-code", *INTERLEAVED, *TRUSTED),
)
PHI_3_5_VISION = replace(
    PHI_3_VISION,
    name="phi-3.5-vision",
    source="config.json and model card of microsoft/Phi-3.5-vision-instruct; RULER as of Phi-3.5-mini",
    served_as=r"phi-?3\.5.*vision",
    model="microsoft/Phi-3.5-vision-instruct",
)
PHI_4_MULTIMODAL = Profile(
    name="phi-4-multimodal",
    source="config.json of microsoft/Phi-4-multimodal-instruct; vLLM's phi4mm.py",
    served_as=r"phi-?4.*(multimodal|mm)",
    window=131072,
    max_images=16,
    details=(36,),  # dynamic_hd of the checkpoint; vLLM takes no other from a request
    default_detail=36,
    image_tokens=phi4_image_tokens,
    layout=PHI4_LAYOUT,
    kv_bytes=2 * 32 * 8 * 128 * 2,
    weight_bytes=11_200_000_000,
    parameters=3_220_000_000,
    layers_width=32 * 24 * 128,
    model="microsoft/Phi-4-multimodal-instruct",
    serve=(
        "--trust-remote-code",
        *INTERLEAVED,
        "--enable-lora",
        "--max-lora-rank",
        "320",
        "--default-mm-loras",
        '{"image":"MODEL_DIRECTORY/vision-lora"}',
    ),
)
QWEN_2_5_VL_7B = Profile(
    name="qwen2.5-vl-7b",
    source="config.json and preprocessor_config.json of Qwen/Qwen2.5-VL-7B-Instruct",
    served_as=r"qwen2\.?5.*vl.*7b",
    window=128000,
    max_images=16,
    details=(384, 1280, 2560),
    default_detail=1280,
    image_tokens=qwen_image_tokens,
    mm_kwargs=_pixels,
    layout=QWEN_LAYOUT,
    kv_bytes=2 * 28 * 4 * 128 * 2,
    weight_bytes=16_600_000_000,
    parameters=6_530_000_000,
    layers_width=28 * 28 * 128,
    model="Qwen/Qwen2.5-VL-7B-Instruct",
    serve=TRUSTED,
)
QWEN_2_5_VL_3B = replace(
    QWEN_2_5_VL_7B,
    name="qwen2.5-vl-3b",
    source="config.json and preprocessor_config.json of Qwen/Qwen2.5-VL-3B-Instruct",
    served_as=r"qwen2\.?5.*vl.*3b",
    kv_bytes=2 * 36 * 2 * 128 * 2,
    weight_bytes=7_500_000_000,
    parameters=2_770_000_000,
    layers_width=36 * 16 * 128,
    model="Qwen/Qwen2.5-VL-3B-Instruct",
)
VISION = Profile(
    name="vision",
    source="nothing is known; an image counts as much as any of the models above makes of it",
    served_as=r"vision|[-_.]vl\b|vl[-_.]|omni|llava|pixtral|internvl|gpt-4|gpt-5|claude|gemini",
    window=32768,
    max_images=4,
    details=(1,),
    default_detail=1,
    image_tokens=_largest_image_tokens,
    special=ANY_MARK,
)
TEXT = Profile(name="text", source="nothing is known", served_as=r"", window=32768, max_images=0, special=ANY_MARK)

PROFILES = (PHI_3_VISION, PHI_3_5_VISION, PHI_4_MULTIMODAL, QWEN_2_5_VL_7B, QWEN_2_5_VL_3B, VISION, TEXT)


def named(name: str) -> Profile | None:
    """The profile of that name."""
    return next((profile for profile in PROFILES if profile.name == name), None)


def of_model(served: str) -> Profile:
    """The profile that a served model's name speaks of; `text` if it speaks of none."""
    return next(profile for profile in PROFILES if re.search(profile.served_as, served, re.IGNORECASE))
