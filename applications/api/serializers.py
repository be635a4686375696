"""What programmes, applications and meetings look like to programs."""

from typing import Any

from rest_framework import serializers

from applications.enums import MoneyStage, StepResult
from applications.models import (
    Application,
    GrantAgreement,
    Programme,
    ProgrammeStep,
    StepBatch,
    StepLog,
    runs_programmes,
)
from applications.selectors import money_stage
from applications.services import DRAFT_FIELDS, PROGRAMME_FIELDS, STEP_FIELDS
from applications.stages import days_between
from core.api.serializers import (
    ByCode,
    ById,
    CodeOf,
    InputSerializer,
    NameOf,
    RecordSerializer,
    StrictSerializer,
)
from core.identifiers import masked
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from funding.models import Policy
from incubators.models import Park
from ledger.models import Budget
from projects.models import Project

PLAIN_PROGRAMME = [name for name in PROGRAMME_FIELDS if name not in ("policy", "budget", "classes")]
PLAIN_STEP = [name for name in STEP_FIELDS if name != "criteria"]
WORDS = {"max_length": 3000, "required": False, "allow_blank": True, "default": ""}


class ProgrammeStepSerializer(RecordSerializer):
    label = serializers.CharField(read_only=True, help_text="In the language of the request.")

    class Meta:
        model = ProgrammeStep
        fields = ["id", "position", "label", *STEP_FIELDS]


class ProgrammeSerializer(RecordSerializer):
    park = CodeOf()
    policy = CodeOf(allow_null=True)
    steps = ProgrammeStepSerializer(many=True)
    opened_by = NameOf(allow_null=True)
    closed_by = NameOf(allow_null=True)

    class Meta:
        model = Programme
        fields = [
            "id",
            "park",
            *PROGRAMME_FIELDS,
            "state",
            "steps",
            "opened_at",
            "opened_by",
            "closed_at",
            "closed_by",
            "provenance",
            "version",
            "created_at",
            "updated_at",
        ]


class AwardClassInput(StrictSerializer):
    code = serializers.CharField(max_length=10)
    amount = serializers.DecimalField(max_digits=18, decimal_places=2)
    places = serializers.IntegerField(min_value=1, max_value=100_000, required=False, allow_null=True)
    min_mark = serializers.DecimalField(max_digits=9, decimal_places=2, required=False, allow_null=True)


class SheetLineInput(StrictSerializer):
    name = serializers.CharField(max_length=120)
    guide = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    max_points = serializers.DecimalField(max_digits=6, decimal_places=2)
    weight = serializers.DecimalField(max_digits=5, decimal_places=3, required=False)


class ProgrammeStepInput(InputSerializer):
    criteria = SheetLineInput(many=True, required=False)

    class Meta:
        model = ProgrammeStep
        fields = [*PLAIN_STEP, "criteria"]


class ProgrammeInput(InputSerializer):
    policy = ByCode(queryset=Policy.objects.all(), required=False, allow_null=True)
    budget = ById(queryset=Budget.objects.all(), required=False, allow_null=True)
    classes = AwardClassInput(many=True, required=False, help_text="The best class first.")
    steps = ProgrammeStepInput(many=True, required=False, help_text="Replaces the chain of a draft.")

    class Meta:
        model = Programme
        fields = [*PLAIN_PROGRAMME, "policy", "budget", "classes", "steps"]


class NewProgrammeInput(ProgrammeInput):
    park = ByCode(queryset=Park.objects.all())

    class Meta(ProgrammeInput.Meta):
        fields = ["park", *ProgrammeInput.Meta.fields]


class StepCountSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField(source="step.pk")
    kind = serializers.CharField(source="step.kind")
    standing = serializers.IntegerField(help_text="Applications that stand there now.")
    late = serializers.IntegerField(help_text="Of them, longer than the days of the step.")
    came = serializers.IntegerField(help_text="Applications that ever came there.")


class DaysToMoneySerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="Cases with a day of application and money received.")
    median = serializers.DecimalField(max_digits=8, decimal_places=1, allow_null=True)
    longest = serializers.IntegerField(allow_null=True)


class ProgrammeStandingSerializer(serializers.Serializer[Any]):
    received = serializers.IntegerField()
    approved = serializers.IntegerField()
    rejected = serializers.IntegerField()
    committed = serializers.DecimalField(max_digits=18, decimal_places=2)
    paid = serializers.DecimalField(max_digits=18, decimal_places=2, help_text="Clawbacks deducted.")
    currency = serializers.CharField()
    steps = StepCountSerializer(many=True)
    days = DaysToMoneySerializer(help_text="From the application to the first money.")


class ApplicationSerializer(RecordSerializer):
    """``outside_contact`` is masked for those who do not run the programme: it is personal data."""

    incubator = CodeOf(allow_null=True)
    applicant = serializers.CharField(source="applicant_name", read_only=True)
    current_step = serializers.CharField(
        source="current_step.kind", allow_null=True, default=None, read_only=True
    )
    policy_version = serializers.IntegerField(
        source="policy_version.number", allow_null=True, default=None, read_only=True
    )
    submitted_by = NameOf(allow_null=True)
    decided_by = NameOf(allow_null=True)
    entered_by = NameOf(allow_null=True)
    money = serializers.SerializerMethodField(help_text="How far the money has come.")

    class Meta:
        model = Application
        fields = [
            "id",
            "programme",
            "number",
            "applicant_kind",
            "applicant",
            "project",
            "enterprise",
            "outside_name",
            "outside_organisation",
            "outside_contact",
            "incubator",
            *DRAFT_FIELDS,
            "currency",
            "facts",
            "policy_version",
            "answer",
            "answer_sha256",
            "answered_on",
            "files",
            "remarks",
            "state",
            "current_step",
            "submitted_at",
            "submitted_by",
            "submitted_on",
            "decided_at",
            "decided_by",
            "decision_reason",
            "award_class",
            "approved_amount",
            "commitment",
            "money",
            "provenance",
            "entered_by",
            "version",
            "created_at",
            "updated_at",
        ]

    def get_money(self, application: Application) -> MoneyStage:
        return money_stage(application)

    def to_representation(self, instance: Application) -> dict[str, Any]:
        shown = dict(super().to_representation(instance))
        if not runs_programmes(self.context["request"].user, instance.park_id):
            shown["outside_contact"] = masked(instance.outside_contact)
        return shown


class OutsideInput(StrictSerializer):
    name = serializers.CharField(max_length=200)
    organisation = serializers.CharField(max_length=200, required=False, allow_blank=True)
    contact = serializers.CharField(max_length=160, required=False, allow_blank=True)


class ApplicationInput(InputSerializer):
    facts = serializers.DictField(
        required=False, help_text="The applicant's own values by key; null goes back to the records."
    )
    files = ById(queryset=EvidenceFile.objects.all(), many=True, required=False)

    class Meta:
        model = Application
        fields = [*DRAFT_FIELDS, "facts", "files"]


class NewApplicationInput(ApplicationInput):
    """One of ``project``, ``enterprise`` and ``outside``."""

    programme = ById(queryset=Programme.objects.all())
    project = ById(queryset=Project.objects.all(), required=False, allow_null=True)
    enterprise = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)
    outside = OutsideInput(required=False, allow_null=True)

    class Meta(ApplicationInput.Meta):
        fields = ["programme", "project", "enterprise", "outside", *ApplicationInput.Meta.fields]
        extra_kwargs = {"title": {"required": False}}


class ApplicationLogSerializer(RecordSerializer):
    step = serializers.CharField(source="step.kind", allow_null=True, default=None, read_only=True)
    left_by = NameOf(allow_null=True)
    days = serializers.SerializerMethodField(help_text="Whole days there, up to today while it is open.")
    round = serializers.IntegerField(source="batch.round_id", allow_null=True, default=None, read_only=True)
    notice = serializers.IntegerField(source="batch.notice_id", allow_null=True, default=None, read_only=True)

    class Meta:
        model = StepLog
        fields = [
            "id",
            "state",
            "step",
            "entered_at",
            "entered_on",
            "left_at",
            "left_on",
            "left_by",
            "days",
            "result",
            "reason",
            "remarks",
            "round",
            "notice",
            "line",
        ]

    def get_days(self, row: StepLog) -> int:
        return days_between(row.entered_on, row.left_on, self.context["today"])


class CheckApplicationInput(StrictSerializer):
    result = serializers.ChoiceField(choices=StepResult.choices)
    reason = serializers.CharField(**WORDS)
    remarks = serializers.DictField(
        child=serializers.CharField(max_length=2000),
        required=False,
        help_text="Where it is sent back: field → what is to be put right.",
    )


class MoveApplicationInput(StrictSerializer):
    result = serializers.ChoiceField(choices=StepResult.choices)
    reason = serializers.CharField(**WORDS)


class WithdrawApplicationInput(StrictSerializer):
    reason = serializers.CharField(max_length=3000)


class StartReviewInput(StrictSerializer):
    step = serializers.IntegerField(min_value=1, help_text="Id of the step.")
    applications = ById(queryset=Application.objects.all(), many=True, required=False)
    opens_on = serializers.DateField(required=False, allow_null=True)
    closes_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(**WORDS)


class StepNoticeInput(StrictSerializer):
    step = serializers.IntegerField(min_value=1, help_text="Id of the step.")
    applications = ById(queryset=Application.objects.all(), many=True, required=False)
    title = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    on = serializers.DateField(help_text="First day on show.")


class StepBatchSerializer(RecordSerializer):
    class Meta:
        model = StepBatch
        fields = ["id", "step", "number", "round", "notice", "created_at"]


class InstalmentPlanInput(StrictSerializer):
    amount = serializers.DecimalField(max_digits=18, decimal_places=2)
    due_on = serializers.DateField()
    condition = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class GrantAgreementInput(InputSerializer):
    evidence = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)
    plan = InstalmentPlanInput(many=True, help_text="Totals the approved amount exactly.")

    class Meta:
        model = GrantAgreement
        fields = ["number", "signed_on", "evidence", "note", "plan"]


class GrantAgreementSerializer(RecordSerializer):
    entered_by = NameOf(allow_null=True)

    class Meta:
        model = GrantAgreement
        fields = ["id", "application", "number", "signed_on", "evidence", "note", "entered_at", "entered_by"]


class CloseApplicationInput(StrictSerializer):
    reason = serializers.CharField(**WORDS)


class ApplicationClawbackInput(StrictSerializer):
    amount = serializers.DecimalField(max_digits=18, decimal_places=2)
    reason = serializers.CharField(max_length=300)
    on = serializers.DateField(required=False, allow_null=True)
    evidence = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)
    key = serializers.CharField(max_length=80, required=False, help_text="So that it is booked once.")
