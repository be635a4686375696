"""Money of awards that is not needed, for programs."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from applications import services
from applications.models import Application, AwardRelease
from core.api.serializers import ById, NameOf, RecordSerializer, StrictSerializer
from incubators.api.scoping import ScopedViewSet
from incubators.scope import Action


class AwardReleaseSerializer(RecordSerializer):
    proposed_by = NameOf(allow_null=True)
    confirmed_by = NameOf(allow_null=True)

    class Meta:
        model = AwardRelease
        fields = [
            "id",
            "application",
            "amount",
            "reason",
            "proposed_at",
            "proposed_by",
            "confirmed_at",
            "confirmed_by",
            "entry",
            "version",
            "updated_at",
        ]


class AwardReleaseInput(StrictSerializer):
    application = ById(queryset=Application.objects.all())
    amount = serializers.DecimalField(
        max_digits=18,
        decimal_places=2,
        required=False,
        allow_null=True,
        help_text="Left out: everything that is neither paid nor on its way.",
    )
    reason = serializers.CharField(max_length=300)


class AwardReleaseFilter(django_filters.FilterSet):
    confirmed = django_filters.BooleanFilter(
        "confirmed_at", lookup_expr="isnull", exclude=True, label="Only confirmed ones, or only the others"
    )

    class Meta:
        model = AwardRelease
        fields = ["application"]


class AwardReleaseViewSet(ScopedViewSet):
    """Money of awards given back to the budget: proposed by one person, booked when a second confirms."""

    queryset = AwardRelease.objects.all()
    serializer_class = AwardReleaseSerializer
    filterset_class = AwardReleaseFilter
    orderings = {"updated_at": ("updated_at",)}
    default_ordering = "-updated_at"
    select = ("application__programme", "proposed_by", "confirmed_by")
    summaries = {"list": "List releases of award money", "retrieve": "Read a release of award money"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.park_id, None

    @extend_schema(
        summary="Propose to give money of an award back",
        description="Nothing is booked before a second person confirms.",
        request=AwardReleaseInput,
        responses={201: AwardReleaseSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.PAY)
        values = self.checked_input(AwardReleaseInput)
        record = services.propose_release(actor=request.user, at=self.at, **values)
        return self.answer(record, 201, {"Location": f"/api/v1/award-releases/{record.pk}/"})

    @extend_schema(summary="Throw a proposal away", request=None, responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.PAY) as record:
            services.discard_release(release=record, actor=request.user, at=self.at)
        return Response(status=204)

    @extend_schema(
        summary="Confirm a release",
        description="By a second person. The ledger gives the money back to the budget; an award of which "
        "nothing was paid and nothing is left ends as given up.",
        request=None,
        responses=AwardReleaseSerializer,
    )
    def confirm(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.PAY, record)
        self.check_if_sent(record)
        services.confirm_release(release=record, actor=request.user, at=self.at)
        return self.answer(self.get_queryset().get(pk=record.pk))
