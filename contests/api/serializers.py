"""What contests, entries, rounds, challenges and bids look like to programs."""

from typing import Any

from rest_framework import serializers

from contests.enums import EntryRefusal
from contests.models import (
    Award,
    Bid,
    Challenge,
    Contest,
    ContestRound,
    Division,
    Entry,
    KeptFile,
    Milestone,
    PromotionLine,
    SealedOffer,
    Target,
    runs_contests,
)
from contests.services import (
    CHALLENGE_FIELDS,
    CONTEST_FIELDS,
    DIVISION_FIELDS,
    ENTRY_FIELDS,
    MILESTONE_FIELDS,
    ROUND_FIELDS,
    TARGET_FIELDS,
)
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
from ledger.models import Budget
from projects.models import Project, Sector
from reviews.enums import DayCount

PERSONAL = ("contact_name", "phone", "email")


class ContestSerializer(RecordSerializer):
    park = CodeOf()
    hosts: Any = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)

    class Meta:
        model = Contest
        fields = ["id", "park", *CONTEST_FIELDS, "hosts", "provenance", "version", "updated_at"]


class ContestDivisionSerializer(RecordSerializer):
    incubator = CodeOf(allow_null=True)

    class Meta:
        model = Division
        fields = ["id", "contest", *DIVISION_FIELDS, "version", "updated_at"]


class KeptFileSerializer(RecordSerializer):
    """A file that came with an entry or a bid; its bytes: GET contest-files/<id>/."""

    class Meta:
        model = KeptFile
        fields = ["id", "original_name", "content_type", "size", "sha256", "received_on"]


class FilesInput(serializers.Serializer[Any]):
    """``files`` as parts of multipart/form-data, beside the other fields."""

    files = serializers.ListField(
        child=serializers.FileField(), required=False, max_length=3, help_text="At most three files."
    )


class ContestEntrySerializer(RecordSerializer):
    """``contact_name``, ``phone`` and ``email`` are masked for all but the park administrator."""

    park = CodeOf()
    incubator = CodeOf(allow_null=True)
    field = CodeOf(allow_null=True)
    judged_by = NameOf(allow_null=True)
    files = KeptFileSerializer(many=True)
    receipt = serializers.CharField(help_text="The number by which the team speaks of its entry.")

    class Meta:
        model = Entry
        fields = [
            "id",
            "park",
            "incubator",
            "division",
            "receipt",
            *ENTRY_FIELDS,
            "files",
            "source",
            "state",
            "refusal",
            "refusal_words",
            "received_on",
            "judged_at",
            "judged_by",
            "withdrawn_on",
            "lead",
            "project",
            "provenance",
            "version",
            "updated_at",
        ]

    def to_representation(self, instance: Entry) -> dict[str, Any]:
        shown = dict(super().to_representation(instance))
        if not runs_contests(self.context["request"].user, instance.park_id):
            shown |= {name: masked(shown[name]) for name in PERSONAL}
        return shown


class ContestEntryInput(FilesInput, InputSerializer):
    division = ById(queryset=Division.objects.all())
    incubator = ByCode(queryset=Incubator.objects.all(), required=False, allow_null=True)
    field = ByCode(queryset=Sector.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Entry
        fields = ["division", "incubator", *ENTRY_FIELDS, "files"]


class EntryRefusalInput(StrictSerializer):
    refusal = serializers.ChoiceField(choices=EntryRefusal.choices)
    words = serializers.CharField(max_length=2000, help_text="For the team.")


class PromotionLineSerializer(RecordSerializer):
    class Meta:
        model = PromotionLine
        fields = ["entry", "mark", "place", "is_tied", "by_rule", "is_promoted", "reason"]


class ContestRoundSerializer(RecordSerializer):
    """``promotion`` is for those who read the park as a whole; others find null."""

    promotion = serializers.SerializerMethodField()

    class Meta:
        model = ContestRound
        fields = ["id", "contest", *ROUND_FIELDS, "review_round", "promotion", "version", "updated_at"]

    def get_promotion(self, round: ContestRound) -> dict[str, Any] | None:
        promotion = getattr(round, "promotion", None)
        if promotion is None or not self.context["reads_park"](round.park_id):
            return None
        return {
            "state": promotion.state,
            "rule": promotion.rule,
            "version": promotion.version,
            "decided_by": promotion.decided_by.username if promotion.decided_by else None,
            "confirmed_by": promotion.confirmed_by.username if promotion.confirmed_by else None,
            "notice": promotion.notice_id,
            "lines": PromotionLineSerializer(promotion.lines.all(), many=True).data,
        }


class EntryReasonInput(StrictSerializer):
    entry = serializers.IntegerField()
    reason = serializers.CharField(max_length=2000)


class PromotionDecisionInput(StrictSerializer):
    chosen = serializers.ListField(child=serializers.IntegerField(), max_length=2000)
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    reasons = EntryReasonInput(many=True, required=False)
    expected_version = serializers.IntegerField(required=False, allow_null=True, default=None)


class PromotionNoticeInput(StrictSerializer):
    on = serializers.DateField()
    days = serializers.IntegerField(min_value=1, max_value=90)
    day_count = serializers.ChoiceField(choices=DayCount.choices, required=False, default=DayCount.WORKING)
    text = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")


class ReasonedInput(StrictSerializer):
    reason = serializers.CharField(max_length=2000)


class ChallengeTargetSerializer(RecordSerializer):
    class Meta:
        model = Target
        fields = ["id", *TARGET_FIELDS, "measured"]


class ChallengeMilestoneSerializer(RecordSerializer):
    judged_by = NameOf(allow_null=True)

    class Meta:
        model = Milestone
        fields = ["id", "position", *MILESTONE_FIELDS, "state", "words", "judged_by", "reason"]


class ChallengeAwardSerializer(RecordSerializer):
    decided_by = NameOf()
    confirmed_by = NameOf(allow_null=True)
    milestones = ChallengeMilestoneSerializer(many=True)

    class Meta:
        model = Award
        fields = ["bid", "amount", "reason", "decided_by", "confirmed_by", "commitment", "milestones"]


class ChallengeSerializer(RecordSerializer):
    """``award`` is for the park and for the operator of the team that was chosen."""

    park = CodeOf()
    field = CodeOf(allow_null=True)
    targets = ChallengeTargetSerializer(many=True)
    award = serializers.SerializerMethodField()

    class Meta:
        model = Challenge
        fields = ["id", "park", *CHALLENGE_FIELDS, "state", "targets", "award", "version", "updated_at"]

    def get_award(self, challenge: Challenge) -> dict[str, Any] | None:
        award = getattr(challenge, "award", None)
        if award is None or not self.context["reads_place"](challenge.park_id, award.bid.incubator_id):
            return None
        return dict(ChallengeAwardSerializer(award).data)


class ChallengeTargetInput(InputSerializer):
    class Meta:
        model = Target
        fields = list(TARGET_FIELDS)


class ChallengeInput(InputSerializer):
    park = ByCode(queryset=Park.objects.all())
    publisher = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)
    field = ByCode(queryset=Sector.objects.all(), required=False, allow_null=True)
    budget = ById(queryset=Budget.objects.all(), required=False, allow_null=True)
    targets = ChallengeTargetInput(many=True, required=False)

    class Meta:
        model = Challenge
        fields = ["park", *CHALLENGE_FIELDS, "targets"]


class BidOfferSerializer(RecordSerializer):
    class Meta:
        model = SealedOffer
        fields = ["price", "months", "proposal", "salt", "sha256"]


class BidSerializer(RecordSerializer):
    """``offer`` and ``files`` are null until the last day of bids is over, whatever the role."""

    incubator = CodeOf(allow_null=True)
    submitted_by = NameOf()
    bidder = serializers.CharField()
    offer = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()

    class Meta:
        model = Bid
        fields = [
            "id",
            "challenge",
            "number",
            "incubator",
            "bidder",
            "enterprise",
            "project",
            "organisation",
            "outside_name",
            "state",
            "offer",
            "files",
            "submitted_at",
            "submitted_by",
            "version",
            "updated_at",
        ]

    def get_offer(self, bid: Bid) -> dict[str, Any] | None:
        offer = self.context["offers"](bid)
        return dict(BidOfferSerializer(offer).data) if offer is not None else None

    def get_files(self, bid: Bid) -> list[dict[str, Any]] | None:
        if self.context["offers"](bid) is None:
            return None
        return list(KeptFileSerializer(bid.files.all(), many=True).data)


class BidInput(FilesInput, StrictSerializer):
    challenge = ById(queryset=Challenge.objects.all())
    incubator = ByCode(queryset=Incubator.objects.all(), required=False, allow_null=True)
    enterprise = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)
    project = ById(queryset=Project.objects.all(), required=False, allow_null=True)
    organisation = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)
    outside_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    price = serializers.DecimalField(max_digits=18, decimal_places=2)
    months = serializers.IntegerField(min_value=1, max_value=120)
    proposal = serializers.CharField(max_length=10_000)


class MilestoneInput(InputSerializer):
    class Meta:
        model = Milestone
        fields = list(MILESTONE_FIELDS)


class AwardInput(StrictSerializer):
    amount = serializers.DecimalField(max_digits=18, decimal_places=2)
    reason = serializers.CharField(max_length=3000)
    milestones = MilestoneInput(many=True)


class MeasuredInput(StrictSerializer):
    target = serializers.IntegerField()
    value = serializers.DecimalField(max_digits=18, decimal_places=4)


class MilestoneReportInput(StrictSerializer):
    words = serializers.CharField(max_length=5000)
    evidence = ById(queryset=EvidenceFile.objects.all(), many=True)
    measured = MeasuredInput(many=True, required=False)


class MilestoneAnswerInput(StrictSerializer):
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
