"""How a collection lies on a Qdrant server: what it is created with, and what of it can be told later."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qdrant_client import models

from docqa.index import schema
from docqa.types import Quantization

OVERSAMPLING = {"int8": 2.0, "binary": 4.0}  # so many times as many are compared by their exact vectors


@dataclass(frozen=True, slots=True)
class Layout:
    """What an operator chose; None is what the server does by itself."""

    shards: int | None = None
    replicas: int | None = None
    payload_on_disk: bool | None = None
    vectors_on_disk: bool = False
    words_on_disk: bool = False
    quantization: Quantization = "none"


def creation(layout: Layout, dimension: int) -> dict[str, Any]:
    """What create_collection is called with."""
    words = models.SparseVectorParams(
        modifier=models.Modifier.IDF, index=models.SparseIndexParams(on_disk=True) if layout.words_on_disk else None
    )
    dense = models.VectorParams(
        size=dimension,
        distance=models.Distance.DOT,
        on_disk=layout.vectors_on_disk or None,
        quantization_config=_quantization(layout.quantization),
    )
    return {
        "vectors_config": {schema.DENSE: dense},
        "sparse_vectors_config": dict.fromkeys(schema.SPARSE, words),
        "shard_number": layout.shards,
        "replication_factor": layout.replicas,
        "on_disk_payload": layout.payload_on_disk,
    }


def later_vectors(dimension: int) -> models.DenseVectorNameConfig:
    """What create_vector_name is called with for vectors that a collection did not have from the beginning."""
    return models.DenseVectorNameConfig(dense=models.DenseVectorConfig(size=dimension, distance=models.Distance.DOT))


def as_first_vectors(layout: Layout) -> models.VectorParamsDiff | None:
    """What lets later vectors be kept as those from the beginning are; None if the server does by itself."""
    if not layout.vectors_on_disk and layout.quantization == "none":
        return None
    return models.VectorParamsDiff(
        on_disk=layout.vectors_on_disk or None, quantization_config=_quantization(layout.quantization)
    )


def search_params(layout: Layout) -> models.SearchParams | None:
    """How vectors are searched for: what the small copies find is put in order by the exact vectors."""
    if layout.quantization == "none":
        return None
    again = models.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING[layout.quantization])
    return models.SearchParams(quantization=again)


def differences(layout: Layout, config: models.CollectionConfig) -> Iterator[str]:
    """Settings that a collection was not made with, each with what it has."""
    params = config.params
    assert isinstance(params.vectors, dict)
    dense, words = params.vectors[schema.DENSE], (params.sparse_vectors or {}).get(schema.PASSAGE_WORDS)
    index = words.index if words else None
    wanted_and_found = {
        "SHARDS": (layout.shards, params.shard_number),
        "REPLICAS": (layout.replicas, params.replication_factor),
        "PAYLOAD_ON_DISK": (layout.payload_on_disk, params.on_disk_payload),
        "VECTORS_ON_DISK": (layout.vectors_on_disk, bool(dense.on_disk)),
        "WORDS_ON_DISK": (layout.words_on_disk, bool(index and index.on_disk)),
        "QUANTIZATION": (layout.quantization, _named(dense.quantization_config or config.quantization_config)),
    }
    for name, (wanted, found) in wanted_and_found.items():
        if wanted is not None and wanted != found:
            yield f"DOCQA_INDEX__{name} is {wanted}, the collection has {found}"


def _quantization(kind: Quantization) -> models.ScalarQuantization | models.BinaryQuantization | None:
    """Small copies of the vectors that stay in memory, wherever the exact ones are."""
    if kind == "int8":
        return models.ScalarQuantization(
            scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        )
    if kind == "binary":
        return models.BinaryQuantization(binary=models.BinaryQuantizationConfig(always_ram=True))
    return None


def _named(found: object) -> str:
    if found is None:
        return "none"
    if isinstance(found, models.ScalarQuantization):
        return "int8"
    return "binary" if isinstance(found, models.BinaryQuantization) else "another kind"
