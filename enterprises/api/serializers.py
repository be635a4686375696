"""What companies and teams look like to programs."""

from core.api.serializers import ById, CodeOf, InputSerializer, NameOf, RecordSerializer
from enterprises.models import Enterprise, Recognition, YearlyFigure
from evidence.models import EvidenceFile
from incubators.api.scoping import PlaceFields

WRITABLE = [
    "name_zh",
    "name_en",
    "kind",
    "credit_code",
    "organisation_number",
    "country",
    "address",
    "registered_on",
    "external_id",
]


class EnterpriseSerializer(RecordSerializer):
    park = CodeOf()
    incubator = CodeOf(allow_null=True)

    class Meta:
        model = Enterprise
        fields = [
            "id",
            "park",
            "incubator",
            *WRITABLE,
            "provenance",
            "version",
            "created_at",
            "updated_at",
        ]


class EnterpriseInput(InputSerializer):
    class Meta:
        model = Enterprise
        fields = WRITABLE
        # The service folds spaces and full-width forms before it counts characters.
        extra_kwargs = {"credit_code": {"max_length": 40}, "organisation_number": {"max_length": 40}}


class NewEnterpriseInput(PlaceFields, EnterpriseInput):
    class Meta(EnterpriseInput.Meta):
        fields = ["incubator", "park", *WRITABLE]


AMOUNTS = [
    "currency",
    "revenue_amount",
    "rd_expense_amount",
    "tax_paid_amount",
    "total_assets_amount",
    "liabilities_amount",
    "main_business_amount",
    "high_tech_income_amount",
    "rd_in_china_amount",
    "staff_count",
    "rd_staff_count",
]


class YearlyFigureSerializer(RecordSerializer):
    """Amounts are in whole units of ``currency`` (yuan, kronor), with two decimals."""

    entered_by = NameOf()
    verified_by = NameOf(allow_null=True)

    class Meta:
        model = YearlyFigure
        fields = [
            "id",
            "year",
            *AMOUNTS,
            "entered_at",
            "entered_by",
            "verified_at",
            "verified_by",
            "updated_at",
        ]


class YearlyFigureInput(InputSerializer):
    class Meta:
        model = YearlyFigure
        fields = AMOUNTS


class NewYearlyFigureInput(YearlyFigureInput):
    class Meta(YearlyFigureInput.Meta):
        fields = ["year", *AMOUNTS]


class RecognitionSerializer(RecordSerializer):
    entered_by = NameOf()
    verified_by = NameOf(allow_null=True)

    class Meta:
        model = Recognition
        fields = [
            "id",
            "kind",
            "granted_on",
            "expires_on",
            "certificate_number",
            "evidence",
            "entered_at",
            "entered_by",
            "verified_at",
            "verified_by",
            "updated_at",
        ]


class RecognitionInput(InputSerializer):
    evidence = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Recognition
        fields = ["kind", "granted_on", "expires_on", "certificate_number", "evidence"]
