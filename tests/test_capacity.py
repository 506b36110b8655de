import json
from itertools import pairwise
from pathlib import Path

import pytest

from docqa.model.capacity import first_token_floor_s, fits, serve_arguments
from docqa.model.profiles import PHI_3_5_VISION, QWEN_2_5_VL_7B


def test_a_server_is_started_so_that_the_counts_hold():
    arguments = serve_arguments(PHI_3_5_VISION, window=131072, images=16, weights="8bit", cache="fp8")
    assert arguments[:3] == ["microsoft/Phi-3.5-vision-instruct", "--max-model-len", "131072"]
    after = dict(pairwise(arguments))
    assert json.loads(after["--limit-mm-per-prompt"]) == {"image": 16}
    assert json.loads(after["--mm-processor-kwargs"]) == {"num_crops": 16}
    assert (after["--kv-cache-dtype"], after["--quantization"]) == ("fp8", "fp8")
    assert {"--interleave-mm-strings", "--trust-remote-code", "--trust-request-mm-kwargs"} <= set(arguments)


def test_fp8_keys_and_values_hold_twice_as_much():
    first, second = list(fits(PHI_3_5_VISION, gpu_bytes=80e9))[:2]
    assert (first.cache, second.cache) == ("bf16", "fp8")
    assert second.held == pytest.approx(2 * first.held, abs=2)
    assert first.held == int((0.9 * 80e9 - 2e9 - 8.3e9) / 393216)


def test_what_does_not_fit_holds_nothing():
    assert {fit.held for fit in fits(QWEN_2_5_VL_7B, gpu_bytes=8e9) if fit.weights == "bf16"} == {0}


def test_the_floor_of_the_first_token_is_the_arithmetic_of_the_prompt():
    assert first_token_floor_s(PHI_3_5_VISION, 32768, teraflops=790) == pytest.approx(0.57, abs=0.01)
    assert first_token_floor_s(PHI_3_5_VISION, 131072, teraflops=790) == pytest.approx(5.5, abs=0.1)


def test_the_compose_file_starts_the_server_with_the_same_arguments():
    lines = (Path(__file__).parent.parent / "docker-compose.yml").read_text().splitlines()
    start = lines.index("    command:") + 1
    command = [line.strip()[2:].strip("'\"") for line in lines[start : lines.index("    ports:", start)]]
    assert command == serve_arguments(PHI_3_5_VISION, window=32768, images=16)
