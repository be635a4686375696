"""Programmes and applications for programs."""

import uuid
from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from applications import services
from applications.api import serializers as shapes
from applications.api.deciding import RankingSerializer
from applications.models import Application, Programme, ProgrammeStep, StepLog
from applications.selectors import ranking_of, standing_of
from core.api.idempotency import key_of
from incubators.api.filters import CodeFilter
from incubators.api.scoping import ScopedViewSet
from incubators.models import Incubator, Park
from incubators.scope import Action
from ledger.services import Part


class ProgrammeFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")

    class Meta:
        model = Programme
        fields = ["code", "year", "state"]


class ProgrammeViewSet(ScopedViewSet):
    """Programmes that take applications, with their chain of steps; frozen once open."""

    queryset = Programme.objects.all()
    serializer_class = shapes.ProgrammeSerializer
    filterset_class = ProgrammeFilter
    orderings = {"updated_at": ("updated_at",), "closes_on": ("closes_on",), "name": ("sort_key",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "policy", "budget", "opened_by", "closed_by")
    prefetch = ("steps",)
    summaries = {"list": "List programmes", "retrieve": "Read a programme"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.park_id, None

    @extend_schema(
        summary="Prepare a programme",
        request=shapes.NewProgrammeInput,
        responses={201: shapes.ProgrammeSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.NewProgrammeInput)
        record = services.save_programme(
            programme=None,
            park=values.pop("park"),
            steps=values.pop("steps", []),
            values=values,
            actor=request.user,
            at=self.at,
        )
        return self.answer(record, 201, {"Location": f"/api/v1/programmes/{record.pk}/"})

    @extend_schema(
        summary="Change a programme",
        request=shapes.ProgrammeInput(partial=True),
        responses=shapes.ProgrammeSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as record:
            values = self.checked_input(shapes.ProgrammeInput, partial=True)
            steps = values.pop("steps", None)
            services.save_programme(
                programme=record,
                park=record.park,
                values=values,
                steps=steps,
                actor=request.user,
                at=self.at,
            )
            return self.answer(self.get_object())

    def run(self, deed: Any) -> Response:
        record = self.get_object()
        self.require(Action.MANAGE, record)
        self.check_if_sent(record)
        deed(programme=record, actor=self.request.user, at=self.at)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Open a programme",
        description="From now on its rules and steps are frozen.",
        request=None,
        responses=shapes.ProgrammeSerializer,
    )
    def open(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(services.open_programme)

    @extend_schema(summary="Take no more applications", request=None, responses=shapes.ProgrammeSerializer)
    def close(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(services.close_programme)

    @extend_schema(summary="Take applications again", request=None, responses=shapes.ProgrammeSerializer)
    def reopen(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(services.reopen_programme)

    @extend_schema(
        summary="Where a programme stands",
        description="Counts by step, money, and the days from the application to the first money. For the "
        "park's own people.",
        responses=shapes.ProgrammeStandingSerializer,
    )
    def standing(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.READ, record)
        today = timezone.localtime(self.at).date()
        return Response(shapes.ProgrammeStandingSerializer(standing_of(record, today)).data)

    @extend_schema(
        summary="The ranking before the meeting",
        description="By mark, with the cut-off of quota, classes and budget; ties are shown. For the park's "
        "own people.",
        responses=RankingSerializer,
    )
    def ranking(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.READ, record)
        return Response(RankingSerializer(ranking_of(record)).data)

    def _step(self, programme: Programme, pk: int) -> ProgrammeStep:
        found: ProgrammeStep = get_object_or_404(programme.steps.all(), pk=pk)
        return found

    @extend_schema(
        summary="Put applications before the experts",
        description="One open review round by the rules of the step; without a list, all that wait there.",
        request=shapes.StartReviewInput,
        responses={201: shapes.StepBatchSerializer},
    )
    def review(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.MANAGE, record)
        values = self.checked_input(shapes.StartReviewInput)
        batch = services.start_review(
            step=self._step(record, values.pop("step")),
            applications=values.pop("applications", None),
            values=values,
            actor=request.user,
            at=self.at,
        )
        return Response(shapes.StepBatchSerializer(batch).data, status=201)

    @extend_schema(
        summary="Put applications on public show",
        request=shapes.StepNoticeInput,
        responses={201: shapes.StepBatchSerializer},
    )
    def notice(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.MANAGE, record)
        values = self.checked_input(shapes.StepNoticeInput)
        batch = services.open_step_notice(
            step=self._step(record, values.pop("step")),
            applications=values.pop("applications", None),
            actor=request.user,
            at=self.at,
            **values,
        )
        return Response(shapes.StepBatchSerializer(batch).data, status=201)


class ApplicationFilter(django_filters.FilterSet):
    incubator = CodeFilter(Incubator, "incubator", label="Code of the incubator")
    step = django_filters.CharFilter("current_step__kind", max_length=20, label="Kind of the current step")

    class Meta:
        model = Application
        fields = ["programme", "state", "applicant_kind", "project", "enterprise", "external_id"]


class ApplicationViewSet(ScopedViewSet):
    """Applications, from the draft to the money received. Experts see their review case instead."""

    queryset = Application.objects.all()
    serializer_class = shapes.ApplicationSerializer
    filterset_class = ApplicationFilter
    orderings = {"updated_at": ("updated_at",), "number": ("number",), "created_at": ("created_at",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = (
        "programme__park",
        "incubator",
        "project",
        "enterprise",
        "current_step",
        "policy_version",
        "commitment",
        "submitted_by",
        "decided_by",
        "entered_by",
    )
    prefetch = ("files",)
    summaries = {"list": "List applications", "retrieve": "Read an application"}

    @extend_schema(
        summary="Begin an application",
        description="A draft of one applicant; the facts of the policy are filled in from the records.",
        request=shapes.NewApplicationInput,
        responses={201: shapes.ApplicationSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewApplicationInput)
        record = services.create_draft(
            programme=values.pop("programme"),
            project=values.pop("project", None),
            enterprise=values.pop("enterprise", None),
            outside=values.pop("outside", None),
            facts=values.pop("facts", None),
            files=values.pop("files", ()),
            values=values,
            actor=request.user,
            at=self.at,
        )
        found = self.get_queryset().get(pk=record.pk)
        return self.answer(found, 201, {"Location": f"/api/v1/applications/{record.pk}/"})

    @extend_schema(
        summary="Change a draft, or what was sent back",
        request=shapes.ApplicationInput(partial=True),
        responses=shapes.ApplicationSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.ENTER) as record:
            values = self.checked_input(shapes.ApplicationInput, partial=True)
            services.save_draft(
                application=record,
                facts=values.pop("facts", None),
                files=values.pop("files", None),
                values=values,
                actor=request.user,
                at=self.at,
            )
            return self.answer(self.get_object())

    @extend_schema(
        summary="Throw a draft away",
        description="One that was never handed in.",
        request=None,
        responses={204: None},
    )
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.ENTER) as record:
            services.delete_draft(application=record, actor=request.user, at=self.at)
        return Response(status=204)

    def run(self, action: Action, shape: Any, deed: Any, **more: Any) -> Response:
        """A deed about one application; If-Match is welcome."""
        record = self.get_object()
        self.require(action, record)
        self.check_if_sent(record)
        values = self.checked_input(shape) if shape is not None else {}
        deed(application=record, actor=self.request.user, at=self.at, **values, **more)
        return self.answer(self.get_queryset().get(pk=record.pk))

    @extend_schema(
        summary="Hand an application in",
        description="It gets its number, the policy answers, and it enters the chain.",
        request=None,
        responses=shapes.ApplicationSerializer,
    )
    def submit(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(Action.ENTER, None, services.submit_application)

    @extend_schema(
        summary="Withdraw an application",
        request=shapes.WithdrawApplicationInput,
        responses=shapes.ApplicationSerializer,
    )
    def withdraw(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(Action.ENTER, shapes.WithdrawApplicationInput, services.withdraw_application)

    @extend_schema(
        summary="The log of an application",
        description="Every place where it stood, with days, result and reason; the open row is where it "
        "stands.",
        responses=shapes.ApplicationLogSerializer(many=True),
    )
    def steps(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        rows = (
            StepLog.objects.filter(application=record)
            .select_related("step", "left_by", "batch")
            .order_by("pk")
        )
        context = {**self.get_serializer_context(), "today": timezone.localtime(self.at).date()}
        return Response(shapes.ApplicationLogSerializer(rows, many=True, context=context).data)

    @extend_schema(
        summary="Formal check",
        description="Passed, failed, or returned with words for each field.",
        request=shapes.CheckApplicationInput,
        responses=shapes.ApplicationSerializer,
    )
    def check(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(Action.MANAGE, shapes.CheckApplicationInput, services.check_application)

    @extend_schema(
        summary="Move an application on",
        description="Passed, failed or skipped at the step where it stands; the meeting decides by itself.",
        request=shapes.MoveApplicationInput,
        responses=shapes.ApplicationSerializer,
    )
    def move(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        def moved(*, application: Application, **options: Any) -> None:
            services.move_applications(applications=[application], **options)

        return self.run(Action.MANAGE, shapes.MoveApplicationInput, moved)

    @extend_schema(
        summary="Record the signed agreement",
        request=shapes.GrantAgreementInput,
        responses={201: shapes.GrantAgreementSerializer},
    )
    def agreement(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.PAY, record)
        self.check_if_sent(record)
        values = self.checked_input(shapes.GrantAgreementInput)
        plan = [Part(**one) for one in values.pop("plan")]
        agreement = services.sign_agreement(
            application=record, values=values, plan=plan, actor=request.user, at=self.at
        )
        return Response(shapes.GrantAgreementSerializer(agreement).data, status=201)

    @extend_schema(
        summary="Close an award",
        description="Once everything was received, or the rest given back.",
        request=shapes.CloseApplicationInput,
        responses=shapes.ApplicationSerializer,
    )
    def close(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(Action.MANAGE, shapes.CloseApplicationInput, services.close_application)

    @extend_schema(
        summary="Book money that the applicant paid back",
        request=shapes.ApplicationClawbackInput,
        responses=shapes.ApplicationSerializer,
    )
    def claw_back(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        def back(*, key: str = "", **options: Any) -> None:
            name = f"api:{request.user.pk}:{key or key_of(request) or uuid.uuid4()}"
            services.claw_back_application(key=name, **options)

        return self.run(Action.PAY, shapes.ApplicationClawbackInput, back)
