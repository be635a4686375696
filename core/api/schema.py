"""The OpenAPI description: what all operations share is said once, here."""

from typing import Any

from drf_spectacular.openapi import AutoSchema as BaseSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from core.api.problems import CONTENT_TYPE
from core.api.serializers import ProblemSerializer

PROBLEMS = {
    "400": "The request cannot be read.",
    "401": "No token, or one that is expired or revoked.",
    "403": "The token lacks a scope (`missing_scope`), or the person may read but not do this.",
    "404": "It does not exist, or belongs to someone else.",
    "409": "The record is not in the state that this assumes; at a stage gate, `missing` lists what to add.",
    "412": "The record changed since it was read: `current` and `submitted` show both versions.",
    "422": "Some fields are invalid: `errors` names each.",
    "428": "If-Match is missing.",
    "429": "Too many requests; see Retry-After.",
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Up to 120 characters, such as a UUID. The same key with the same content is carried out "
    "once; the repeated answer has the header `Idempotency-Replayed: true`. Kept for 48 hours.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the record as it was read.",
)


class AutoSchema(BaseSchema):
    """Adds problem answers, Idempotency-Key and If-Match; takes summaries from ``summaries`` of the view."""

    def is_write(self) -> bool:
        return self.method not in {"GET", "HEAD", "OPTIONS"}

    def needs_if_match(self) -> bool:
        return self.method in {"PUT", "PATCH", "DELETE"} and getattr(self.view, "uses_if_match", True)

    def action(self) -> str:
        return getattr(self.view, "action", None) or self.method.lower()

    def get_summary(self) -> Any:
        given = getattr(self.view, "summaries", {}).get(self.action())
        if given:
            return given
        handler = getattr(self.view, self.action(), None) or getattr(self.view, self.method.lower(), None)
        words = (getattr(handler, "__doc__", None) or "").strip().splitlines()
        return words[0].rstrip(".") if words else super().get_summary()

    def get_description(self) -> str:
        handler = getattr(self.view, self.action(), None)
        own = (getattr(handler, "__doc__", None) or "").strip()
        return own if handler is not None and "summary" not in own else (self.view.__doc__ or "").strip()

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self.is_write() and getattr(self.view, "keeps_idempotency", True):
            parameters.append(IDEMPOTENCY_KEY)
        if self.needs_if_match():
            parameters.append(IF_MATCH)
        return parameters

    def _problem_codes(self) -> list[str]:
        codes = ["401", "403", "422"]
        if "{" in self.path:
            codes.append("404")
        if self.is_write():
            codes += ["400", "409"]
        if self.needs_if_match():
            codes += ["412", "428"]
        return codes + list(getattr(self.view, "further_problems", []))

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = dict(super()._get_response_bodies(direction))
        for code in sorted(set(self._problem_codes())):
            if code not in bodies:
                bodies[code] = self._get_response_for_code(ProblemSerializer, code, [CONTENT_TYPE], direction)
                bodies[code]["description"] = PROBLEMS[code]
        return bodies
