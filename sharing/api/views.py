"""Sharing agreements, their terms and the book for programs."""

import uuid
from typing import Any

import django_filters
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api.idempotency import key_of
from core.errors import FieldError, Invalid
from incubators.api.filters import CodeFilter
from incubators.api.scoping import ScopedViewSet
from incubators.models import Incubator, Park
from incubators.scope import Action
from sharing import services
from sharing.api import serializers as shapes
from sharing.models import SharingAgreement, SharingEntry, SharingParty, SharingVersion
from sharing.selectors import entry_parts, standing_of, version_parts
from sharing.services import PartyInput, PromiseInput, TermInput

PARTIES = Prefetch(
    "parties", SharingParty.objects.select_related("park", "organisation").order_by("position")
)


def booking_key(request: Any, given: str | None) -> str:
    """The caller's own key, else the one that makes his request repeatable, else a new one."""
    return f"api:{request.user.pk}:{given or key_of(request) or uuid.uuid4()}"


def parties_by_key(agreement: SharingAgreement) -> dict[str, SharingParty]:
    return {row.key: row for row in agreement.parties.select_related("park", "organisation")}


def party_named(parties: dict[str, SharingParty], key: str, field: str) -> SharingParty:
    if key not in parties:
        message = _("“%(key)s” is not a party; parties are %(known)s.")
        words = message % {"key": key, "known": ", ".join(sorted(parties))}
        raise Invalid(words, fields=[FieldError(field, words, "not_found")])
    return parties[key]


class SharingViewSet(ScopedViewSet):
    """Records of an agreement belong to the park that keeps its book."""

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        agreement = record if isinstance(record, SharingAgreement) else record.agreement
        return agreement.park_id, None

    def lock_for_change(self, record: Any) -> Any:
        """The services lock the agreement first; a lock on its record alone would turn that order round."""
        return record


class SharingAgreementFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park that keeps the book")
    incubator = django_filters.CharFilter(
        method="through", max_length=80, label="Code of an enclave concerned"
    )

    class Meta:
        model = SharingAgreement
        fields = ["currency", "number"]

    def through(self, queryset: Any, name: str, value: str) -> Any:
        sites = Incubator.objects.filter(code=value).order_by().values("pk")[:1]
        return queryset.filter(incubators__in=sites)


class SharingAgreementViewSet(SharingViewSet):
    """Agreements between regions, with what was promised, accrued and settled."""

    queryset = SharingAgreement.objects.all()
    serializer_class = shapes.SharingAgreementSerializer
    filterset_class = SharingAgreementFilter
    orderings = {"updated_at": ("updated_at",), "signed_on": ("signed_on",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "entered_by")
    prefetch = (PARTIES, "incubators")
    summaries = {"list": "List sharing agreements"}

    @extend_schema(
        summary="Read a sharing agreement with its standing",
        responses=shapes.WholeSharingAgreementSerializer,
    )
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        standing = standing_of(record)
        record.standing = [
            {
                "year": year.year,
                "key": row.party.key,
                "promised": row.promised,
                "accrued": row.accrued,
                "settled": row.settled,
                "open": row.open,
                "disputed": row.dispute is not None,
            }
            for year in standing.years
            for row in year.rows
        ]
        answer = self.answer(record)
        context = self.get_serializer_context()
        answer.data = shapes.WholeSharingAgreementSerializer(record, context=context).data
        return answer

    @extend_schema(
        summary="Record a sharing agreement",
        description="Who agreed. What is shared follows with its terms, which two people agree to.",
        request=shapes.SharingAgreementInput,
        responses={201: shapes.SharingAgreementSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.SharingAgreementInput)
        park, parties = values.pop("park"), values.pop("parties")
        record = services.save_sharing(
            agreement=None,
            park=park,
            parties=[PartyInput(**row) for row in parties],
            incubators=values.pop("incubators"),
            values=values,
            actor=request.user,
            at=self.at,
        )
        record = self.get_queryset().get(pk=record.pk)
        return self.answer(record, 201, {"Location": f"/api/v1/sharing-agreements/{record.pk}/"})

    @extend_schema(
        summary="Change a sharing agreement",
        description="Parties stay once terms were written, the currency once terms were agreed.",
        request=shapes.SharingAgreementInput(partial=True),
        responses=shapes.SharingAgreementSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as record:
            values = self.checked_input(shapes.SharingAgreementInput, partial=True)
            if "park" in values and values.pop("park") != record.park:
                message = _("An agreement stays with the park that keeps its book.")
                raise Invalid(message, fields=[FieldError("park", message)])
            parties = values.pop("parties", None)
            services.save_sharing(
                agreement=record,
                park=record.park,
                parties=None if parties is None else [PartyInput(**row) for row in parties],
                incubators=values.pop("incubators", None),
                values=values,
                actor=request.user,
                at=self.at,
            )
            return self.answer(self.get_object())

    @extend_schema(
        summary="Write terms of a sharing agreement",
        description="A draft: propose it, then a second person agrees and it is frozen. The shares of each "
        "base total exactly 100.",
        request=shapes.SharingTermsInput,
        responses={201: shapes.SharingVersionSerializer},
    )
    def write_terms(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.MANAGE, record)
        version = services.save_terms(
            agreement=record, version=None, actor=request.user, at=self.at, **self._terms(record)
        )
        whole = SharingVersionViewSet.whole().get(pk=version.pk)
        body = shapes.SharingVersionSerializer(whole, context=self.get_serializer_context()).data
        return Response(body, 201, headers={"Location": f"/api/v1/sharing-versions/{version.pk}/"})

    def _terms(self, agreement: SharingAgreement) -> dict[str, Any]:
        values = self.checked_input(shapes.SharingTermsInput)
        parties = parties_by_key(agreement)
        terms = [_term(parties, row) for row in values.pop("terms")]
        promises = [
            PromiseInput(
                row["year"],
                party_named(parties, row["payer"], "payer"),
                party_named(parties, row["payee"], "payee"),
                row["amount"],
            )
            for row in values.pop("promises", [])
        ]
        return {"values": values, "terms": terms, "promises": promises}


def _term(parties: dict[str, SharingParty], row: dict[str, Any]) -> TermInput:
    shares = {party_named(parties, one["party"], "shares"): one["percent"] for one in row.pop("shares")}
    holder = party_named(parties, row.pop("holder"), "holder")
    remainder = party_named(parties, row.pop("remainder_to"), "remainder_to")
    return TermInput(shares=shares, holder=holder, remainder_to=remainder, **row)


class SharingVersionFilter(django_filters.FilterSet):
    class Meta:
        model = SharingVersion
        fields = ["agreement", "state"]


class SharingVersionViewSet(SharingViewSet):
    """Terms of agreements, version by version. Agreed ones never change."""

    queryset = SharingVersion.objects.all()
    serializer_class = shapes.SharingVersionSerializer
    filterset_class = SharingVersionFilter
    orderings = {"updated_at": ("updated_at",), "valid_from": ("valid_from",)}
    default_ordering = "-updated_at"
    select = ("agreement__park", "proposed_by", "agreed_by")
    prefetch = version_parts()
    summaries = {"list": "List terms of sharing agreements", "retrieve": "Read the terms of a version"}

    @classmethod
    def whole(cls) -> Any:
        return SharingVersion.objects.select_related(*cls.select).prefetch_related(*cls.prefetch)

    def _do(self, action: Action, act: Any, shape: Any = None) -> Response:
        record = self.get_object()
        self.require(action, record)
        self.check_if_sent(record)
        values = self.checked_input(shape) if shape else {}
        act(version=record, actor=self.request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(summary="Put terms forward", request=None, responses=shapes.SharingVersionSerializer)
    def propose(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.MANAGE, services.propose_terms)

    @extend_schema(
        summary="Agree to terms as a second person",
        description="Agreed terms that reach beyond their first day are shortened to it.",
        request=None,
        responses=shapes.SharingVersionSerializer,
    )
    def agree(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.VERIFY_MONEY, services.agree_terms)

    @extend_schema(
        summary="Send terms back", request=shapes.ShareReasonInput, responses=shapes.SharingVersionSerializer
    )
    def send_back(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.VERIFY_MONEY, services.return_terms, shapes.ShareReasonInput)


class SharingEntryFilter(django_filters.FilterSet):
    since = django_filters.DateFilter("on", "gte", label="Booked on this day or later")
    before = django_filters.DateFilter("on", "lt", label="Booked before this day")

    class Meta:
        model = SharingEntry
        fields = ["agreement", "kind", "settlement", "accrual"]


class SharingEntryViewSet(SharingViewSet):
    """The book of shares. Entries are never changed, and each sums to zero."""

    queryset = SharingEntry.objects.all()
    serializer_class = shapes.SharingEntrySerializer
    filterset_class = SharingEntryFilter
    orderings = {"at": ("at",), "on": ("on",)}
    default_ordering = "-at"
    select = ("agreement", "by")
    prefetch = (entry_parts(),)
    summaries = {"list": "List bookings of shares", "retrieve": "Read a booking of shares"}
