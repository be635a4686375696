"""What every address of the API has in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from core.api.idempotency import key_of, once
from core.api.pagination import invalid_parameter
from core.api.parsers import JSONParser
from core.api.permissions import HasTokenScope
from core.api.preconditions import check_if_match, etag_of
from core.search import fold

LONGEST_SEARCH = 100


class ApiMixin:
    """Sign-in, token scopes, exact JSON, and Idempotency-Key on every write."""

    permission_classes = [IsAuthenticated, HasTokenScope]
    parser_classes: Sequence[Any] = [JSONParser]
    keeps_idempotency = True

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.at = timezone.now()
        if self.keeps_idempotency and request.method not in SAFE_METHODS and (key := key_of(request)):
            # dispatch() looks the handler up after this, so this is where it can be wrapped.
            name = request.method.lower()
            handler = getattr(self, name, None)
            if handler is not None:
                setattr(self, name, lambda *a, **kw: once(request, key, lambda: handler(*a, **kw), self.at))


class ApiView(ApiMixin, APIView):
    """A single address."""


class UploadMixin:
    """Takes files as multipart/form-data, or JSON."""

    parser_classes = [MultiPartParser, JSONParser]


class ResourceViewSet(ApiMixin, GenericViewSet[Any]):
    """List and retrieve, always through ``visible_to``: what a stranger asks for does not exist (404)."""

    filterset_class: Any = None
    orderings: Mapping[str, Sequence[str]] = {}
    default_ordering = "id"
    search_column: str | None = None
    select: Sequence[str] = ()
    prefetch: Sequence[Any] = ()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.none()  # type: ignore[union-attr]
        visible = self.queryset.all().visible_to(self.request.user)  # type: ignore[union-attr]
        return visible.select_related(*self.select).prefetch_related(*self.prefetch)

    def filter_queryset(self, queryset: Any) -> Any:
        """Building a filter set's form costs more than the query; without its parameters it is not built."""
        if self.filterset_class is None or not self.asks_for_filters():
            return queryset
        return super().filter_queryset(queryset)

    def asks_for_filters(self) -> bool:
        """Whether any parameter of the filter set was sent."""
        return bool(self.filterset_class.base_filters.keys() & self.request.query_params.keys())

    def searched(self, queryset: Any) -> Any:
        """Narrowed by ``search``: every word has to occur somewhere in the record's search text."""
        text = self.request.query_params.get("search", "")
        if not text or not self.search_column:
            return queryset
        if len(text) > LONGEST_SEARCH or "\x00" in text:
            raise invalid_parameter(
                "search", _("Send at most %(most)d characters of a name.") % {"most": LONGEST_SEARCH}
            )
        for word in fold(text).split():
            queryset = queryset.filter(**{f"{self.search_column}__contains": word})
        return queryset

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        queryset = self.searched(self.filter_queryset(self.get_queryset()))
        rows = self.paginate_queryset(queryset) or []
        return self.get_paginated_response(self.represent_many(rows))

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())

    def represent(self, record: Any) -> dict[str, Any]:
        return dict(self.get_serializer(record).data)

    def represent_many(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Bodies of a page; tombstones pass as they are."""
        return [row if isinstance(row, dict) else self.represent(row) for row in rows]

    def answer(self, record: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """One record with its ETag."""
        return Response(
            self.represent(record), status=status, headers={"ETag": etag_of(record), **(headers or {})}
        )

    def checked_input(self, serializer_class: Any, **options: Any) -> dict[str, Any]:
        """The request's body, validated; unknown names are refused like wrong values."""
        context = self.get_serializer_context()
        serializer = serializer_class(data=self.request.data, context=context, **options)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def check_if_sent(self, record: Any) -> None:
        """If-Match where it is welcome but not asked for: nobody verifies a figure that changed unseen."""
        if "If-Match" in self.request.headers:
            self.check_if_match(record)

    def check_if_match(self, record: Any) -> None:
        check_if_match(self.request, etag=etag_of(record), current=lambda: self.represent(record))


class UnknownAddress(ApiView):
    """Everything under the API that no address matches; answers problem+json like the rest."""

    authentication_classes: Sequence[Any] = []
    permission_classes: Sequence[Any] = []
    keeps_idempotency = False

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        raise Http404
