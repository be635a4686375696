"""How an edition, its divisions and its rounds are written by programs."""

from contests.models import Contest, ContestRound, Division
from contests.services import CONTEST_FIELDS, DIVISION_FIELDS, ROUND_FIELDS
from core.api.serializers import ByCode, ById, InputSerializer
from incubators.models import Incubator, Organisation, Park
from projects.models import Sector
from reviews.models import Criterion, ReviewRound


class ContestInput(InputSerializer):
    hosts = ByCode(queryset=Organisation.objects.all(), many=True, required=False)
    fields_of_work = ByCode(
        queryset=Sector.objects.all(),
        many=True,
        required=False,
        help_text="Sectors of the teams.",
    )

    class Meta:
        model = Contest
        fields = [*CONTEST_FIELDS, "hosts", "fields_of_work"]


class NewContestInput(ContestInput):
    park = ByCode(queryset=Park.objects.all())

    class Meta(ContestInput.Meta):
        fields = ["park", *ContestInput.Meta.fields]


class ContestDivisionInput(InputSerializer):
    incubator = ByCode(queryset=Incubator.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Division
        fields = list(DIVISION_FIELDS)


class NewContestDivisionInput(ContestDivisionInput):
    contest = ById(queryset=Contest.objects.all())

    class Meta(ContestDivisionInput.Meta):
        fields = ["contest", *ContestDivisionInput.Meta.fields]


class ScoreCriterionInput(InputSerializer):
    class Meta:
        model = Criterion
        fields = ["name", "guide", "max_points", "weight"]


class ReviewOfRoundInput(InputSerializer):
    criteria = ScoreCriterionInput(many=True, allow_empty=False)

    class Meta:
        model = ReviewRound
        fields = ["kind", "method", "marks_needed", "criteria"]


class ContestRoundInput(InputSerializer):
    """``review`` with ``criteria`` opens the score sheet of the round; both stay once they are there."""

    division = ById(queryset=Division.objects.all(), required=False, allow_null=True)
    review = ReviewOfRoundInput(required=False)

    class Meta:
        model = ContestRound
        fields = [*ROUND_FIELDS, "review"]


class NewContestRoundInput(ContestRoundInput):
    contest = ById(queryset=Contest.objects.all())

    class Meta(ContestRoundInput.Meta):
        fields = ["contest", *ContestRoundInput.Meta.fields]
