"""What experts, rounds, cases, marks and notices look like to programs."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
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
from incubators.models import Incubator, Organisation, Park
from projects.models import Project
from reviews.enums import AssignmentState, CaseResult, DayCount, Ruling
from reviews.models import (
    Assignment,
    Case,
    Criterion,
    Expert,
    Objection,
    PublicNotice,
    ReviewRound,
    Score,
    ScoreLine,
    reads_reviews,
    runs_reviews,
)
from reviews.services import EXPERT_FIELDS, OBJECTION_FIELDS, ROUND_FIELDS

PLAIN_EXPERT = [name for name in EXPERT_FIELDS if name not in ("user", "fields")]


class ExpertSerializer(RecordSerializer):
    """``phone`` and ``email`` are masked for those who do not run the reviews: they are personal data."""

    park = CodeOf()
    user = NameOf(allow_null=True)
    employer_organisation = CodeOf(allow_null=True)

    class Meta:
        model = Expert
        fields = ["id", "park", "user", *PLAIN_EXPERT, "provenance", "version", "created_at", "updated_at"]

    def get_fields(self) -> dict[str, Any]:
        codes = serializers.ListField(child=serializers.CharField(), help_text="Codes of sectors.")
        return {**super().get_fields(), "fields": codes}

    def to_representation(self, instance: Expert) -> dict[str, Any]:
        shown = dict(super().to_representation(instance))
        user = self.context["request"].user
        if not runs_reviews(user, instance.park_id) and instance.user_id != user.pk:
            shown["phone"], shown["email"] = masked(instance.phone), masked(instance.email)
        return shown


class ExpertInput(InputSerializer):
    user = serializers.SlugRelatedField(
        slug_field="username", queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    employer_organisation = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)
    employer_enterprise = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Expert
        fields = ["user", *PLAIN_EXPERT]

    def get_fields(self) -> dict[str, Any]:
        codes = serializers.ListField(
            child=serializers.CharField(max_length=40), required=False, max_length=30
        )
        return {**super().get_fields(), "fields": codes}


class NewExpertInput(ExpertInput):
    park = ByCode(queryset=Park.objects.all())

    class Meta(ExpertInput.Meta):
        fields = ["park", *ExpertInput.Meta.fields]


class CriterionSerializer(RecordSerializer):
    class Meta:
        model = Criterion
        fields = ["id", "position", "name", "guide", "max_points", "weight"]


class ReviewRoundSerializer(RecordSerializer):
    park = CodeOf()
    created_by = NameOf()
    closed_by = NameOf(allow_null=True)
    criteria = CriterionSerializer(many=True)

    class Meta:
        model = ReviewRound
        fields = [
            "id",
            "park",
            *ROUND_FIELDS,
            "state",
            "criteria",
            "provenance",
            "version",
            "created_at",
            "created_by",
            "closed_at",
            "closed_by",
            "updated_at",
        ]


class CriterionInput(InputSerializer):
    class Meta:
        model = Criterion
        fields = ["name", "guide", "max_points", "weight"]


class ReviewRoundInput(InputSerializer):
    criteria = CriterionInput(many=True, required=False, help_text="Replaces the criteria of a draft.")

    class Meta:
        model = ReviewRound
        fields = [*ROUND_FIELDS, "criteria"]


class NewReviewRoundInput(ReviewRoundInput):
    park = ByCode(queryset=Park.objects.all())

    class Meta(ReviewRoundInput.Meta):
        fields = ["park", *ReviewRoundInput.Meta.fields]


class ProposeInput(StrictSerializer):
    region = serializers.CharField(max_length=12, required=False, allow_blank=True, default="")


class PlanSerializer(serializers.Serializer[Any]):
    proposed = serializers.IntegerField(help_text="Assignments proposed; nobody is told yet.")
    missing = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many experts each case still lacks, by id."
    )


class InvitedSerializer(serializers.Serializer[Any]):
    invited = serializers.IntegerField()


class ReviewCaseSerializer(RecordSerializer):
    """An expert sees no result and, where applicants stay unnamed, no names; summary and files once he has
    declared his interests. An operator sees the result once it is final."""

    incubator = CodeOf(allow_null=True)
    result_by = NameOf(allow_null=True)
    confirmed_by = NameOf(allow_null=True)

    class Meta:
        model = Case
        fields = [
            "id",
            "round",
            "number",
            "subject_kind",
            "subject_id",
            "title",
            "applicant",
            "summary",
            "field",
            "enterprise",
            "project",
            "incubator",
            "files",
            "result",
            "result_reason",
            "result_at",
            "result_by",
            "confirmed_at",
            "confirmed_by",
            "version",
            "created_at",
            "updated_at",
        ]

    def to_representation(self, instance: Case) -> dict[str, Any]:
        shown = dict(super().to_representation(instance))
        user = self.context["request"].user
        if reads_reviews(user, instance.park_id):
            return shown
        hidden: set[str] = set() if instance.is_final else set(RESULT)
        states = [task.state for task in instance.assignments.all() if task.expert.user_id == user.pk]
        if states:
            hidden |= set(RESULT)
            if instance.round.hides_applicants:
                hidden |= {"applicant", "enterprise", "project", "incubator", "subject_kind", "subject_id"}
            if AssignmentState.INVITED in states:
                hidden |= {"summary", "files"}
        return {name: _empty(value) if name in hidden else value for name, value in shown.items()}


RESULT = ("result", "result_reason", "result_at", "result_by", "confirmed_at", "confirmed_by")


def _empty(value: Any) -> Any:
    """What stands in the place of something that the reader is not told."""
    return "" if isinstance(value, str) else [] if isinstance(value, list) else None


class NewReviewCaseInput(StrictSerializer):
    round = ById(queryset=ReviewRound.objects.all())
    subject_kind = serializers.SlugField(max_length=40)
    subject_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    title = serializers.CharField(max_length=300)
    applicant = serializers.CharField(max_length=300, required=False, allow_blank=True)
    summary = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    field = serializers.CharField(max_length=40, required=False, allow_blank=True)
    enterprise = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)
    project = ById(queryset=Project.objects.all(), required=False, allow_null=True)
    incubator = ByCode(queryset=Incubator.objects.all(), required=False, allow_null=True)
    files = ById(queryset=EvidenceFile.objects.all(), many=True, required=False)


class ReviewOutcomeSerializer(serializers.Serializer[Any]):
    """``mark`` and ``spread`` are null before the marks needed are there."""

    mark = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)
    spread = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)
    marks = serializers.ListField(child=serializers.DecimalField(max_digits=9, decimal_places=2))
    needed = serializers.IntegerField()
    steps = serializers.ListField(child=serializers.CharField(), help_text="The calculation, line by line.")
    result = serializers.CharField()
    reason = serializers.CharField()
    is_final = serializers.BooleanField()


class ResultInput(StrictSerializer):
    result = serializers.ChoiceField(choices=CaseResult.choices)
    reason = serializers.CharField(max_length=3000)


class AssignmentSerializer(RecordSerializer):
    class Meta:
        model = Assignment
        fields = [
            "id",
            "case",
            "expert",
            "state",
            "reasons",
            "invited_at",
            "declared_at",
            "conflict",
            "words",
            "version",
            "created_at",
            "updated_at",
        ]


class NewAssignmentInput(StrictSerializer):
    case = ById(queryset=Case.objects.all())
    expert = ById(queryset=Expert.objects.all())


class AssignmentAnswerInput(StrictSerializer):
    accept = serializers.BooleanField(help_text="Accepting declares that nothing ties you to the case.")
    conflict = serializers.BooleanField(default=False)
    words = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class WordsInput(StrictSerializer):
    words = serializers.CharField(max_length=2000)


class ReopenMarksInput(StrictSerializer):
    reason = serializers.CharField(max_length=2000)


class ScoreLineSerializer(RecordSerializer):
    class Meta:
        model = ScoreLine
        fields = ["criterion", "points", "words"]


class ScoreSerializer(RecordSerializer):
    lines = ScoreLineSerializer(many=True)

    class Meta:
        model = Score
        fields = ["id", "assignment", "edition", "mark", "comment", "is_current", "submitted_at", "lines"]


class LineInput(StrictSerializer):
    criterion = serializers.IntegerField(min_value=1)
    points = serializers.DecimalField(max_digits=6, decimal_places=2)
    words = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class NewScoreInput(StrictSerializer):
    assignment = ById(queryset=Assignment.objects.all())
    lines = LineInput(many=True)
    comment = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


class NoticeLineSerializer(StrictSerializer):
    label = serializers.CharField(max_length=300)
    detail = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class PublicNoticeSerializer(RecordSerializer):
    park = CodeOf()
    created_by = NameOf()
    withdrawn_by = NameOf(allow_null=True)
    lines = NoticeLineSerializer(many=True)

    class Meta:
        model = PublicNotice
        fields = [
            "id",
            "park",
            "subject_kind",
            "subject_id",
            "title",
            "text",
            "lines",
            "starts_on",
            "days",
            "day_count",
            "ends_on",
            "created_at",
            "created_by",
            "withdrawn_at",
            "withdrawn_by",
            "withdrawn_reason",
            "provenance",
            "version",
            "updated_at",
        ]


class NewNoticeInput(StrictSerializer):
    park = ByCode(queryset=Park.objects.all())
    subject_kind = serializers.SlugField(max_length=40)
    subject_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    title = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    lines = NoticeLineSerializer(many=True)
    starts_on = serializers.DateField()
    days = serializers.IntegerField(min_value=1, max_value=90)
    day_count = serializers.ChoiceField(choices=DayCount.choices, required=False)


class WithdrawNoticeInput(StrictSerializer):
    reason = serializers.CharField(max_length=2000)


class ObjectionSerializer(RecordSerializer):
    """``contact`` is masked for those who do not run the reviews: it is personal data."""

    entered_by = NameOf()
    ruled_by = NameOf(allow_null=True)

    class Meta:
        model = Objection
        fields = [
            "id",
            "notice",
            *OBJECTION_FIELDS,
            "evidence",
            "ruling",
            "ruling_reason",
            "ruled_at",
            "ruled_by",
            "entered_at",
            "entered_by",
            "version",
            "updated_at",
        ]

    def to_representation(self, instance: Objection) -> dict[str, Any]:
        shown = dict(super().to_representation(instance))
        if not runs_reviews(self.context["request"].user, instance.notice.park_id):
            shown["contact"] = masked(instance.contact)
        return shown


class NewObjectionInput(InputSerializer):
    notice = ById(queryset=PublicNotice.objects.all())
    evidence = ById(queryset=EvidenceFile.objects.all(), many=True, required=False)

    class Meta:
        model = Objection
        fields = ["notice", *OBJECTION_FIELDS, "evidence"]


class RulingInput(StrictSerializer):
    ruling = serializers.ChoiceField(choices=Ruling.choices)
    reason = serializers.CharField(max_length=3000)
