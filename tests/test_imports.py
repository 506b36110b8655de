"""Who may import whom, and what a start costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {"docqa": {"docqa"}, "ingest": {"docqa", "ingest"}, "ui": {"ui", "docqa.client", "docqa.types"}}
TOP_FLOOR = ROOT / "docqa" / "cli"  # its ingest and ask commands call the pipeline
HEAVY = {"torch", "llama_index", "pymupdf", "onnxruntime", "sqlalchemy", "pydantic", "numpy", "PIL", "qdrant_client"}
LAYERS = {  # packages of docqa that know no more of it than this
    "text": {"docqa.text", "docqa.types"},
    "question": {"docqa.question", "docqa.text", "docqa.facts", "docqa.protocols", "docqa.types"},
}
ADAPTERS = {
    "docqa.encoders.onnx",
    "docqa.encoders.e5",
    "docqa.encoders.embedding",
    "docqa.encoders.reranking",
    "docqa.model.generation",
    "docqa.model.modelserver",
    "docqa.model.tokenization",
    "docqa.model.visual",
    "docqa.catalog",
    "docqa.index",
    "docqa.storage.bucket",
}
# They put adapters together, or name the catalog's type.
BUILDERS = {"build.py", "library.py", "doctor.py", "making.py", "restoring.py"}


def _imported(module: Path) -> set[str]:
    """Modules a file imports; `from a import b` counts as a.b."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _outside(names: set[str], allowed: set[str]) -> list[str]:
    """Those of the names that are in none of these modules."""
    return sorted(n for n in names if not any(n == a or n.startswith(f"{a}.") for a in allowed))


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_data_flows_one_way(package: str) -> None:
    for module in (ROOT / package).rglob("*.py"):
        allowed = ALLOWED[package] | ({"ingest"} if TOP_FLOOR in module.parents else set())
        ours = {name for name in _imported(module) if name.split(".")[0] in ALLOWED}
        strangers = _outside(ours, allowed)
        assert not strangers, f"{module} imports {strangers}"


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_what_is_below_knows_nothing_of_what_is_above(layer: str) -> None:
    for module in (ROOT / "docqa" / layer).rglob("*.py"):
        ours = {name for name in _imported(module) if name.split(".")[0] in ALLOWED}
        strangers = _outside(ours, LAYERS[layer])
        assert not strangers, f"{module} imports {strangers}"


def test_adapters_are_named_by_build_alone() -> None:
    for module in (ROOT / "docqa").rglob("*.py"):
        itself = ".".join(module.relative_to(ROOT).with_suffix("").parts)
        if module.name in BUILDERS or TOP_FLOOR in module.parents or not _outside({itself}, ADAPTERS):
            continue
        imported = _imported(module)
        named = imported - set(_outside(imported, ADAPTERS))
        assert not named, f"{module} imports {sorted(named)}"


@pytest.mark.parametrize("start", ["import docqa", "from docqa import cli"])
def test_a_start_loads_nothing_heavy(start: str) -> None:
    code = f"import sys; {start}; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(loaded)
