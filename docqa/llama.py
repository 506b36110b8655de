"""docqa as LlamaIndex sees it: a retriever and a query engine."""

from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from docqa.answers.engine import Engine
from docqa.types import Answer, Citation, PageHit, Scope

SCOPE = Scope()


class DocqaRetriever(BaseRetriever):
    """Finds pages: one node for each, with the passages that search found as its text.

    Metadata: document_id, file_name, page_label (the physical page, 1-based), headings.
    """

    def __init__(self, engine: Engine, *, scope: Scope = SCOPE, limit: int | None = None) -> None:
        super().__init__()
        self._engine = engine
        self._scope = scope
        self._limit = limit or engine.evidence_pages

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._engine.retriever.retrieve(query_bundle.query_str, scope=self._scope, limit=self._limit).hits
        names = self._engine.names({hit.document_id for hit in hits})
        return [_node(hit, names[hit.document_id]) for hit in hits if hit.document_id in names]


class DocqaQueryEngine(CustomQueryEngine):
    """Answers questions: the response's text is the answer, its source nodes are the citations.

    The response's metadata holds "status" (answered or not_found) and "answer", the docqa.types.Answer itself.
    """

    engine: Any
    scope: Any = SCOPE

    def custom_query(self, query_str: str) -> Response:
        answer: Answer = self.engine.ask(query_str, scope=self.scope)
        nodes = [_cited(citation) for citation in answer.citations]
        return Response(
            answer.text or "Not found in the documents.", nodes, {"status": answer.status, "answer": answer}
        )


def _node(hit: PageHit, name: str) -> NodeWithScore:
    text = "\n\n".join(passage.text for passage in sorted(hit.passages, key=lambda passage: passage.start))
    metadata = _metadata(hit.document_id, name, hit.page) | {"headings": " > ".join(hit.passages[0].headings)}
    return NodeWithScore(
        node=TextNode(id_=f"{hit.document_id}:{hit.page}", text=text, metadata=metadata), score=hit.score
    )


def _cited(citation: Citation) -> NodeWithScore:
    metadata = _metadata(citation.document_id, citation.document, citation.page) | {
        "label": citation.label,
        "supported": citation.supported,
        "boxes": [[box.x0, box.y0, box.x1, box.y1] for box in citation.boxes],
    }
    node = TextNode(
        text=citation.quote,
        metadata=metadata,
        excluded_llm_metadata_keys=["boxes"],
        excluded_embed_metadata_keys=["boxes"],
    )
    return NodeWithScore(node=node)


def _metadata(document_id: str, name: str, page: int) -> dict[str, Any]:
    return {"document_id": document_id, "file_name": name, "page_label": str(page)}
