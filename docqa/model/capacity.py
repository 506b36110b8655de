"""How a model is served, and what fits on a GPU. Pure: arithmetic over profiles."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from docqa.model.profiles import Profile

Weights = Literal["bf16", "8bit", "4bit"]
Cache = Literal["bf16", "fp8"]

WEIGHT_SHARE: dict[Weights, float] = {"bf16": 1.0, "8bit": 0.5, "4bit": 0.3}  # 4 bits, their scales, and layers kept
CACHE_SHARE: dict[Cache, float] = {"bf16": 1.0, "fp8": 0.5}
QUANTIZATION: dict[Weights, tuple[str, ...]] = {
    "bf16": (),
    "8bit": ("--quantization", "fp8"),
    "4bit": ("--quantization", "bitsandbytes"),
}
UTILIZATION = 0.9  # of the GPU's memory that vLLM takes unless told otherwise
WORKING_BYTES = 2 * 10**9  # activations, CUDA graphs, image encoder: about, and not known before it runs
A4 = (1240, 1754)  # pixels of a page at 150 dpi
TEXT_TOKENS = 800  # of a usual page


def serve_arguments(
    profile: Profile, *, window: int, images: int, weights: Weights = "bf16", cache: Cache = "bf16"
) -> list[str]:
    """Arguments of `vllm serve` under which docqa's counts hold and a request may choose its detail."""
    arguments = [profile.model, "--max-model-len", str(window), "--enable-prefix-caching"]
    if profile.image_tokens is not None:
        arguments += ["--limit-mm-per-prompt", _json({"image": images})]
    if profile.mm_kwargs is not None:
        arguments += ["--mm-processor-kwargs", _json(profile.mm_kwargs(profile.details[-1]))]
    if cache == "fp8":
        arguments += ["--kv-cache-dtype", "fp8"]
    return [*arguments, *QUANTIZATION[weights], *profile.serve]


@dataclass(frozen=True, slots=True)
class Fit:
    """What fits on a GPU in one precision. Sizes in tokens."""

    weights: Weights
    cache: Cache
    held: int  # tokens of all requests together; 0 if not even the weights fit
    window: int  # of the longest request
    pages: int  # with text and image, at the profile's usual detail, in that request
    requests: int  # of `window` at a time


def fits(profile: Profile, *, gpu_bytes: float) -> Iterator[Fit]:
    """What fits, from the finest precision to the coarsest."""
    page = TEXT_TOKENS + (profile.image_tokens(*A4, profile.default_detail) if profile.image_tokens else 0)
    for weights, weight_share in WEIGHT_SHARE.items():
        for cache, cache_share in CACHE_SHARE.items():
            free = UTILIZATION * gpu_bytes - WORKING_BYTES - profile.weight_bytes * weight_share
            held = max(0, int(free / (profile.kv_bytes * cache_share)))
            window = min(profile.window, held)
            pages = min(profile.max_images, window // page)
            yield Fit(weights, cache, held, window, pages, held // window if window else 0)


def first_token_floor_s(profile: Profile, tokens: int, *, teraflops: float) -> float:
    """Seconds before the first token at least: the arithmetic of reading the prompt, at the GPU's full speed.

    Linear layers cost 2 operations for each parameter and token; attention 2 x layers x width x tokens^2, being causal.
    """
    operations = 2 * profile.parameters * tokens + 2 * profile.layers_width * tokens**2
    return operations / (teraflops * 1e12)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
