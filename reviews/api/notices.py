"""Public notices and objections for programs."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from incubators.api.filters import CodeFilter
from incubators.models import Park
from incubators.scope import Action
from reviews import services
from reviews.api import serializers as shapes
from reviews.api.views import OfReviews
from reviews.models import Objection, PublicNotice


class NoticeFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")

    class Meta:
        model = PublicNotice
        fields = ["subject_kind", "subject_id"]


class PublicNoticeViewSet(OfReviews):
    """Lists on public show; everyone of the park reads them."""

    queryset = PublicNotice.objects.all()
    serializer_class = shapes.PublicNoticeSerializer
    filterset_class = NoticeFilter
    orderings = {"starts_on": ("starts_on",), "updated_at": ("updated_at",)}
    default_ordering = "-starts_on"
    select = ("park", "created_by", "withdrawn_by")
    summaries = {"list": "List public notices", "retrieve": "Read a public notice"}

    @extend_schema(
        summary="Open a notice",
        request=shapes.NewNoticeInput,
        responses={201: shapes.PublicNoticeSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.NewNoticeInput)
        on = values.pop("starts_on")
        notice = services.open_notice(on=on, actor=request.user, at=self.at, **values)
        return self.answer(notice, 201, {"Location": f"/api/v1/public-notices/{notice.pk}/"})

    @extend_schema(
        summary="Withdraw a notice",
        request=shapes.WithdrawNoticeInput,
        responses=shapes.PublicNoticeSerializer,
    )
    def withdraw(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(shapes.WithdrawNoticeInput, services.withdraw_notice, of="notice")


class ObjectionFilter(django_filters.FilterSet):
    class Meta:
        model = Objection
        fields = ["notice", "ruling"]


class ObjectionViewSet(OfReviews):
    """Objections to public notices, for the park's people alone."""

    park_path = "notice__park_id"
    queryset = Objection.objects.all()
    serializer_class = shapes.ObjectionSerializer
    filterset_class = ObjectionFilter
    orderings = {"updated_at": ("updated_at",), "received_on": ("received_on",)}
    default_ordering = "-updated_at"
    select = ("notice", "entered_by", "ruled_by")
    prefetch = ("evidence",)
    summaries = {"list": "List objections", "retrieve": "Read an objection"}

    @extend_schema(
        summary="Record an objection",
        request=shapes.NewObjectionInput,
        responses={201: shapes.ObjectionSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.NewObjectionInput)
        objection = services.file_objection(
            notice=values.pop("notice"),
            files=values.pop("evidence", ()),
            values=values,
            actor=request.user,
            at=self.at,
        )
        return self.answer(objection, 201, {"Location": f"/api/v1/objections/{objection.pk}/"})

    @extend_schema(
        summary="Rule on an objection", request=shapes.RulingInput, responses=shapes.ObjectionSerializer
    )
    def rule(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(shapes.RulingInput, services.rule_objection, of="objection")
