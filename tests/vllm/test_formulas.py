"""Image tokens by our formulas and by the code of vLLM and transformers. Run with: pytest -m vllm"""

import json
import subprocess
from pathlib import Path

import pytest

from docqa.model.profiles import phi4_image_tokens, qwen_image_tokens

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(1200)]

PAGES = [(1240, 1754), (1754, 1240), (1275, 1650)]
SIZES = [*PAGES, (1000, 1000), (448, 448), (120, 2400), (2400, 300), (2400, 2399), (90, 61)]

# Single functions are taken out of files that as a whole want torchvision.
FUNCTION = """
import ast, importlib.util, json, math, sys
from pathlib import Path
from types import SimpleNamespace
def function(module, name):
    source = Path(importlib.util.find_spec(module).origin).read_text()
    [found] = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef) and node.name == name]
    found.decorator_list, names = [], {"math": math}
    exec(compile(ast.Module([found], []), module, "exec"), names)
    return names[name]
sizes = json.loads(sys.argv[1])
"""
PHI_4 = """
from vllm.model_executor.models.phi4mm import Phi4MMProcessingInfo as Info
closest = function("transformers.models.phi4_multimodal.image_processing_phi4_multimodal", "find_closest_aspect_ratio")
images = SimpleNamespace(find_closest_aspect_ratio=lambda *shape: closest(None, *shape))
info = object.__new__(Info)
info.get_hf_processor = lambda: SimpleNamespace(image_processor=images)
print(json.dumps([info._compute_num_image_tokens(w, h, 36, 448, 14) for w, h in sizes]))
"""
QWEN = """
smart_resize = function("transformers.models.qwen2_vl.image_processing_qwen2_vl", "smart_resize")
most = int(sys.argv[2]) * 28 * 28
shapes = [smart_resize(h, w, factor=28, min_pixels=4 * 28 * 28, max_pixels=most) for w, h in sizes]
print(json.dumps([(high // 28) * (wide // 28) for high, wide in shapes]))
"""


def run(python: Path, script: str, *arguments: object) -> list[int]:
    command = [str(python), "-c", FUNCTION + script, json.dumps(SIZES), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[int] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_phi4(python_with_vllm: Path):
    assert [phi4_image_tokens(*size, 36) for size in SIZES] == run(python_with_vllm, PHI_4)


@pytest.mark.parametrize("tokens", [384, 1280, 2560, 16384])
def test_qwen(python_with_vllm: Path, tokens: int):
    assert [qwen_image_tokens(*size, tokens) for size in SIZES] == run(python_with_vllm, QWEN, tokens)
