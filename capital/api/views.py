"""Funds, products, lists, pools, investments, subsidies and matchmaking for programs."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from capital import services
from capital.api import serializers as shapes
from capital.models import (
    BankProduct,
    CreditList,
    Fund,
    FundExit,
    FundInvestment,
    InterestSubsidy,
    Offer,
    PoolRecovery,
    ProductLoan,
    RiskPool,
)
from enterprises.api.records import OwnedViewSet, RecordReasonInput, filter_of, viewset
from incubators.api.filters import CodeFilter
from incubators.api.scoping import ScopedViewSet
from incubators.models import Park
from incubators.scope import Action


def offer_viewset(model: type[Offer], *, what: str, shape: Any, new: Any, changed: Any, **more: Any) -> Any:
    """The view set of one kind of offer; ``what`` is like "a fund"."""
    many, address = what.split(" ", 1)[1], more.pop("address")
    of_model = model

    class Filter(django_filters.FilterSet):
        park = CodeFilter(Park, "park", label="Code of the park")
        reported = django_filters.BooleanFilter("park", lookup_expr="isnull", label="Of the press only")

        class Meta:
            model = of_model
            fields = ["external_id"]

    class Made(ScopedViewSet):
        queryset = of_model._default_manager.all()
        serializer_class = shape
        filterset_class = Filter
        orderings = {"updated_at": ("updated_at",), "name": ("sort_key",)}
        default_ordering = "-updated_at"
        search_column = "search_text"
        summaries = {"list": f"List {many}s", "retrieve": f"Read {what}"}

        def place_of(self, record: Any) -> tuple[int | None, int | None]:
            return record.park_id, None

        @extend_schema(summary=f"Enter {what}", request=new, responses={201: shape})
        def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
            self.require_somewhere(Action.MANAGE)
            values = self.checked_input(new)
            record = services.save_offer(
                record=of_model(park=values.pop("park")),
                investors=_payers(values),
                values=values,
                actor=request.user,
                at=self.at,
            )
            return self.answer(
                self.get_queryset().get(pk=record.pk), 201, {"Location": f"/api/v1/{address}/{record.pk}/"}
            )

        @extend_schema(summary=f"Change {what}", request=changed(partial=True), responses=shape)
        def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
            with self.changing(Action.MANAGE) as record:
                values = self.checked_input(changed, partial=True)
                services.save_offer(
                    record=record,
                    investors=_payers(values),
                    values=values,
                    actor=request.user,
                    at=self.at,
                )
                return self.answer(self.get_object())

    Made.__name__ = Made.__qualname__ = f"{model.__name__}ViewSet"
    Made.__doc__ = f"{many[:1].upper()}{many[1:]}s that a park keeps, and those that the press reports."
    for name, value in more.items():
        setattr(Made, name, value)
    return Made


def _payers(values: dict[str, Any]) -> list[services.Payer] | None:
    found = values.pop("investors", None)
    if found is None:
        return None
    return [
        services.Payer(one.get("organisation"), one.get("name", ""), one.get("committed_amount"))
        for one in found
    ]


class FundViewSet(
    offer_viewset(  # type: ignore[misc]
        Fund, what="a fund", shape=shapes.FundSerializer, new=shapes.NewFundInput, changed=shapes.FundInput,
        address="funds", select=("park", "manager", "entered_by"), prefetch=("investors__organisation",),
    )
):  # fmt: skip
    """Funds that a park keeps, and those that the press reports. Only an exact size bounds what is
    invested."""

    summaries = {"list": "List funds"}

    @extend_schema(summary="Read a fund with its balance", responses=shapes.WholeFundSerializer)
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        answer = self.answer(record)
        answer.data = shapes.WholeFundSerializer(record, context=self.get_serializer_context()).data
        return answer


BankProductViewSet = offer_viewset(
    BankProduct, what="a bank product", shape=shapes.BankProductSerializer, new=shapes.NewBankProductInput,
    changed=shapes.BankProductInput, address="bank-products", select=("park", "bank", "entered_by"),
)  # fmt: skip
CreditListViewSet = offer_viewset(
    CreditList, what="a credit list", shape=shapes.CreditListSerializer, new=shapes.NewCreditListInput,
    changed=shapes.CreditListInput, address="credit-lists", select=("park", "entered_by"),
)  # fmt: skip


class RiskPoolViewSet(
    offer_viewset(  # type: ignore[misc]
        RiskPool, what="a risk pool", shape=shapes.RiskPoolSerializer, new=shapes.NewRiskPoolInput,
        changed=shapes.RiskPoolInput, address="risk-pools", select=("park", "keeper", "entered_by"),
    )
):  # fmt: skip
    """Pools that bear a part of the losses of loans. They pay no more than they hold."""

    summaries = {"list": "List risk pools"}

    @extend_schema(summary="Read a risk pool with its standing", responses=shapes.WholeRiskPoolSerializer)
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        answer = self.answer(record)
        answer.data = shapes.WholeRiskPoolSerializer(record, context=self.get_serializer_context()).data
        return answer


FundExitViewSet = viewset(
    FundExit, what="a fund exit", path="investment__event__enterprise", parent="investment"
)
PoolRecoveryViewSet = viewset(
    PoolRecovery, what="a pool recovery", path="risk__loan__enterprise", parent="risk"
)


class InvestmentBase(OwnedViewSet):
    """The round is found by its kind and day, or entered with the investment."""

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("fund")

    def add(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewFundInvestmentInput)
        enterprise, event = values.pop("enterprise"), values.pop("event", None)
        self.require(Action.ENTER, enterprise)
        record = services.enter_investment(
            enterprise=enterprise, event=event, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/fund-investments/{record.pk}/"})


class FundInvestmentViewSet(InvestmentBase):
    """What funds paid to enterprises. It counts once a second person verified it."""

    queryset = FundInvestment.objects.all()
    serializer_class = shapes.FundInvestmentSerializer
    path, parent = "event__enterprise", "event"
    input_class = shapes.FundInvestmentInput
    filterset_class = filter_of(
        FundInvestment,
        "event__enterprise",
        fund=django_filters.NumberFilter(field_name="fund_id", label="Id of the fund"),
    )
    summaries = {"list": "List fund investments", "retrieve": "Read a fund investment"}

    @extend_schema(
        summary="Enter a fund investment",
        request=shapes.NewFundInvestmentInput,
        responses={201: shapes.FundInvestmentSerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.add(request)

    @extend_schema(
        summary="Correct a fund investment",
        request=shapes.FundInvestmentInput(partial=True),
        responses=shapes.FundInvestmentSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.change()

    @extend_schema(summary="Take a fund investment back that nobody verified", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.take_back()

    @extend_schema(
        summary="Verify a fund investment as a second person",
        request=None,
        responses=shapes.FundInvestmentSerializer,
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.confirm()

    @extend_schema(
        summary="Send a fund investment back with words",
        request=RecordReasonInput,
        responses=shapes.FundInvestmentSerializer,
    )
    def send_back_one(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.send_back()


class ProductLoanViewSet(ScopedViewSet):
    """Which recorded loans belong to which bank product, and which pool shares their risk."""

    queryset = ProductLoan.objects.all()
    serializer_class = shapes.ProductLoanSerializer
    filterset_class = filter_of(
        ProductLoan,
        "loan__enterprise",
        product=django_filters.NumberFilter(field_name="product_id", label="Id of the product"),
        pool=django_filters.NumberFilter(field_name="pool_id", label="Id of the pool"),
    )
    orderings = {"updated_at": ("updated_at",)}
    default_ordering = "-updated_at"
    select = ("loan__enterprise", "linked_by")
    summaries = {"list": "List loans of products", "retrieve": "Read a loan of a product"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        owner = record.enterprise if hasattr(record, "enterprise_id") else record.owner
        return owner.park_id, owner.incubator_id

    @extend_schema(
        summary="Say that a loan belongs to a product",
        description="Sent again with another product, it moves there. A line above the largest one is "
        "refused where the park keeps the product with an exact limit.",
        request=shapes.ProductLoanInput,
        responses={201: shapes.ProductLoanSerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.ProductLoanInput)
        self.require(Action.ENTER, values["loan"])
        record = services.link_loan(actor=request.user, at=self.at, **values)
        return self.answer(record, 201, {"Location": f"/api/v1/product-loans/{record.pk}/"})

    @extend_schema(summary="Take a loan out of its product", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            services.unlink_loan(link=record, actor=request.user, at=self.at)
        return Response(status=204)


class InterestSubsidyViewSet(OwnedViewSet):
    """Claims for the interest of loans; computed by the policy, verified by a second person, paid from a
    budget."""

    queryset = InterestSubsidy.objects.all()
    serializer_class = shapes.InterestSubsidySerializer
    path, parent = "loan__enterprise", "loan"
    filterset_class = filter_of(
        InterestSubsidy,
        "loan__enterprise",
        loan=django_filters.NumberFilter(field_name="loan_id", label="Id of the loan"),
    )
    summaries = {"list": "List interest subsidies", "retrieve": "Read an interest subsidy"}

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("commitment")

    @extend_schema(
        summary="Claim an interest subsidy",
        description="The terms compute the amount: never above the interest paid, no day of a loan twice.",
        request=shapes.NewInterestSubsidyInput,
        responses={201: shapes.InterestSubsidySerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewInterestSubsidyInput)
        loan = values.pop("loan")
        self.require(Action.ENTER, loan)
        record = services.claim_subsidy(loan=loan, values=values, actor=request.user, at=self.at)
        return self.answer(record, 201, {"Location": f"/api/v1/interest-subsidies/{record.pk}/"})

    @extend_schema(
        summary="Correct a claim",
        request=shapes.InterestSubsidyInput(partial=True),
        responses=shapes.InterestSubsidySerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.InterestSubsidyInput, partial=True)
            services.correct_claim(subsidy=record, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())

    @extend_schema(summary="Take a claim back that nobody verified", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.take_back()

    @extend_schema(
        summary="Verify a claim as a second person", request=None, responses=shapes.InterestSubsidySerializer
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.confirm()

    @extend_schema(
        summary="Send a claim back with words",
        request=RecordReasonInput,
        responses=shapes.InterestSubsidySerializer,
    )
    def send_back_one(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.send_back()

    @extend_schema(
        summary="Commit the money of a verified claim",
        description="Asked again, it is committed once.",
        request=shapes.CommitSubsidyInput,
        responses=shapes.InterestSubsidySerializer,
    )
    def commit(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.PAY, record)
        values = self.checked_input(shapes.CommitSubsidyInput)
        services.commit_subsidy(subsidy=record, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Withdraw a claim",
        request=shapes.WithdrawSubsidyInput,
        responses=shapes.InterestSubsidySerializer,
    )
    def withdraw(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.MANAGE, record)
        values = self.checked_input(shapes.WithdrawSubsidyInput)
        services.withdraw_subsidy(subsidy=record, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())
