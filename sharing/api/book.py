"""Computations and settlements of shares for programs."""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.errors import Conflict
from incubators.scope import Action
from sharing import services
from sharing.api import serializers as shapes
from sharing.api.views import SharingViewSet, booking_key, parties_by_key, party_named
from sharing.models import SharingAccrual, SharingAgreement, SharingSettlement
from sharing.selectors import Computation, computations_seen, compute_year


class SharingAccrualFilter(django_filters.FilterSet):
    class Meta:
        model = SharingAccrual
        fields = ["agreement", "year"]


class SharingAccrualViewSet(SharingViewSet):
    """Computations of shares, each with its lines; a later one books the difference."""

    queryset = SharingAccrual.objects.all()
    serializer_class = shapes.SharingAccrualSerializer
    filterset_class = SharingAccrualFilter
    orderings = {"computed_at": ("computed_at",)}
    default_ordering = "-computed_at"
    select = ("agreement__park", "version", "computed_by", "entry")
    summaries = {"list": "List computations of shares"}

    @extend_schema(summary="Read a computation with its lines", responses=shapes.SharingComputationSerializer)
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._answer(self.get_object())

    @extend_schema(
        summary="Compute the shares of a year",
        description="From verified figures only; what is missing is listed. With `dry_run` nothing is "
        "written. The same inputs again answer the computation that is there (200); a corrected figure "
        "books the difference.",
        request=shapes.SharingAccrualInput,
        responses={200: shapes.SharingComputationSerializer, 201: shapes.SharingComputationSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.SharingAccrualInput)
        agreement, year = values["agreement"], values["year"]
        self.require(Action.MANAGE, agreement)
        if values.get("dry_run"):
            found = compute_year(agreement, year)
            if found is None:
                raise Conflict(_("No terms were agreed for this year."), code="no_terms")
            return Response(shapes.SharingComputationSerializer(_looked_at(found)).data)
        known = set(SharingAccrual.objects.filter(agreement=agreement).values_list("pk", flat=True))
        accrual = services.book_accrual(
            agreement=agreement,
            year=year,
            expected_digest=values.get("digest", ""),
            actor=request.user,
            at=self.at,
        )
        record = self.get_queryset().get(pk=accrual.pk)
        return self._answer(record, 200 if record.pk in known else 201)

    def _answer(self, record: SharingAccrual, status: int = 200) -> Response:
        location = {"Location": f"/api/v1/sharing-accruals/{record.pk}/"} if status == 201 else {}
        body = shapes.SharingComputationSerializer(_booked(record, self.request.user)).data
        return Response(body, status=status, headers=location)


def _keys(agreement: SharingAgreement) -> dict[int, str]:
    return {row.pk: key for key, row in parties_by_key(agreement).items()}


def _looked_at(found: Computation) -> dict[str, Any]:
    keys = _keys(found.agreement)
    return {
        "id": None,
        "agreement": found.agreement.pk,
        "year": found.year,
        "number": None,
        "terms_version": found.version.number,
        "tail_year": found.after,
        "total": found.total,
        "positions": {keys[party]: value for party, value in found.positions.items()},
        "differences": {keys[party]: value for party, value in found.differences.items()},
        "lines": [
            {
                "base": line.term.base,
                "enterprise": line.enterprise.pk,
                "landed_on": line.landed_on,
                "figure": line.figure,
                "figure_id": line.figures.pk,
                "verified_by": str(line.figures.verified_by),
                "verified_at": line.figures.verified_at,
                "rate": line.shared.rate,
                "is_capped": line.shared.is_capped,
                "amount": line.shared.amount,
                "shares": {keys[party]: value for party, value in line.shared.shares.items()},
            }
            for line in found.lines
        ],
        "missing": [
            {"base": row.base, "enterprise": row.enterprise_id, "label": row.label, "reason": row.reason}
            for row in found.missing
        ],
        "digest": found.digest,
        "computed_at": None,
    }


def _booked(record: SharingAccrual, user: Any) -> dict[str, Any]:
    keys = _keys(record.agreement)
    entry = getattr(record, "entry", None)
    moved = entry.postings.values_list("account__party", "amount") if entry else ()
    seen = computations_seen(user, [record])[0]
    return {
        "id": record.pk,
        "agreement": record.agreement_id,
        "year": record.year,
        "number": record.number,
        "terms_version": record.version.number,
        "tail_year": record.tail_year,
        "total": record.total,
        "positions": {keys[int(party)]: value for party, value in record.positions.items()},
        "differences": {keys[party]: value for party, value in moved},
        "lines": [
            {
                "base": line.term.base,
                "enterprise": line.enterprise_id,
                "landed_on": line.landed_on,
                "figure": line.figure,
                "figure_id": line.figure_id,
                "verified_by": line.verifier,
                "verified_at": line.verified_at,
                "rate": line.rate,
                "is_capped": line.is_capped,
                "amount": line.amount,
                "shares": {keys[int(party)]: value for party, value in line.shares.items()},
            }
            for line in seen.lines
        ],
        "missing": seen.missing,
        "digest": record.digest,
        "computed_at": record.computed_at,
    }


class SharingSettlementFilter(django_filters.FilterSet):
    class Meta:
        model = SharingSettlement
        fields = ["agreement", "year", "state", "kind"]


class SharingSettlementViewSet(SharingViewSet):
    """Payments between parties, and claims set against counter-claims."""

    queryset = SharingSettlement.objects.all()
    serializer_class = shapes.SharingSettlementSerializer
    filterset_class = SharingSettlementFilter
    orderings = {"updated_at": ("updated_at",), "on": ("on",)}
    default_ordering = "-updated_at"
    select = (
        "agreement__park", "payer__park", "payer__organisation", "payee__park", "payee__organisation",
        "recorded_by", "confirmed_by",
    )  # fmt: skip
    summaries = {"list": "List settlements of shares", "retrieve": "Read a settlement of shares"}

    @extend_schema(
        summary="Enter a settlement",
        description="A part of what is open, never more (409 `more_than_open`). It is booked once a second "
        "person confirms it. The same `key` again answers the same settlement.",
        request=shapes.SharingSettlementInput,
        responses={201: shapes.SharingSettlementSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.PAY)
        values = self.checked_input(shapes.SharingSettlementInput)
        agreement = values.pop("agreement")
        self.require(Action.PAY, agreement)
        parties = parties_by_key(agreement)
        key = booking_key(request, values.pop("key", None))
        for field in ("payer", "payee"):
            values[field] = party_named(parties, values[field], field)
        row = services.record_settlement(
            agreement=agreement, values=values, key=key, actor=request.user, at=self.at
        )
        record = self.get_queryset().get(pk=row.pk)
        return self.answer(record, 201, {"Location": f"/api/v1/sharing-settlements/{row.pk}/"})

    def _do(self, action: Action, act: Any, shape: Any = None) -> Response:
        record = self.get_object()
        self.require(action, record)
        self.check_if_sent(record)
        values = self.checked_input(shape) if shape else {}
        act(settlement=record, actor=self.request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Confirm a settlement as a second person",
        description="Books it. Repeating it changes nothing.",
        request=None,
        responses=shapes.SharingSettlementSerializer,
    )
    def confirm(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.VERIFY_MONEY, services.confirm_settlement)

    @extend_schema(
        summary="Send a settlement back",
        request=shapes.ShareReasonInput,
        responses=shapes.SharingSettlementSerializer,
    )
    def send_back(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.PAY, services.return_settlement, shapes.ShareReasonInput)

    @extend_schema(
        summary="Take a confirmed settlement back",
        description="A mirrored entry; both stay in the book.",
        request=shapes.ShareReasonInput,
        responses=shapes.SharingSettlementSerializer,
    )
    def reverse(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.MANAGE, services.reverse_settlement, shapes.ShareReasonInput)
