"""Portfolio runs for programs."""

from typing import Any

import django_filters
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.serializers import ByCode, CodeOf, NameOf, RecordSerializer
from core.api.views import ResourceViewSet
from core.errors import Conflict
from funding import services
from funding.enums import PortfolioState
from funding.models import PolicyVersion, PortfolioRun
from funding.render.portfolio import CONTENT_TYPE, portfolio_file
from incubators.models import Park
from incubators.scope import Action, require_somewhere


class PortfolioRunSerializer(RecordSerializer):
    park = CodeOf()
    policy = serializers.CharField(source="version.policy.code")
    version = serializers.IntegerField(source="version_id")
    created_by = NameOf()

    class Meta:
        model = PortfolioRun
        fields = [
            "id", "park", "policy", "version", "name", "as_of", "rank_by", "filters", "overrides", "changed",
            "state", "progress", "error", "totals", "sha256", "created_at", "created_by", "finished_at",
            "updated_at",
        ]  # fmt: skip


class WholeRunSerializer(PortfolioRunSerializer):
    """With frozen facts and results, row by row in the same order; sums in fen."""

    class Meta(PortfolioRunSerializer.Meta):
        fields = [*PortfolioRunSerializer.Meta.fields, "inputs", "result"]


class PortfolioRunInput(serializers.Serializer[Any]):
    park = ByCode(queryset=Park.objects.all())
    version = serializers.PrimaryKeyRelatedField(
        queryset=PolicyVersion.objects.filter(state="published").select_related("policy"),
        help_text="Id of a published version.",
    )
    as_of = serializers.DateField()
    name = serializers.CharField(max_length=200)
    rank_by = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    filters = serializers.DictField(required=False, help_text="incubators: codes; only_verified: true")
    overrides = serializers.DictField(
        required=False, help_text="Numbers of the variant by path, or “places”, “budget_yuan”."
    )
    changed = serializers.DictField(
        required=False,
        child=serializers.DictField(),
        help_text="Facts of the variant by id of an enterprise.",
    )


class PortfolioRunFilter(django_filters.FilterSet):
    park = django_filters.CharFilter("park__code", label="Code of the park")
    policy = django_filters.CharFilter("version__policy__code", label="Code of the policy")

    class Meta:
        model = PortfolioRun
        fields = ["state"]


class PortfolioRunViewSet(ResourceViewSet):
    """One policy over all enterprises of a park: calculations that change nothing."""

    queryset = PortfolioRun.objects.all()
    serializer_class = PortfolioRunSerializer
    filterset_class = PortfolioRunFilter
    orderings = {"created_at": ("created_at",), "updated_at": ("updated_at",)}
    default_ordering = "-created_at"
    select = ("park", "version__policy", "created_by")
    summaries = {"list": "List portfolio runs"}

    @extend_schema(summary="Read a portfolio run with its rows", responses=WholeRunSerializer)
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(WholeRunSerializer(self.get_object()).data)

    @extend_schema(
        summary="Compute a portfolio",
        description="201 with the result for up to 2,000 enterprises, 202 for more: ask again until “done”.",
        request=PortfolioRunInput,
        responses={201: PortfolioRunSerializer, 202: PortfolioRunSerializer},
    )
    def create(self, request: Any) -> Response:
        require_somewhere(Action.PAY, user=request.user)
        run = services.start_run(actor=request.user, at=self.at, **self.checked_input(PortfolioRunInput))
        found = self.get_queryset().get(pk=run.pk)
        status = 201 if found.state == PortfolioState.DONE else 202
        return self.answer(found, status, {"Location": f"/api/v1/portfolio-runs/{run.pk}/"})

    @extend_schema(
        summary="Export a portfolio run to Excel", responses={(200, CONTENT_TYPE): OpenApiTypes.BINARY}
    )
    def export(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        run = self.get_object()
        if run.state != PortfolioState.DONE:
            raise Conflict(_("This run is not computed yet."), code="not_done")
        answer = HttpResponse(portfolio_file(run), content_type=CONTENT_TYPE)
        answer["Content-Disposition"] = f'attachment; filename="portfolio-{run.pk}.xlsx"'
        return answer
