"""A judge that compares embeddings: of the request and its frames with those of descriptions.

Texts go to ``/v1/embeddings`` as they are; a frame goes there as a chat message with an
``image_url`` part, which is how vLLM serves models that embed both into one space.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from cleardance.errors import JudgeFailed
from cleardance.screen.judge import Candidate, Case, Opinion
from cleardance.screen.judge_client import Endpoint, data_url

_NO_LENGTH: Final = 1e-9


class EmbeddingJudge:
    """Scores by cosine: 0 at ``unlike`` or less, 1 at ``alike`` or more, which differ by model."""

    def __init__(self, endpoint: Endpoint, unlike: float, alike: float) -> None:
        self._endpoint, self._unlike, self._alike = endpoint, unlike, alike

    def judge(self, case: Case) -> Sequence[Opinion]:
        """Return an opinion on every candidate: its likest description, and what is likest to it.

        Raises JudgeFailed.
        """
        if not case.candidates:
            return []
        texts = [_descriptions(one) for one in case.candidates]
        with self._endpoint.opened() as client:
            described = self._texts(client, [case.text, *(text for own in texts for text in own)])
            seen = [self._frame(client, data_url(frame.pixels)) for frame in case.frames]
            vectors = _unit(np.array([*described, *seen], dtype=np.float64))
        asked = np.concatenate([vectors[:1], vectors[len(described) :]])
        cosines = asked @ vectors[1 : len(described)].T
        return list(self._opinions(case, texts, cosines))

    def _opinions(self, case: Case, texts: list[list[str]], cosines: Any) -> list[Opinion]:
        opinions, start = [], 0
        for candidate, own in zip(case.candidates, texts, strict=True):
            likest = cosines[:, start : start + len(own)].max(axis=1)
            start += len(own)
            place = int(likest.argmax())
            share = (float(likest[place]) - self._unlike) / (self._alike - self._unlike)
            opinions.append(
                Opinion(
                    score=round(min(max(share, 0.0), 1.0), 4),
                    work_id=candidate.work.id,
                    frame=place - 1 if place else None,  # the text comes first
                )
            )
        return opinions

    def _texts(self, client: Any, texts: list[str]) -> list[list[float]]:
        model = self._endpoint.model
        given = client.embeddings.create(model=model, input=texts, encoding_format="float")
        if sorted(one.index for one in given.data) != list(range(len(texts))):
            raise JudgeFailed("The judge's answer is not about what it was asked.")
        return [one.embedding for one in sorted(given.data, key=lambda one: one.index)]

    def _frame(self, client: Any, url: str) -> list[float]:
        message = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}
        body = {"model": self._endpoint.model, "messages": [message], "encoding_format": "float"}
        given = client.post("/embeddings", cast_to=dict[str, Any], body=body)
        return list(given["data"][0]["embedding"])


def _descriptions(candidate: Candidate) -> list[str]:
    return [candidate.work.name, *candidate.descriptions]


def _unit(vectors: Any) -> Any:
    """Return rows of length 1; raise JudgeFailed for what are none."""
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise JudgeFailed("The judge's answer is not one.")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if (lengths < _NO_LENGTH).any():
        raise JudgeFailed("The judge's answer is empty.")
    return vectors / lengths
