"""Rights, people, occupancies, money and the growth ladder for programs."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.serializers import ById, InputSerializer, NameOf, RecordSerializer, StrictSerializer
from core.identifiers import masked
from enterprises import models, services
from enterprises.api.shapes import input_of, shape_of
from enterprises.selectors.talents import sees_contacts
from incubators.api.filters import CodeFilter
from incubators.api.scoping import ScopedViewSet
from incubators.models import Incubator, Park, Space
from incubators.scope import Action


def filter_of(model: Any, path: str, **extra: Any) -> Any:
    """By enterprise, incubator and park; whether verified, where the model knows it."""

    class Meta:
        pass

    Meta.model = model  # type: ignore[attr-defined]
    Meta.fields: list[str] = []  # type: ignore[attr-defined, misc]
    members: dict[str, Any] = {
        "Meta": Meta,
        "enterprise": django_filters.NumberFilter(field_name=f"{path}_id", label="Id of the enterprise"),
        "incubator": CodeFilter(Incubator, f"{path}__incubator", label="Code of the incubator"),
        "park": CodeFilter(Park, f"{path}__park", label="Code of the park"),
        **extra,
    }
    if any(field.name == "verified_at" for field in model._meta.get_fields()):
        members["verified"] = django_filters.BooleanFilter(
            field_name="verified_at", lookup_expr="isnull", exclude=True, label="Verified by a second person"
        )
    return type(f"{model.__name__}Filter", (django_filters.FilterSet,), members)


class RecordReasonInput(StrictSerializer):
    reason = serializers.CharField(max_length=services.LONGEST_REASON)


class OwnedViewSet(ScopedViewSet):
    """Records that hang on an enterprise, at once or through another record."""

    path = "enterprise"
    parent = "enterprise"
    input_class: Any = None
    new_class: Any = None
    orderings = {"updated_at": ("updated_at",)}
    default_ordering = "-updated_at"

    def get_queryset(self) -> Any:
        people = ("verified_by", "returned_by") if hasattr(self.queryset.model, "returned_at") else ()  # type: ignore[union-attr]
        self.select = (f"{self.path}__park", f"{self.path}__incubator", "entered_by", *people)
        return super().get_queryset()

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        owner = record if isinstance(record, models.Enterprise) else record.owner
        return owner.park_id, owner.incubator_id

    def lock_for_change(self, record: Any) -> Any:
        models.Enterprise.objects.select_for_update(of=("self",)).get(pk=record.owner.pk)
        return super().lock_for_change(record)

    def add(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(self.new_class)
        parent = values.pop(self.parent)
        self.require(Action.ENTER, parent)
        record = self.store(parent, values)
        return self.answer(record, 201, {"Location": f"{request.path}{record.pk}/"})

    def store(self, parent: Any, values: dict[str, Any]) -> Any:
        """Write a new record."""
        fresh = self.queryset.model(**{self.parent: parent})  # type: ignore[union-attr]
        return services.save_record(record=fresh, values=values, actor=self.request.user, at=self.at)

    def change(self) -> Response:
        with self.changing() as record:
            values = self.checked_input(self.input_class, partial=True)
            self.correct(record, values)
            return self.answer(self.get_object())

    def correct(self, record: Any, values: dict[str, Any]) -> None:
        services.save_record(record=record, values=values, actor=self.request.user, at=self.at)

    def take_back(self) -> Response:
        with self.changing() as record:
            self.remove(record)
        return Response(status=204)

    def remove(self, record: Any) -> None:
        services.remove_record(record=record, actor=self.request.user, at=self.at)

    def confirm(self) -> Response:
        record = self.get_object()
        self.require(Action.VERIFY, record)
        self.check_if_sent(record)
        services.verify_record(record=record, actor=self.request.user, at=self.at)
        return self.answer(self.get_object())

    def send_back(self) -> Response:
        record = self.get_object()
        self.require(Action.VERIFY, record)
        self.check_if_sent(record)
        reason = self.checked_input(RecordReasonInput)["reason"]
        services.return_record(record=record, reason=reason, actor=self.request.user, at=self.at)
        return self.answer(self.get_object())


def viewset(
    model: Any,
    *,
    what: str,
    path: str = "enterprise",
    parent: str = "enterprise",
    verifiable: bool = True,
    base: type[OwnedViewSet] = OwnedViewSet,
    shape: Any = None,
    fields: tuple[str, ...] = (),
) -> Any:
    """The view set of one kind with its words in the API reference; ``what`` is like "a loan"."""
    many = what.split(" ", 1)[1]
    names = fields or services.kind_of(model).fields
    shown = shape or shape_of(model, (parent, *names), verifiable=verifiable)
    changed, new = input_of(model, names), input_of(model, names, parent=parent)

    class Made(base):  # type: ignore[misc, valid-type]
        @extend_schema(summary=f"Enter {what}", request=new, responses={201: shown})
        def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
            return self.add(request)

        @extend_schema(summary=f"Correct {what}", request=changed(partial=True), responses=shown)
        def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
            return self.change()

        @extend_schema(summary=f"Take {what} back that nobody verified", responses={204: None})
        def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
            return self.take_back()

        if verifiable:

            @extend_schema(summary=f"Verify {what} as a second person", request=None, responses=shown)
            def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
                return self.confirm()

            @extend_schema(summary=f"Send {what} back with words", request=RecordReasonInput, responses=shown)
            def send_back_one(self, request: Any, *args: Any, **kwargs: Any) -> Response:
                return self.send_back()

    Made.__name__ = Made.__qualname__ = f"{model.__name__}ViewSet"
    Made.__doc__ = f"{many[:1].upper()}{many[1:]}s of enterprises; each is entered by one person."
    if verifiable:
        Made.__doc__ += " It counts once a second person verified it."
    Made.queryset = model.objects.all()
    Made.serializer_class = shown
    Made.path, Made.parent = path, parent
    Made.input_class, Made.new_class = changed, new
    Made.filterset_class = filter_of(model, path)
    Made.summaries = {"list": f"List {many}s", "retrieve": f"Read {what}"}
    return Made


# --- rights -----------------------------------------------------------------------------------------
class OwnerSerializer(RecordSerializer):
    class Meta:
        model = models.IpOwner
        fields = ["enterprise", "person", "name", "percent"]


class RightSerializer(RecordSerializer):
    entered_by = NameOf(allow_null=True)
    owners = OwnerSerializer(many=True, read_only=True)

    class Meta:
        model = models.IpRight
        fields = [
            "id",
            "enterprise",
            *services.RIGHT_FIELDS,
            "owners",
            "provenance",
            "entered_by",
            "version",
            "created_at",
            "updated_at",
        ]


class OwnerInput(InputSerializer):
    enterprise = ById(queryset=models.Enterprise.objects.all(), required=False, allow_null=True)
    person = ById(queryset=models.Person.objects.all(), required=False, allow_null=True)

    class Meta:
        model = models.IpOwner
        fields = ["enterprise", "person", "name", "percent"]


class RightBase(OwnedViewSet):
    prefetch = ("owners",)

    def store(self, parent: Any, values: dict[str, Any]) -> Any:
        return services.save_right(
            right=None, enterprise=parent, values=values, actor=self.request.user, at=self.at
        )

    def correct(self, record: Any, values: dict[str, Any]) -> None:
        services.save_right(
            right=record, enterprise=record.enterprise, values=values, actor=self.request.user, at=self.at
        )

    def remove(self, record: Any) -> None:
        services.remove_right(right=record, actor=self.request.user, at=self.at)

    @extend_schema(
        summary="Set the owners of a right; their shares total 100%",
        request=OwnerInput(many=True),
        responses=RightSerializer,
    )
    def owners(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            given = OwnerInput(data=request.data, many=True, context=self.get_serializer_context())
            given.is_valid(raise_exception=True)
            shares = [services.Share(**row) for row in given.validated_data]
            services.set_owners(right=record, shares=shares, actor=request.user, at=self.at)
            return self.answer(self.get_object())


class FilingBase(OwnedViewSet):
    def store(self, parent: Any, values: dict[str, Any]) -> Any:
        return services.enter_filing(right=parent, values=values, actor=self.request.user, at=self.at)


class GrantBase(OwnedViewSet):
    def store(self, parent: Any, values: dict[str, Any]) -> Any:
        return services.enter_grant(filing=parent, values=values, actor=self.request.user, at=self.at)


# --- people -----------------------------------------------------------------------------------------
class PersonSerializer(RecordSerializer):
    """``phone`` and ``email`` are masked for whoever only reads there."""

    entered_by = NameOf(allow_null=True)

    class Meta:
        model = models.Person
        fields = [
            "id",
            "enterprise",
            *services.PERSON_FIELDS,
            "provenance",
            "entered_by",
            "version",
            "created_at",
            "updated_at",
        ]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        body = dict(super().to_representation(instance))
        if not sees_contacts(self.context["request"].user, instance):
            body |= {"phone": masked(instance.phone), "email": masked(instance.email)}
        return body


class PersonBase(OwnedViewSet):
    search_column = "search_text"

    def store(self, parent: Any, values: dict[str, Any]) -> Any:
        return services.save_person(
            person=None, enterprise=parent, values=values, actor=self.request.user, at=self.at
        )

    def correct(self, record: Any, values: dict[str, Any]) -> None:
        services.save_person(
            person=record, enterprise=record.enterprise, values=values, actor=self.request.user, at=self.at
        )

    def remove(self, record: Any) -> None:
        services.remove_person(person=record, actor=self.request.user, at=self.at)


# --- occupancies ------------------------------------------------------------------------------------
class OccupancySerializer(RecordSerializer):
    entered_by = NameOf(allow_null=True)

    class Meta:
        model = models.Occupancy
        fields = [
            "id",
            "space",
            "enterprise",
            *services.OCCUPANCY_FIELDS,
            "provenance",
            "entered_by",
            "version",
            "created_at",
            "updated_at",
        ]


OccupancyInput = input_of(models.Occupancy, services.OCCUPANCY_FIELDS, optional=("area_m2",))


class NewOccupancyInput(OccupancyInput):  # type: ignore[misc, valid-type]
    space = ById(queryset=Space.objects.all())
    enterprise = ById(queryset=models.Enterprise.objects.all())

    class Meta(OccupancyInput.Meta):  # type: ignore[name-defined, misc]
        fields = ["space", "enterprise", *services.OCCUPANCY_FIELDS]


class OccupancyViewSet(ScopedViewSet):
    """Who is in which space. The square metres of a space on any day total at most its area."""

    queryset = models.Occupancy.objects.all()
    serializer_class = OccupancySerializer
    filterset_class = filter_of(
        models.Occupancy,
        "enterprise",
        space=django_filters.NumberFilter(field_name="space_id", label="Id of the space"),
    )
    orderings = {"updated_at": ("updated_at",), "starts_on": ("starts_on",)}
    default_ordering = "-updated_at"
    select = ("space__incubator", "enterprise__park", "enterprise__incubator", "entered_by")
    summaries = {"list": "List occupancies", "retrieve": "Read an occupancy"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        space = record if isinstance(record, Space) else record.space
        return space.incubator.park_id, space.incubator_id

    def lock_for_change(self, record: Any) -> Any:
        models.Enterprise.objects.select_for_update(of=("self",)).get(pk=record.enterprise_id)
        return super().lock_for_change(record)

    @extend_schema(
        summary="Let an enterprise into a space",
        request=NewOccupancyInput,
        responses={201: OccupancySerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(NewOccupancyInput)
        space, enterprise = values.pop("space"), values.pop("enterprise")
        record = services.save_occupancy(
            occupancy=None, space=space, enterprise=enterprise, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"{request.path}{record.pk}/"})

    @extend_schema(
        summary="Change or end an occupancy",
        request=OccupancyInput(partial=True),
        responses=OccupancySerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            services.save_occupancy(
                occupancy=record,
                space=record.space,
                enterprise=record.enterprise,
                values=self.checked_input(OccupancyInput, partial=True),
                actor=request.user,
                at=self.at,
            )
            return self.answer(self.get_object())

    @extend_schema(summary="Take an occupancy back that never was", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            services.remove_occupancy(occupancy=record, actor=request.user, at=self.at)
        return Response(status=204)


RightViewSet = viewset(
    models.IpRight, what="a right", verifiable=False, base=RightBase, shape=RightSerializer,
    fields=services.RIGHT_FIELDS,
)  # fmt: skip
FilingViewSet = viewset(
    models.IpFiling, what="a filing", path="right__enterprise", parent="right", base=FilingBase
)
GrantViewSet = viewset(
    models.IpGrant, what="a grant", path="filing__right__enterprise", parent="filing", base=GrantBase
)
LicenceViewSet = viewset(models.IpLicence, what="a licence", path="right__enterprise", parent="right")
PersonViewSet = viewset(
    models.Person, what="a talent", verifiable=False, base=PersonBase, shape=PersonSerializer,
    fields=services.PERSON_FIELDS,
)  # fmt: skip
TalentResultViewSet = viewset(
    models.TalentResult, what="a talent-plan result", path="person__enterprise", parent="person"
)
FinancingViewSet = viewset(models.FinancingEvent, what="a financing event")
LoanViewSet = viewset(models.Loan, what="a loan")
WhitelistViewSet = viewset(models.WhitelistEntry, what="a place on a whitelist")
RiskShareViewSet = viewset(models.RiskShare, what="a shared risk", path="loan__enterprise", parent="loan")
StatedFactViewSet = viewset(models.StatedFact, what="a stated fact")
