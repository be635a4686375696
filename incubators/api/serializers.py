"""What parks, organisations, incubators and their papers look like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import ByCode, CodeOf, InputSerializer, RecordSerializer, StrictSerializer
from incubators.models import (
    Agreement,
    ContractTarget,
    Incubator,
    IncubatorRecognition,
    OperatorContract,
    Organisation,
    Park,
    ReferenceProcess,
    ReportedFigure,
    Space,
)

NAMES = ["id", "code", "name_zh", "name_en"]
SOURCE = ["source", "source_lines", "quote_figures", "as_of"]


class ParkSerializer(RecordSerializer):
    parent = CodeOf(allow_null=True)

    class Meta:
        model = Park
        fields = [*NAMES, "role", "parent", "level", "place", "time_zone", "details", *SOURCE, "updated_at"]


class OrganisationSerializer(RecordSerializer):
    class Meta:
        model = Organisation
        fields = [*NAMES, "kind", "relation", "related_codes", "details", *SOURCE, "updated_at"]


class IncubatorSerializer(RecordSerializer):
    park = CodeOf(allow_null=True)
    operator = CodeOf(allow_null=True)
    predecessor = CodeOf(allow_null=True)
    successors = CodeOf(many=True)

    class Meta:
        model = Incubator
        fields = [
            *NAMES,
            "park",
            "operator",
            "operator_name",
            "kind",
            "is_enclave",
            "mode",
            "host_city_zh",
            "host_city_en",
            "host_country_en",
            "host_site_zh",
            "opened",
            "opened_note",
            "area_m2",
            "area_note",
            "predecessor",
            "predecessor_note",
            "successors",
            "time_zone",
            "details",
            *SOURCE,
            "updated_at",
        ]


class IncubatorInput(InputSerializer):
    operator = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)
    predecessor = ByCode(queryset=Incubator.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Incubator
        fields = [
            "code",
            "name_zh",
            "name_en",
            "operator",
            "kind",
            "is_enclave",
            "mode",
            "host_city_zh",
            "host_city_en",
            "host_country_en",
            "host_site_zh",
            "opened",
            "opened_note",
            "area_m2",
            "area_note",
            "predecessor",
            "predecessor_note",
            "time_zone",
        ]


class NewIncubatorInput(IncubatorInput):
    park = ByCode(queryset=Park.objects.all())

    class Meta(IncubatorInput.Meta):
        fields = ["park", *IncubatorInput.Meta.fields]


class TargetSerializer(RecordSerializer):
    class Meta:
        model = ContractTarget
        fields = ["id", "indicator", "period", "value"]


class TargetInput(StrictSerializer):
    indicator = serializers.SlugField(max_length=60)
    period = serializers.CharField(max_length=8, help_text="2021, 2021-H1, 2021-Q2 or 2021-04")
    value = serializers.DecimalField(max_digits=20, decimal_places=4)


class ContractSerializer(RecordSerializer):
    incubator = CodeOf()
    operator = CodeOf()
    targets = TargetSerializer(many=True)

    class Meta:
        model = OperatorContract
        fields = [
            "id",
            "incubator",
            "operator",
            "number",
            "starts_on",
            "ends_on",
            "fee_amount",
            "currency",
            "deliverables",
            "is_demonstration",
            "targets",
            "updated_at",
        ]


class _OfIncubatorInput(InputSerializer):
    incubator = ByCode(queryset=Incubator.objects.all())


class ContractInput(_OfIncubatorInput):
    operator = ByCode(queryset=Organisation.objects.all())

    class Meta:
        model = OperatorContract
        fields = [
            "incubator",
            "operator",
            "number",
            "starts_on",
            "ends_on",
            "fee_amount",
            "currency",
            "deliverables",
        ]


class SpaceSerializer(RecordSerializer):
    incubator = CodeOf()

    class Meta:
        model = Space
        fields = [
            "id",
            "incubator",
            "name_zh",
            "name_en",
            "kind",
            "area_m2",
            "address",
            "starts_on",
            "ends_on",
            "is_demonstration",
            *SOURCE,
            "updated_at",
        ]


class SpaceInput(_OfIncubatorInput):
    class Meta:
        model = Space
        fields = ["incubator", "name_zh", "name_en", "kind", "area_m2", "address", "starts_on", "ends_on"]


class TitleSerializer(RecordSerializer):
    incubator = CodeOf()

    class Meta:
        model = IncubatorRecognition
        fields = [
            "id",
            "incubator",
            "title",
            "level",
            "authority",
            "document_number",
            "granted_on",
            "expires_on",
            "is_demonstration",
            "updated_at",
        ]


class TitleInput(_OfIncubatorInput):
    class Meta:
        model = IncubatorRecognition
        fields = ["incubator", "title", "level", "authority", "document_number", "granted_on", "expires_on"]


class FigureSerializer(RecordSerializer):
    """A published figure with its qualifier, unit, day, scope and source; never part of a total."""

    park = CodeOf(allow_null=True)
    incubator = CodeOf(allow_null=True)
    organisation = CodeOf(allow_null=True)

    class Meta:
        model = ReportedFigure
        fields = [
            *NAMES,
            "kind",
            "entity_code",
            "park",
            "incubator",
            "organisation",
            "value",
            "value_text",
            "unit",
            "qualifier",
            "period_text",
            "growth",
            "scope_text",
            "status",
            "note",
            "details",
            *SOURCE,
            "updated_at",
        ]


class AgreementSerializer(RecordSerializer):
    """A published signing; its amount is the total of the contract, never paid-in money."""

    class Meta:
        model = Agreement
        fields = [
            *NAMES,
            "kind",
            "date_text",
            "place",
            "party_codes",
            "count",
            "amount",
            "currency",
            "qualifier",
            "details",
            *SOURCE,
            "updated_at",
        ]


class ProcessSerializer(RecordSerializer):
    class Meta:
        model = ReferenceProcess
        fields = [*NAMES, "owner_code", "steps", "notes", "details", *SOURCE, "updated_at"]


class PlaceBrief(serializers.Serializer[Any]):
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class MembershipBrief(serializers.Serializer[Any]):
    role = serializers.CharField()
    park = PlaceBrief(allow_null=True)
    incubator = PlaceBrief(allow_null=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class MeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    display_name = serializers.CharField()
    language = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    memberships = MembershipBrief(many=True)
    token_scopes = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="null when signed in by the pages"
    )
    token_expires_at = serializers.DateTimeField(allow_null=True)


class HistoryHeadSerializer(serializers.Serializer[Any]):
    chain = serializers.CharField(help_text="`incubator:<code>`, `park:<code>` or `evaluation:<park code>`")
    sequence = serializers.IntegerField()
    hash = serializers.CharField()
