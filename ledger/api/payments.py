"""Instalments, payment batches, bank accounts and answers of banks for programs."""

from typing import Any

import django_filters
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.api.views import UploadMixin
from core.errors import Conflict, FieldError, Invalid
from incubators.api.filters import CodeFilter
from incubators.models import Incubator, Park
from incubators.scope import Action, may_somewhere
from ledger import services
from ledger.api import serializers as shapes
from ledger.api.views import ParkMoneyViewSet
from ledger.enums import BatchState
from ledger.models import BankAccount, BankResult, CrossBorderStep, Instalment, PaymentBatch
from ledger.render import CONTENT_TYPE, payment_list_file


class InstalmentFilter(django_filters.FilterSet):
    incubator = CodeFilter(Incubator, "commitment__incubator", label="Code of the incubator")
    park = CodeFilter(Park, "commitment__budget__park", label="Code of the park")
    budget = django_filters.NumberFilter("commitment__budget_id", label="Id of the budget")
    due_before = django_filters.DateFilter("due_on", "lt", label="Due before this day")

    class Meta:
        model = Instalment
        fields = ["commitment", "state", "batch", "is_cross_border", "pay_currency"]


class InstalmentViewSet(ParkMoneyViewSet):
    """Payments of commitments: condition, second person, batch, sent, received."""

    queryset = Instalment.objects.all()
    serializer_class = shapes.InstalmentSerializer
    filterset_class = InstalmentFilter
    orderings = {"due_on": ("due_on",), "updated_at": ("updated_at",)}
    default_ordering = "due_on"
    select = ("commitment__budget__park", "commitment__incubator", "account", "claimed_by", "verified_by")
    summaries = {"list": "List instalments", "retrieve": "Read an instalment"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.commitment.park_id, record.commitment.incubator_id

    def _do(self, action: Action, act: Any, shape: Any = None) -> Response:
        record = self.get_object()
        self.require(action, record)
        self.check_if_sent(record)
        values = self.checked_input(shape) if shape else {}
        act(instalment=record, actor=self.request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Set account, currency, day and condition of a payment",
        request=shapes.PaymentTermsInput(partial=True),
        responses=shapes.InstalmentSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.PAY) as record:
            values = self.checked_input(shapes.PaymentTermsInput, partial=True)
            services.set_terms(instalment=record, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())

    def lock_for_change(self, record: Any) -> Any:
        """The service locks the budget first; a lock on the payment alone would turn that order round."""
        return record

    @extend_schema(
        summary="Report that the condition is met",
        request=shapes.ConditionClaimInput,
        responses=shapes.InstalmentSerializer,
    )
    def claim(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        pays = may_somewhere(Action.PAY, request.user)
        self.require(Action.PAY if pays else Action.ENTER, record)
        self.check_if_sent(record)
        values = {"evidence": None, **self.checked_input(shapes.ConditionClaimInput)}
        services.claim_condition(instalment=record, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Confirm the condition as a second person",
        request=None,
        responses=shapes.InstalmentSerializer,
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.VERIFY_MONEY, services.verify_condition)

    @extend_schema(
        summary="Send the report of a condition back",
        request=shapes.MoneyReasonInput,
        responses=shapes.InstalmentSerializer,
    )
    def send_back(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.VERIFY_MONEY, services.return_condition, shapes.MoneyReasonInput)

    @extend_schema(
        summary="Book that a payment arrived",
        description="It was sent in a batch before. Repeating it changes nothing.",
        request=shapes.PaymentDayInput,
        responses=shapes.InstalmentSerializer,
    )
    def received(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        def book(*, instalment: Instalment, **values: Any) -> None:
            services.pay_commitment(instalment=instalment, key=services.payment_key(instalment), **values)

        return self._do(Action.PAY, book, shapes.PaymentDayInput)

    @extend_schema(
        summary="Record that a payment came back",
        request=shapes.BouncedPaymentInput,
        responses=shapes.InstalmentSerializer,
    )
    def bounced(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.PAY, services.bounce_payment, shapes.BouncedPaymentInput)


class StepViewSet(ParkMoneyViewSet):
    """Steps of one payment across a border, each with its document."""

    queryset = CrossBorderStep.objects.all()
    serializer_class = shapes.CrossBorderStepSerializer
    orderings = {"entered_at": ("entered_at",)}
    default_ordering = "entered_at"
    select = ("entered_by",)
    summaries = {"list": "List the steps of a payment abroad"}

    def instalment(self) -> Instalment:
        rows = Instalment.objects.visible_to(self.request.user).select_related("commitment__budget__park")
        found: Instalment = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows.filter(instalment=self.kwargs["pk"]) if "pk" in self.kwargs else rows

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.instalment()
        return super().list(request, *args, **kwargs)

    @extend_schema(
        summary="Record a step of a payment abroad",
        request=shapes.CrossBorderStepInput,
        responses={201: shapes.CrossBorderStepSerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.instalment()
        self.require(Action.PAY, record.commitment)
        values = self.checked_input(shapes.CrossBorderStepInput)
        step = services.record_step(instalment=record, actor=request.user, at=self.at, **values)
        return Response(shapes.CrossBorderStepSerializer(step).data, status=201)


class BatchFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")

    class Meta:
        model = PaymentBatch
        fields = ["state", "budget", "number"]


class BatchViewSet(ParkMoneyViewSet):
    """Payments that go to the bank together."""

    queryset = PaymentBatch.objects.all()
    serializer_class = shapes.PaymentBatchSerializer
    filterset_class = BatchFilter
    orderings = {"made_at": ("made_at",), "updated_at": ("updated_at",)}
    default_ordering = "-made_at"
    select = ("park", "made_by", "checked_by", "sent_by")
    prefetch = ("instalments",)
    summaries = {"list": "List payment batches", "retrieve": "Read a payment batch"}

    @extend_schema(
        summary="Make a batch of payments whose condition is confirmed",
        request=shapes.PaymentBatchInput,
        responses={201: shapes.PaymentBatchSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.PAY)
        values = self.checked_input(shapes.PaymentBatchInput)
        batch = services.make_batch(actor=request.user, at=self.at, **values)
        return self.answer(batch, 201, {"Location": f"/api/v1/payment-batches/{batch.pk}/"})

    @extend_schema(
        summary="Check a batch as a second person", request=None, responses=shapes.PaymentBatchSerializer
    )
    def check(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        batch = self.get_object()
        self.require(Action.VERIFY_MONEY, batch)
        self.check_if_sent(batch)
        services.check_batch(batch=batch, actor=request.user, at=self.at)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Take a payment out of a batch",
        description="While nobody has checked the batch; the payment waits for the next one.",
        request=shapes.TakeOutInput,
        responses=shapes.PaymentBatchSerializer,
    )
    def take_out(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        batch = self.get_object()
        self.require(Action.PAY, batch)
        self.check_if_sent(batch)
        values = self.checked_input(shapes.TakeOutInput)
        services.take_out(batch=batch, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Record that the list went to the bank",
        request=shapes.PaymentDayInput,
        responses=shapes.PaymentBatchSerializer,
    )
    def send(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        batch = self.get_object()
        self.require(Action.PAY, batch)
        self.check_if_sent(batch)
        values = self.checked_input(shapes.PaymentDayInput)
        services.send_batch(batch=batch, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="The payment list as Excel",
        description="With whole account numbers, for whoever pays; once the batch is checked.",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def file(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        batch = self.get_object()
        self.require(Action.PAY, batch)
        if batch.state == BatchState.DRAFT:
            raise Conflict(
                _("A second person has to check the batch before it leaves the house."), code="unchecked"
            )
        headers = {"Content-Disposition": f'attachment; filename="{batch.number}.xlsx"'}
        return HttpResponse(payment_list_file(batch), content_type=CONTENT_TYPE, headers=headers)


class BankAccountFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")
    verified = django_filters.BooleanFilter("verified_at", "isnull", exclude=True, label="Confirmed")

    class Meta:
        model = BankAccount
        fields = ["enterprise"]


class BankAccountViewSet(ParkMoneyViewSet):
    """Where money goes. Never changed: a new one is entered, the old one retired."""

    queryset = BankAccount.objects.all()
    serializer_class = shapes.BankAccountSerializer
    filterset_class = BankAccountFilter
    orderings = {"entered_at": ("entered_at",), "updated_at": ("updated_at",)}
    default_ordering = "-entered_at"
    select = ("park", "enterprise", "organisation", "entered_by", "verified_by")
    summaries = {"list": "List bank accounts", "retrieve": "Read a bank account"}

    @extend_schema(
        summary="Enter a bank account",
        description="Of an enterprise, or with `park` of an organisation. It counts once a second person "
        "confirmed it.",
        request=shapes.BankAccountInput,
        responses={201: shapes.BankAccountSerializer},
    )
    def create(self, request: Any) -> Response:
        if not may_somewhere(Action.PAY, request.user):
            self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.BankAccountInput)
        firm, organisation = values.pop("enterprise", None), values.pop("organisation", None)
        park = values.pop("park", None) or (firm.park if firm else None)
        if park is None:
            message = _("Name the park by its code.")
            raise Invalid(message, fields=[FieldError("park", message, "required")])
        record = services.enter_account(
            park=park,
            enterprise=firm,
            organisation=organisation,
            values=values,
            actor=request.user,
            at=self.at,
        )
        return self.answer(record, 201, {"Location": f"/api/v1/bank-accounts/{record.pk}/"})

    @extend_schema(
        summary="Confirm a bank account as a second person",
        request=None,
        responses=shapes.BankAccountSerializer,
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.VERIFY_MONEY, services.verify_account)

    @extend_schema(summary="Use a bank account no more", request=None, responses=shapes.BankAccountSerializer)
    def retire(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(Action.PAY, services.retire_account)

    def _do(self, action: Action, act: Any) -> Response:
        record = self.get_object()
        self.require(action, record)
        self.check_if_sent(record)
        act(account=record, actor=self.request.user, at=self.at)
        return self.answer(self.get_object())


class BankResultViewSet(UploadMixin, ParkMoneyViewSet):
    """Answers of banks, read from their files. The same file again answers what it led to."""

    queryset = BankResult.objects.all()
    serializer_class = shapes.BankResultSerializer
    orderings = {"read_at": ("read_at",)}
    default_ordering = "-read_at"
    select = ("park", "read_by")
    summaries = {"list": "List answers of banks", "retrieve": "Read an answer of a bank"}

    @extend_schema(
        summary="Read the file with which the bank answers",
        description="Excel or CSV; columns are found by their headings. Rows that cannot be booked are "
        "named in `problems`, all others are booked.",
        request={"multipart/form-data": shapes.BankResultInput},
        responses={201: shapes.BankResultSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.PAY)
        values = self.checked_input(shapes.BankResultInput)
        file = values["file"]
        result = services.read_bank_result(
            park=values["park"], content=file, name=file.name, actor=request.user, at=self.at
        )
        return self.answer(result, 201, {"Location": f"/api/v1/bank-results/{result.pk}/"})
