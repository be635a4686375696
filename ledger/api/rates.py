"""Dated exchange rates for programs."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.serializers import InputSerializer, RecordSerializer, StrictSerializer
from core.api.views import ResourceViewSet, UploadMixin
from core.errors import Refused
from core.models import ExchangeRate
from core.services import record_rate, refusal_of_rates
from ledger.services import import_rates


class ExchangeRateSerializer(RecordSerializer):
    """Units of ``to_currency`` for one of ``currency`` from ``on`` until the next dated rate."""

    class Meta:
        model = ExchangeRate
        fields = ["id", "currency", "to_currency", "on", "rate", "source"]


class ExchangeRateInput(InputSerializer):
    class Meta:
        model = ExchangeRate
        fields = ["currency", "to_currency", "on", "rate", "source"]


class RatesFileInput(StrictSerializer):
    file = serializers.FileField(
        help_text="Excel or CSV with columns 货币/Currency, 日期/Date and 汇率/Rate."
    )


class RateProblemSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    message = serializers.CharField()


class RatesReadSerializer(serializers.Serializer[Any]):
    written = serializers.IntegerField(help_text="New or corrected.")
    unchanged = serializers.IntegerField()
    problems = RateProblemSerializer(many=True, help_text="Rows that were not taken; all others were.")


class ExchangeRateFilter(django_filters.FilterSet):
    on = django_filters.DateFromToRangeFilter(label="Days from and until")

    class Meta:
        model = ExchangeRate
        fields = ["currency", "to_currency"]


class ExchangeRateViewSet(ResourceViewSet):
    """The same rates for everybody; only the administrator of the installation records them."""

    queryset = ExchangeRate.objects.all()
    serializer_class = ExchangeRateSerializer
    filterset_class = ExchangeRateFilter
    orderings = {"on": ("on",)}
    default_ordering = "-on"
    summaries = {"list": "List exchange rates", "retrieve": "Read an exchange rate"}

    def get_queryset(self) -> Any:
        return self.queryset.all()  # whoever reads an amount reads the rate behind it

    def require_administrator(self) -> None:
        if not self.request.user.is_superuser:
            raise Refused(refusal_of_rates())

    @extend_schema(
        summary="Record or correct the rate of a day",
        description="A second rate for the same pair and day replaces the first; the history keeps both.",
        request=ExchangeRateInput,
        responses={201: ExchangeRateSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_administrator()
        values = self.checked_input(ExchangeRateInput)
        record = record_rate(**{"to_currency": "CNY", **values}, actor=request.user, at=self.at)
        return self.answer(record, 201, {"Location": f"/api/v1/exchange-rates/{record.pk}/"})


class RatesFileViewSet(UploadMixin, ExchangeRateViewSet):
    """Rates of a file."""

    @extend_schema(
        summary="Record the exchange rates of a file",
        description="The same file again changes nothing.",
        request={"multipart/form-data": RatesFileInput},
        responses=RatesReadSerializer,
    )
    def create(self, request: Any) -> Response:
        self.require_administrator()
        file = self.checked_input(RatesFileInput)["file"]
        read = import_rates(content=file, name=file.name, actor=request.user, at=self.at)
        problems = [{"row": row, "message": message} for row, message in read.problems]
        return Response({"written": read.written, "unchanged": read.unchanged, "problems": problems})
