"""Period returns, what contracts ask for, and closed periods."""

from typing import Any

import django_filters
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.response import Response

from core.api.pagination import invalid_parameter
from core.api.views import ApiView
from incubators.api.filters import OfIncubatorFilter, PlaceFilter
from incubators.api.scoping import ScopedViewSet
from incubators.scope import Action
from returns import services
from returns.api import serializers as shapes
from returns.enums import Frequency, ReturnState
from returns.measures import LINES
from returns.models import PeriodClose, PeriodReturn, ReturnDuty
from returns.render import CONTENT_TYPES, file_of_list, file_of_return
from returns.selectors import as_data, line_views

FORMAT = OpenApiParameter("as", str, enum=list(CONTENT_TYPES), description="xlsx (default) or csv")
UNITS = OpenApiParameter(
    "units", str, enum=["yuan", "thousand"], description="Money in whole units or in thousands"
)


def _file_choice(request: Any) -> tuple[str, str]:
    form, units = request.query_params.get("as", "xlsx"), request.query_params.get("units", "yuan")
    if form not in CONTENT_TYPES:
        raise invalid_parameter("as", "xlsx, csv")
    if units not in ("yuan", "thousand"):
        raise invalid_parameter("units", "yuan, thousand")
    return form, units


def _file(content: bytes, name: str, form: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return HttpResponse(content, content_type=CONTENT_TYPES[form], headers=headers)


def _told(pk: int, verdict: services.Verdict | None) -> dict[str, Any]:
    """One row of the answer; a return that the caller may not see is not there."""
    if verdict is not None and verdict.refusal is None:
        return {"id": pk, "verified": True, "version": verdict.record.version, "code": "", "message": ""}
    code, words = "not_found", _("There is no such return in your care.")
    if verdict is not None and verdict.refusal is not None:
        code, words = verdict.refusal.code, str(verdict.refusal)
    return {"id": pk, "verified": False, "version": None, "code": code, "message": words}


class ReturnLinesView(ApiView):
    """Every line that a return may have, with its unit and where its value comes from."""

    @extend_schema(
        operation_id="return_lines",
        summary="List the lines of returns",
        responses=shapes.KnownLineSerializer(many=True),
    )
    def get(self, request: Any) -> Response:
        names = [str(name) for name in shapes.KnownLineSerializer().fields]
        return Response([{name: getattr(line, name) for name in names} for line in LINES.values()])


class ReturnFilter(OfIncubatorFilter):
    state = django_filters.ChoiceFilter(choices=ReturnState.choices, label="State")
    frequency = django_filters.ChoiceFilter("duty__frequency", choices=Frequency.choices, label="How often")
    latest = django_filters.BooleanFilter("is_latest", label="Only the newest version of each")
    due_before = django_filters.DateFilter("due_on", "lt", label="Due before this day")

    class Meta:
        model = PeriodReturn
        fields = ["period"]


class PeriodReturnViewSet(ScopedViewSet):
    """Returns of a period. They are opened from the duties of contracts when a period has ended."""

    queryset = PeriodReturn.objects.all()
    serializer_class = shapes.ReturnSerializer
    filterset_class = ReturnFilter
    orderings = {"due_on": ("due_on",), "updated_at": ("updated_at",), "submitted_at": ("submitted_at",)}
    default_ordering = "-due_on"
    select = ("incubator__park", "duty", "submitted_by", "verified_by", "returned_by", "published_by")
    summaries = {"list": "List period returns"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.incubator.park_id, record.incubator_id

    def whole(self, record: Any) -> dict[str, Any]:
        return {**self.represent(record), "lines": [as_data(view) for view in line_views(record)]}

    def whole_answer(self, record: Any, status: int = 200, **headers: str) -> Response:
        """The return with its lines and its ETag."""
        answer = self.answer(record, status, headers)
        answer.data = self.whole(record)
        return answer

    @extend_schema(summary="Read a return with its lines", responses=shapes.WholeReturnSerializer)
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.whole_answer(self.get_object())

    @extend_schema(
        summary="Fill in lines of an open return",
        description="Lines that are left out stay as they are. `value` null takes what the records yield.",
        request=shapes.LinesChange,
        responses=shapes.WholeReturnSerializer,
        examples=[
            OpenApiExample(
                "Two lines",
                value={
                    "lines": {
                        "mentoring_sessions": {"value": "6", "explanation": "Two new mentors began."},
                        "events_held": {"value": None},
                    }
                },
                request_only=True,
            )
        ],
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            given = self.checked_input(shapes.LinesChange)["lines"]
            lines = {
                code: services.LineInput(
                    typed.get("value"), "value" in typed, typed.get("reason"), typed.get("explanation")
                )
                for code, typed in given.items()
            }
            services.save_lines(record=record, lines=lines, actor=request.user, at=self.at)
            return self.whole_answer(self.get_object())

    @extend_schema(
        summary="Submit a return",
        description="Freezes its numbers. What is still to be put right is in `missing` (409).",
        request=None,
        responses=shapes.WholeReturnSerializer,
    )
    def submit(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._decided(Action.ENTER, services.submit_return)

    @extend_schema(
        summary="Verify a return as a second person",
        description="The measures of a monthly return count in the evaluation from then on.",
        request=None,
        responses=shapes.WholeReturnSerializer,
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._decided(Action.VERIFY, services.verify_return)

    @extend_schema(
        operation_id="returns_verify_several",
        summary="Verify several returns at once, each as a second person",
        description="Each by itself: what is refused is answered with its code and keeps none of the others. "
        "A return with a line that is unusual, explained or typed by hand is verified by itself only.",
        request=shapes.VerifySeveralInput,
        responses=shapes.VerdictsSerializer,
        examples=[
            OpenApiExample("Two", value={"returns": [{"id": 7, "version": 3}, {"id": 9, "version": 5}]},
                           request_only=True)
        ],
    )  # fmt: skip
    def verify_several(self, request: Any) -> Response:
        self.require_somewhere(Action.VERIFY)
        given = {
            row["id"]: row["version"] for row in self.checked_input(shapes.VerifySeveralInput)["returns"]
        }
        found = {row.pk: row for row in self.get_queryset().filter(pk__in=given)}
        seen = [services.Seen(found[pk], version) for pk, version in given.items() if pk in found]
        verdicts = services.verify_returns(seen=seen, actor=request.user, at=self.at) if seen else []
        told = {verdict.record.pk: verdict for verdict in verdicts}
        return Response({"results": [_told(pk, told.get(pk)) for pk in given]})

    @extend_schema(
        summary="Send a return back with words",
        request=shapes.SendBackInput,
        responses=shapes.WholeReturnSerializer,
    )
    def send_back(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._decided(Action.VERIFY, services.return_return, shapes.SendBackInput)

    @extend_schema(summary="Publish a verified return", request=None, responses=shapes.WholeReturnSerializer)
    def publish(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._decided(Action.MANAGE, services.publish_return)

    @extend_schema(
        summary="Correct a return as a new version",
        description="The old version stays readable and in force until the new one is verified.",
        request=shapes.ReturnReasonInput,
        responses={201: shapes.WholeReturnSerializer},
    )
    def correct(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.ENTER, record)
        self.check_if_sent(record)
        values = self.checked_input(shapes.ReturnReasonInput)
        new = services.correct_return(record=record, actor=request.user, at=self.at, **values)
        self.kwargs["pk"] = new.pk
        return self.whole_answer(self.get_object(), 201, Location=f"/api/v1/returns/{new.pk}/")

    def _decided(self, action: Action, act: Any, shape: Any = None) -> Response:
        record = self.get_object()
        self.require(action, record)
        self.check_if_sent(record)
        values = self.checked_input(shape) if shape else {}
        act(record=record, actor=self.request.user, at=self.at, **values)
        return self.whole_answer(self.get_object())

    @extend_schema(
        summary="A return as a file",
        description="With the field names of the national statistical return beside our own.",
        parameters=[FORMAT, UNITS],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def file(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        form, units = _file_choice(request)
        record = self.get_object()
        name = f"{record.incubator.code}-{record.period}-v{record.edition}"
        return _file(file_of_return(record, form=form, units=units), name, form)

    @extend_schema(
        operation_id="returns_export_list",
        summary="Returns as a file",
        description="Every return that the filters let through, a row for each line.",
        parameters=[FORMAT, UNITS],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def files(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        form, units = _file_choice(request)
        rows = self.filter_queryset(self.get_queryset())
        return _file(file_of_list(rows, form=form, units=units), "returns", form)


class DutyFilter(django_filters.FilterSet):
    class Meta:
        model = ReturnDuty
        fields = ["contract", "frequency", "is_active"]


class ReturnDutyViewSet(ScopedViewSet):
    """What contracts ask to be reported: how often, which lines, by when."""

    queryset = ReturnDuty.objects.all()
    serializer_class = shapes.DutySerializer
    filterset_class = DutyFilter
    orderings = {"updated_at": ("updated_at",)}
    default_ordering = "-updated_at"
    select = ("contract__incubator",)
    summaries = {"list": "List return duties", "retrieve": "Read a return duty"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.contract.incubator.park_id, record.contract.incubator_id

    @extend_schema(
        summary="Ask for a return by a contract",
        request=shapes.NewDutyInput,
        responses={201: shapes.DutySerializer},
        examples=[
            OpenApiExample(
                "Every quarter",
                value={
                    "contract": 1,
                    "frequency": "quarter",
                    "due_days": 15,
                    "starts_on": "2021-04-01",
                    "lines": ["landed", "events_held"],
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.NewDutyInput)
        contract = values.pop("contract")
        record = services.save_duty(
            duty=None, contract=contract, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"{request.path}{record.pk}/"})

    @extend_schema(
        summary="Change what a contract asks to be reported",
        request=shapes.DutyChange(partial=True),
        responses=shapes.DutySerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as record:
            values = self.checked_input(shapes.DutyChange, partial=True)
            services.save_duty(
                duty=record, contract=record.contract, values=values, actor=request.user, at=self.at
            )
            return self.answer(self.get_object())


class CloseFilter(PlaceFilter):
    open = django_filters.BooleanFilter("reopened_at", "isnull", label="Only those that still hold")

    class Meta:
        model = PeriodClose
        fields = ["period"]


class PeriodCloseViewSet(ScopedViewSet):
    """Closed periods: the database refuses every change of returns and monthly measures in them."""

    queryset = PeriodClose.objects.all()
    serializer_class = shapes.CloseSerializer
    filterset_class = CloseFilter
    orderings = {"closed_at": ("closed_at",), "updated_at": ("updated_at",)}
    default_ordering = "-closed_at"
    select = ("park", "incubator", "closed_by", "reopened_by")
    summaries = {"list": "List closed periods", "retrieve": "Read a closed period"}

    @extend_schema(
        summary="Close a period",
        request=shapes.CloseInput,
        responses={201: shapes.CloseSerializer},
        examples=[
            OpenApiExample(
                "Quarter of a park", value={"park": "jiangyin-htz", "period": "2021-Q2"}, request_only=True
            )
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.CloseInput)
        record = services.close_period(actor=request.user, at=self.at, **values)
        return self.answer(record, 201, {"Location": f"/api/v1/period-closes/{record.pk}/"})

    @extend_schema(
        summary="Reopen a period with a reason",
        request=shapes.ReturnReasonInput,
        responses=shapes.CloseSerializer,
    )
    def reopen(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.MANAGE, record)
        self.check_if_sent(record)
        values = self.checked_input(shapes.ReturnReasonInput)
        services.reopen_period(close=record, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())
