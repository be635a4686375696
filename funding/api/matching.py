"""Entitlements, questions and proposals for programs."""

from datetime import date
from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.api.pagination import invalid_parameter
from core.api.serializers import CodeOf, MomentField, NameOf, RecordSerializer
from core.api.views import ApiView, ResourceViewSet
from core.errors import FieldError, Invalid
from enterprises.models import Enterprise
from funding import services
from funding.enums import Entitlement, GrantProposalState
from funding.facts import Applicant
from funding.models import Policy, PolicyVersion, Proposal, StatedPolicyFact
from funding.render.trace import label_of_fact
from funding.report import asked_as_data
from funding.report.matching import Match, Matches, Question, inputs_of, matches_of
from incubators.scope import Action, require, require_somewhere
from projects.models import Project

DAY = OpenApiParameter("day", date, description="Policies and facts of this day; without it, today.")


class AsideSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="exclusive, higher or same_base")
    policy = serializers.CharField()
    clause = serializers.CharField()
    text = serializers.CharField()


class EntitlementSerializer(serializers.Serializer[Any]):
    policy = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    example = serializers.BooleanField(help_text="Of the library, not of the park: never in a sum.")
    entitlement = serializers.ChoiceField(choices=Entitlement.choices)
    amount = serializers.CharField(
        allow_null=True, help_text="In whole units; a ceiling where up_to is true."
    )
    currency = serializers.CharField()
    up_to = serializers.BooleanField()
    counts = serializers.BooleanField(help_text="Whether the amount stands in the total.")
    without_application = serializers.BooleanField()
    asides = AsideSerializer(many=True)
    facts = serializers.DictField(help_text="Each fact used: value, origin, label, as_of, verified.")
    answer = serializers.DictField(help_text="Conditions with clauses, trace, what would change it.")


class QuestionSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())
    policy = serializers.CharField(help_text="Send this with the answer.")
    for_one_policy = serializers.BooleanField(help_text="The answer counts for this policy alone.")
    settles = serializers.ListField(child=serializers.CharField())


class EntitlementsSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    totals = serializers.DictField(child=serializers.CharField(), help_text="By currency.")
    question = QuestionSerializer(allow_null=True)
    described = serializers.ListField(child=serializers.CharField(), help_text="Codes of texts to read.")
    results = EntitlementSerializer(many=True)


class PolicyFactInput(serializers.Serializer[Any]):
    """``enterprise`` or ``project``, and the answer to a question of ``policy``."""

    enterprise = serializers.IntegerField(required=False)
    project = serializers.IntegerField(required=False)
    policy = serializers.CharField(max_length=60)
    key = serializers.CharField(max_length=60)
    value = serializers.JSONField(help_text="true or false, a number, text with a point, or a list of sums.")
    on = serializers.DateField(required=False, help_text="As of this day; without it, today.")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class StatedPolicyFactSerializer(RecordSerializer):
    policy = CodeOf(allow_null=True)
    entered_by = NameOf()
    entered_at = MomentField()

    class Meta:
        model = StatedPolicyFact
        fields = [
            "id",
            "enterprise",
            "project",
            "policy",
            "key",
            "value",
            "on",
            "note",
            "entered_at",
            "entered_by",
        ]


def day_of(request: Any) -> date:
    text = request.query_params.get("day", "")
    if not text:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid_parameter("day", _("Write a day like 2021-05-31.")) from None


class EnterpriseEntitlementsView(ApiView):
    """What the policies in force give one enterprise."""

    @extend_schema(
        summary="Read what an enterprise is entitled to",
        description="Every policy in force on the day: entitled, nearly, missing facts, a decision, or not; "
        "with amount, clauses, facts with their sources, and what would change it.",
        parameters=[DAY],
        responses=EntitlementsSerializer,
    )
    def get(self, request: Any, pk: int) -> Response:
        rows = Enterprise.objects.visible_to(request.user).select_related("park", "incubator")
        return Response(as_data(matches_of(get_object_or_404(rows, pk=pk), day=day_of(request))))


class ProjectEntitlementsView(ApiView):
    """What the policies in force give one project, with the facts of its enterprise."""

    @extend_schema(
        summary="Read what a project is entitled to", parameters=[DAY], responses=EntitlementsSerializer
    )
    def get(self, request: Any, pk: int) -> Response:
        return Response(as_data(matches_of(_project(request, pk), day=day_of(request))))


def _project(request: Any, pk: int) -> Project:
    rows = Project.objects.visible_to(request.user).select_related("park", "incubator", "enterprise")
    found: Project = get_object_or_404(rows, pk=pk)
    return found


class PolicyQuestionsView(ApiView):
    """The next question about an applicant, and its answer."""

    @extend_schema(
        summary="Read the next question of policies",
        description="The fact that settles most policies, cheap ones first. 204 when nothing is left to ask.",
        parameters=[
            OpenApiParameter("enterprise", int, description="Id of the enterprise, or"),
            OpenApiParameter("project", int, description="id of the project."),
            DAY,
        ],
        responses={200: QuestionSerializer, 204: None},
    )
    def get(self, request: Any) -> Response:
        applicant = _applicant(request, request.query_params)
        question = matches_of(applicant, day=day_of(request)).question
        return Response(status=204) if question is None else Response(question_as_data(question))

    @extend_schema(
        summary="Answer a question of policies",
        description="Kept beside the records, never in them; every policy that asks the same uses it.",
        request=PolicyFactInput,
        responses={201: StatedPolicyFactSerializer},
    )
    def post(self, request: Any) -> Response:
        require_somewhere(Action.ENTER, user=request.user)
        sent = PolicyFactInput(data=request.data)
        sent.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(sent.validated_data)
        applicant = _applicant(request, values)
        require(
            Action.ENTER, user=request.user, park_id=applicant.park_id, incubator_id=applicant.incubator_id
        )
        on = values.get("on") or timezone.localdate(self.at)
        policy = get_object_or_404(Policy.objects.visible_to(request.user), code=values["policy"])
        version = PolicyVersion.objects.on(on).filter(policy=policy).select_related("policy").first()
        if version is None:
            message = _("No version of this policy holds on that day.")
            raise Invalid(message, fields=[FieldError("on", message, "outside_validity")])
        said = services.state_policy_fact(
            applicant=applicant,
            version=version,
            key=values["key"],
            value=values["value"],
            on=on,
            note=values["note"],
            actor=request.user,
            at=self.at,
        )
        return Response(StatedPolicyFactSerializer(said).data, status=201)


def _applicant(request: Any, given: Any) -> Applicant:
    """The one applicant that is named; 404 for one that the caller may not see."""
    enterprise, project = given.get("enterprise"), given.get("project")
    if (enterprise is None) == (project is None):
        raise invalid_parameter("enterprise", _("Name one enterprise or one project by its id."))
    text = str(project if enterprise is None else enterprise)
    pk = int(text) if text.isdigit() and len(text) <= 18 else 0
    if enterprise is None:
        return _project(request, pk)
    rows = Enterprise.objects.visible_to(request.user).select_related("park", "incubator")
    found: Enterprise = get_object_or_404(rows, pk=pk)
    return found


def as_data(matches: Matches) -> dict[str, Any]:
    return {
        "as_of": matches.day.isoformat(),
        "totals": {currency: f"{amount:f}" for currency, amount in matches.totals().items()},
        "question": None if matches.question is None else question_as_data(matches.question),
        "described": [policy.code for policy in matches.described],
        "results": [_match(one) for one in matches.rows],
    }


def question_as_data(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "label": label_of_fact(question.spec),
        "kind": question.spec.kind,
        "choices": list(question.spec.choices),
        "policy": question.version.policy.code,
        "for_one_policy": question.policy is not None,
        "settles": [policy.code for policy in question.settles],
    }


def _match(one: Match) -> dict[str, Any]:
    return {
        "policy": one.policy.code,
        "name": one.policy.name_zh,
        "version": one.version.number,
        "example": one.is_example,
        "entitlement": one.entitlement.value,
        "amount": None if one.amount is None else f"{one.amount:f}",
        "currency": one.currency,
        "up_to": one.asked.terms.up_to,
        "counts": one.counts,
        "without_application": one.policy.without_application,
        "asides": [
            {"kind": str(aside.kind), "policy": aside.other.code, "clause": aside.clause, "text": aside.words}
            for aside in one.asides
        ],
        "facts": inputs_of(one.found),
        "answer": asked_as_data(one.asked),
    }


class GrantProposalSerializer(RecordSerializer):
    policy = serializers.CharField(source="version.policy.code")
    version = serializers.IntegerField(source="version.number")
    decided_by = NameOf()

    class Meta:
        model = Proposal
        fields = [
            "id", "policy", "version", "enterprise", "period", "amount", "currency", "state", "reason",
            "proposed_at", "decided_at", "decided_by", "updated_at",
        ]  # fmt: skip


class GrantDecisionInput(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=["accepted", "dismissed"])
    reason = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")


class ProposalFilter(django_filters.FilterSet):
    policy = django_filters.CharFilter("version__policy__code", label="Code of the policy")
    state = django_filters.ChoiceFilter(choices=GrantProposalState.choices)

    class Meta:
        model = Proposal
        fields = ["enterprise", "period"]


class ProposalViewSet(ResourceViewSet):
    """What the nightly sweep proposed: policies that need no application."""

    queryset = Proposal.objects.all()
    serializer_class = GrantProposalSerializer
    filterset_class = ProposalFilter
    orderings = {"proposed_at": ("proposed_at",), "updated_at": ("updated_at",)}
    default_ordering = "-proposed_at"
    select = ("version__policy", "enterprise__park", "decided_by")
    summaries = {"list": "List proposals without application", "retrieve": "Read a proposal"}

    @extend_schema(
        summary="Decide a proposal",
        description="By the park administrator; a dismissal says why.",
        request=GrantDecisionInput,
        responses=GrantProposalSerializer,
    )
    def decide(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        proposal = self.get_object()
        require(Action.MANAGE, user=request.user, park_id=proposal.enterprise.park_id)
        values = self.checked_input(GrantDecisionInput)
        services.decide_proposal(
            proposal=proposal,
            accept=values["decision"] == GrantProposalState.ACCEPTED,
            reason=values["reason"],
            actor=request.user,
            at=self.at,
        )
        return self.answer(self.get_object())
