"""Contests, divisions, entries and rounds for programs."""

from typing import Any

import django_filters
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from contests import services
from contests.api import editions
from contests.api import serializers as shapes
from contests.models import Contest, ContestRound, Division, Entry, KeptFile, Promotion
from contests.services import NewEntry, Upload, open_kept
from core.api.views import ResourceViewSet, UploadMixin
from evidence.api.views import served
from incubators.api.filters import CodeFilter
from incubators.api.scoping import ScopedViewSet
from incubators.models import Park
from incubators.scope import Action, scope_of


def uploads_in(values: dict[str, Any]) -> list[Upload]:
    """Take ``files`` out of validated input."""
    return [Upload(file.name, file) for file in values.pop("files", ())]


class OfContests(ScopedViewSet):
    """Records that hang on a park; its administrator runs them."""

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.park_id, getattr(record, "incubator_id", None)

    def get_serializer_context(self) -> dict[str, Any]:
        scope = scope_of(self.request.user)
        return dict(super().get_serializer_context()) | {
            "reads_park": scope.sees_whole_park,
            "reads_place": lambda park, site: scope.allows(Action.READ, park_id=park, incubator_id=site),
        }

    def again(self, record: Any, status: int = 200, headers: Any = None) -> Response:
        return self.answer(self.get_queryset().get(pk=record.pk), status, headers)


class ContestFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")

    class Meta:
        model = Contest
        fields = ["year", "code"]


class ContestViewSet(OfContests):
    """Editions of contests of the parks in which one works."""

    queryset = Contest.objects.all()
    serializer_class = shapes.ContestSerializer
    filterset_class = ContestFilter
    orderings = {"updated_at": ("updated_at",), "year": ("year",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park",)
    prefetch = ("hosts",)
    summaries = {"list": "List contests", "retrieve": "Read a contest"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.park_id, None

    @extend_schema(
        summary="Write a contest",
        request=editions.NewContestInput,
        responses={201: shapes.ContestSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(editions.NewContestInput)
        record = self._saved(None, values.pop("park"), values)
        return self.again(record, 201, {"Location": f"/api/v1/contests/{record.pk}/"})

    @extend_schema(
        summary="Change a contest",
        description="Its code stays once there are entries.",
        request=editions.ContestInput(partial=True),
        responses=shapes.ContestSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as record:
            values = self.checked_input(editions.ContestInput, partial=True)
            return self.again(self._saved(record, record.park, values))

    def _saved(self, record: Contest | None, park: Park, values: dict[str, Any]) -> Contest:
        return services.save_contest(
            contest=record,
            park=park,
            hosts=values.pop("hosts", None),
            fields=values.pop("fields_of_work", None),
            values=values,
            actor=self.request.user,
            at=self.at,
        )


class DivisionFilter(django_filters.FilterSet):
    class Meta:
        model = Division
        fields = ["contest", "code"]


class DivisionViewSet(OfContests):
    """Divisions of contests with the days on which they take entries."""

    queryset = Division.objects.all()
    serializer_class = shapes.ContestDivisionSerializer
    filterset_class = DivisionFilter
    orderings = {"updated_at": ("updated_at",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("contest", "incubator")
    summaries = {"list": "List contest divisions", "retrieve": "Read a contest division"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.park_id, None

    @extend_schema(
        summary="Write a division of a contest",
        request=editions.NewContestDivisionInput,
        responses={201: shapes.ContestDivisionSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(editions.NewContestDivisionInput)
        record = services.save_division(
            division=None,
            contest=values.pop("contest"),
            values=values,
            actor=request.user,
            at=self.at,
        )
        return self.again(record, 201, {"Location": f"/api/v1/contest-divisions/{record.pk}/"})

    @extend_schema(
        summary="Change a division of a contest",
        description="Its code stays once there are entries.",
        request=editions.ContestDivisionInput(partial=True),
        responses=shapes.ContestDivisionSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as record:
            values = self.checked_input(editions.ContestDivisionInput, partial=True)
            services.save_division(
                division=record, contest=record.contest, values=values, actor=request.user, at=self.at
            )
            return self.again(record)


class EntryFilter(django_filters.FilterSet):
    contest = django_filters.NumberFilter("division__contest", label="Id of the contest")

    class Meta:
        model = Entry
        fields = ["division", "state", "source"]


class EntryViewSet(UploadMixin, OfContests):
    """Entries of contests. Operators see those of their teams; contacts are masked for all but the park."""

    queryset = Entry.objects.all()
    serializer_class = shapes.ContestEntrySerializer
    filterset_class = EntryFilter
    orderings = {"updated_at": ("updated_at",), "number": ("number",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("division__contest__park", "incubator", "park", "field", "judged_by")
    prefetch = ("files",)
    summaries = {"list": "List contest entries", "retrieve": "Read a contest entry"}

    @extend_schema(
        summary="Enter a team",
        description="With papers as multipart/form-data.",
        request={
            "application/json": shapes.ContestEntryInput,
            "multipart/form-data": shapes.ContestEntryInput,
        },
        responses={201: shapes.ContestEntrySerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.ContestEntryInput)
        division, incubator = values.pop("division"), values.pop("incubator", None)
        files = uploads_in(values)
        (entry,) = services.enter_entries(
            division=division,
            items=[NewEntry(values, incubator, files)],
            source="typed",
            actor=request.user,
            at=self.at,
        )
        return self.again(entry, 201, {"Location": f"/api/v1/contest-entries/{entry.pk}/"})

    @extend_schema(summary="Admit an entry", request=None, responses=shapes.ContestEntrySerializer)
    def admit(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        entry = self.get_object()
        self.require(Action.MANAGE, entry)
        self.check_if_sent(entry)
        services.admit_entries(entries=[entry], actor=request.user, at=self.at)
        return self.again(entry)

    @extend_schema(
        summary="Do not admit an entry",
        description="The team reads the words.",
        request=shapes.EntryRefusalInput,
        responses=shapes.ContestEntrySerializer,
    )
    def refuse(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        entry = self.get_object()
        self.require(Action.MANAGE, entry)
        self.check_if_sent(entry)
        values = self.checked_input(shapes.EntryRefusalInput)
        services.refuse_entry(entry=entry, actor=request.user, at=self.at, **values)
        return self.again(entry)


class KeptFileViewSet(ResourceViewSet):
    """Files of entries, and of bids once they are opened."""

    queryset = KeptFile.objects.all()
    serializer_class = shapes.KeptFileSerializer

    @extend_schema(
        summary="Download a file of an entry or a bid",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> FileResponse:
        file = self.get_object()
        response = served(open_kept(file), name=file.original_name, content_type=file.content_type)
        response["ETag"] = f'"{file.sha256}"'
        return response


class ContestRoundFilter(django_filters.FilterSet):
    class Meta:
        model = ContestRound
        fields = ["contest", "division"]


class ContestRoundViewSet(OfContests):
    """Rounds of contests with their rule and, for the park, the ranking and who moves on."""

    queryset = ContestRound.objects.all()
    serializer_class = shapes.ContestRoundSerializer
    filterset_class = ContestRoundFilter
    orderings = {"updated_at": ("updated_at",), "sequence": ("sequence",)}
    default_ordering = "sequence"
    search_column = "search_text"
    select = ("contest", "promotion__decided_by", "promotion__confirmed_by")
    prefetch = ("promotion__lines",)
    summaries = {"list": "List contest rounds", "retrieve": "Read a contest round"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.park_id, None

    @extend_schema(
        summary="Write a round of a contest",
        description="With `review` its score sheet is opened at once.",
        request=editions.NewContestRoundInput,
        responses={201: shapes.ContestRoundSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(editions.NewContestRoundInput)
        record = self._saved(None, values.pop("contest"), values)
        return self.again(record, 201, {"Location": f"/api/v1/contest-rounds/{record.pk}/"})

    @extend_schema(
        summary="Change a round of a contest",
        description="Its rule stays once a promotion was proposed by it, its score sheet once it is there.",
        request=editions.ContestRoundInput(partial=True),
        responses=shapes.ContestRoundSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as record:
            values = self.checked_input(editions.ContestRoundInput, partial=True)
            return self.again(self._saved(record, record.contest, values))

    def _saved(self, record: ContestRound | None, contest: Contest, values: dict[str, Any]) -> ContestRound:
        review = values.pop("review", None)
        return services.save_contest_round(
            round=record,
            contest=contest,
            criteria=review.pop("criteria") if review else (),
            review=review,
            values=values,
            actor=self.request.user,
            at=self.at,
        )

    def _managed(self) -> ContestRound:
        round: ContestRound = self.get_object()
        self.require(Action.MANAGE, round)
        self.check_if_sent(round)
        return round

    def _promotion(self) -> Promotion:
        return get_object_or_404(Promotion, round=self._managed())

    @extend_schema(
        summary="Let the rule of a round propose who moves on",
        description="Replaces a proposal that nobody decided on. Nobody moves on by it.",
        request=None,
        responses=shapes.ContestRoundSerializer,
    )
    def propose(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        round = self._managed()
        services.propose_promotion(round=round, actor=request.user, at=self.at)
        return self.again(round)

    @extend_schema(
        summary="Decide who moves on",
        description="A reason is needed wherever it departs from the rule, and for every tie.",
        request=shapes.PromotionDecisionInput,
        responses=shapes.ContestRoundSerializer,
    )
    def decide(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        promotion = self._promotion()
        values = self.checked_input(shapes.PromotionDecisionInput)
        reasons = {item["entry"]: item["reason"] for item in values.pop("reasons", ())}
        services.decide_promotion(
            promotion=promotion, reasons=reasons, actor=request.user, at=self.at, **values
        )
        return self.again(promotion.round)

    @extend_schema(
        summary="Confirm who moves on as a second person",
        request=None,
        responses=shapes.ContestRoundSerializer,
    )
    def confirm(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        promotion = self._promotion()
        services.confirm_promotion(promotion=promotion, actor=request.user, at=self.at)
        return self.again(promotion.round)

    @extend_schema(
        summary="Send a decision back",
        request=shapes.ReasonedInput,
        responses=shapes.ContestRoundSerializer,
    )
    def send_back(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        promotion = self._promotion()
        values = self.checked_input(shapes.ReasonedInput)
        services.return_promotion(promotion=promotion, actor=request.user, at=self.at, **values)
        return self.again(promotion.round)

    @extend_schema(
        summary="Announce who moves on",
        description="The promotion counts once the notice is over.",
        request=shapes.PromotionNoticeInput,
        responses=shapes.ContestRoundSerializer,
    )
    def announce(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        promotion = self._promotion()
        values = self.checked_input(shapes.PromotionNoticeInput)
        services.announce_promotion(promotion=promotion, actor=request.user, at=self.at, **values)
        return self.again(promotion.round)
