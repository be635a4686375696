"""Budgets, commitments and the journal for programs."""

import uuid
from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api.idempotency import key_of
from incubators.api.filters import CodeFilter
from incubators.api.scoping import ScopedViewSet
from incubators.models import Incubator, Park
from incubators.scope import Action
from ledger import services
from ledger.api import serializers as shapes
from ledger.models import Budget, BudgetChange, Commitment, Entry
from ledger.selectors import grants_beside


def booking_key(request: Any, given: str | None) -> str:
    """The caller's own key, else the one that makes his request repeatable, else a new one."""
    return f"api:{request.user.pk}:{given or key_of(request) or uuid.uuid4()}"


class ParkMoneyViewSet(ScopedViewSet):
    """Records of a park's money."""

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.park_id, getattr(record, "incubator_id", None)


class BudgetFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")

    class Meta:
        model = Budget
        fields = ["code", "year", "currency"]


class BudgetViewSet(ParkMoneyViewSet):
    """Budgets of programmes, with what is left of them."""

    queryset = Budget.objects.all()
    serializer_class = shapes.BudgetSerializer
    filterset_class = BudgetFilter
    orderings = {"updated_at": ("updated_at",), "year": ("year",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "entered_by")
    summaries = {"list": "List budgets"}

    @extend_schema(summary="Read a budget with its standing", responses=shapes.WholeBudgetSerializer)
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        answer = self.answer(record)
        answer.data = shapes.WholeBudgetSerializer(record, context=self.get_serializer_context()).data
        return answer

    @extend_schema(
        summary="Open a budget",
        description="It begins empty; its money comes by a change that a second person approves.",
        request=shapes.NewBudgetInput,
        responses={201: shapes.BudgetSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.PAY)
        values = self.checked_input(shapes.NewBudgetInput)
        park = values.pop("park")
        record = services.save_budget(budget=None, park=park, values=values, actor=request.user, at=self.at)
        return self.answer(record, 201, {"Location": f"/api/v1/budgets/{record.pk}/"})

    @extend_schema(
        summary="Change what a budget is called and forbids",
        request=shapes.BudgetInput(partial=True),
        responses=shapes.BudgetSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.PAY) as record:
            values = self.checked_input(shapes.BudgetInput, partial=True)
            services.save_budget(
                budget=record, park=record.park, values=values, actor=request.user, at=self.at
            )
            return self.answer(self.get_object())

    @extend_schema(
        summary="Propose another amount",
        description="What shrinks a budget is booked at once; what enlarges it waits for a second person.",
        request=shapes.BudgetChangeInput,
        responses={201: shapes.BudgetChangeSerializer},
    )
    def propose(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        budget = self.get_object()
        self.require(Action.PAY, budget)
        values = {"evidence": None, **self.checked_input(shapes.BudgetChangeInput)}
        change = services.propose_change(budget=budget, actor=request.user, at=self.at, **values)
        return Response(shapes.BudgetChangeSerializer(change).data, status=201)


class ChangeFilter(django_filters.FilterSet):
    class Meta:
        model = BudgetChange
        fields = ["budget", "state"]


class ChangeViewSet(ParkMoneyViewSet):
    """Proposals to change the amount of a budget."""

    queryset = BudgetChange.objects.all()
    serializer_class = shapes.BudgetChangeSerializer
    filterset_class = ChangeFilter
    orderings = {"proposed_at": ("proposed_at",), "updated_at": ("updated_at",)}
    default_ordering = "-proposed_at"
    select = ("budget__park", "proposed_by", "decided_by")
    summaries = {"list": "List changes of budgets", "retrieve": "Read a change of a budget"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.budget.park_id, None

    @extend_schema(
        summary="Approve a change as a second person", request=None, responses=shapes.BudgetChangeSerializer
    )
    def approve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        change = self.get_object()
        self.require(Action.MANAGE, change)
        self.check_if_sent(change)
        services.approve_change(change=change, actor=request.user, at=self.at)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Turn a change down", request=shapes.MoneyReasonInput, responses=shapes.BudgetChangeSerializer
    )
    def refuse(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        change = self.get_object()
        own = change.proposed_by_id == request.user.pk
        self.require(Action.PAY if own else Action.MANAGE, change)
        self.check_if_sent(change)
        values = self.checked_input(shapes.MoneyReasonInput)
        services.refuse_change(change=change, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())


class CommitmentFilter(django_filters.FilterSet):
    incubator = CodeFilter(Incubator, "incubator", label="Code of the incubator")
    park = CodeFilter(Park, "budget__park", label="Code of the park")

    class Meta:
        model = Commitment
        fields = ["budget", "enterprise", "project", "base", "state", "subject_kind", "subject_id"]


class CommitmentViewSet(ParkMoneyViewSet):
    """Money promised to a beneficiary for a purpose. Its amounts change by entries only."""

    queryset = Commitment.objects.all()
    serializer_class = shapes.CommitmentSerializer
    filterset_class = CommitmentFilter
    orderings = {"updated_at": ("updated_at",), "on": ("on",)}
    default_ordering = "-updated_at"
    select = ("budget__park", "incubator", "enterprise", "project", "organisation", "created_by")
    summaries = {"list": "List commitments", "retrieve": "Read a commitment"}

    @extend_schema(
        summary="Commit money",
        description="409 `budget_exhausted` when the budget does not hold it, `double_funding` when the "
        "beneficiary has money for the same purpose. The same `key` again answers the same commitment.",
        request=shapes.CommitmentInput,
        responses={201: shapes.CommitmentSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.PAY)
        values = self.checked_input(shapes.CommitmentInput)
        key, plan = booking_key(request, values.pop("key", None)), values.pop("instalments", [])
        record = services.commit_money(
            plan=[services.Part(**row) for row in plan], key=key, actor=request.user, at=self.at, **values
        )
        return self.answer(record, 201, {"Location": f"/api/v1/commitments/{record.pk}/"})

    @extend_schema(
        summary="Set the schedule of payments",
        description="Of what is not on its way yet; the instalments total exactly what is left for them.",
        request=shapes.PaymentPlanInput,
        responses=shapes.InstalmentSerializer(many=True),
    )
    def plan(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.PAY) as record:
            parts = [
                services.Part(**row) for row in self.checked_input(shapes.PaymentPlanInput)["instalments"]
            ]
            rows = services.plan_instalments(commitment=record, plan=parts, actor=request.user, at=self.at)
            return Response(shapes.InstalmentSerializer(rows, many=True).data)

    @extend_schema(
        summary="Give committed money back to its budget",
        request=shapes.ReleaseMoneyInput,
        responses=shapes.LedgerEntrySerializer,
    )
    def release(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._booked(shapes.ReleaseMoneyInput, services.release_commitment)

    @extend_schema(
        summary="Book money that came back",
        request=shapes.ClawbackInput,
        responses=shapes.LedgerEntrySerializer,
    )
    def claw_back(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._booked(shapes.ClawbackInput, services.claw_back)

    def _booked(self, shape: Any, act: Any) -> Response:
        record = self.get_object()
        self.require(Action.PAY, record)
        self.check_if_sent(record)
        values = self.checked_input(shape)
        key = booking_key(self.request, values.pop("key", None))
        entry = act(commitment=record, key=key, actor=self.request.user, at=self.at, **values)
        return Response(shapes.LedgerEntrySerializer(entry, context=self.get_serializer_context()).data)

    @extend_schema(
        summary="Other grants of the same beneficiary and purpose",
        responses=shapes.CommitmentSerializer(many=True),
    )
    def others(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        visible = Commitment.objects.visible_to(request.user).values("pk")
        rows = grants_beside(record).filter(pk__in=visible).select_related(*self.select)[:100]
        return Response(self.represent_many(list(rows)))


class EntryFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")
    since = django_filters.DateFilter("on", "gte", label="Booked on this day or later")
    before = django_filters.DateFilter("on", "lt", label="Booked before this day")

    class Meta:
        model = Entry
        fields = ["budget", "kind", "commitment", "instalment"]


class EntryViewSet(ParkMoneyViewSet):
    """The journal. Entries are never changed; a mistake is reversed by a new one."""

    queryset = Entry.objects.all()
    serializer_class = shapes.LedgerEntrySerializer
    filterset_class = EntryFilter
    orderings = {"at": ("at",), "on": ("on",)}
    default_ordering = "-at"
    select = ("park", "budget", "by", "commitment")
    prefetch = ("postings__account",)
    summaries = {"list": "List ledger entries", "retrieve": "Read a ledger entry"}
