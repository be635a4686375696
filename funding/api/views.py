"""Policies for programs: the register, versions, and the questions they answer."""

from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.api.views import ResourceViewSet
from funding import services
from funding.api import serializers as shapes
from funding.models import Policy, PolicyVersion
from funding.report import ask, asked_as_data
from incubators.api.scoping import ByCodeOrId
from incubators.scope import Action, require, require_somewhere

QUESTION = OpenApiExample(
    "First recognition as a high-tech enterprise",
    value={
        "facts": {"recognised": True, "first_time": True, "deductible_rd_yuan": 2999999},
        "as_of": "2022-06-30",
        "overrides": {},
    },
    request_only=True,
)


class PolicyFilter(django_filters.FilterSet):
    park = django_filters.CharFilter("park__code", label="Code of the park")
    library = django_filters.BooleanFilter(
        "park", lookup_expr="isnull", label="Only the library, or only parks"
    )

    class Meta:
        model = Policy
        fields = ["status", "computability", "region_zh", "base", "without_application"]


class PolicyViewSet(ByCodeOrId, ResourceViewSet):
    """Policies of the library, open to everybody with a place, and those of one's own parks."""

    queryset = Policy.objects.all()
    serializer_class = shapes.PolicySerializer
    filterset_class = PolicyFilter
    orderings = {"code": ("code",), "updated_at": ("updated_at",)}
    default_ordering = "code"
    search_column = "search_text"
    select = ("park",)
    prefetch = ("versions",)
    summaries = {"list": "List policies", "retrieve": "Read a policy"}
    write_scope = "write"

    @extend_schema(
        summary="Add a policy of a park", request=shapes.PolicyInput, responses={201: shapes.PolicySerializer}
    )
    def create(self, request: Any) -> Response:
        require_somewhere(Action.MANAGE, user=request.user)
        values = self.checked_input(shapes.PolicyInput)
        policy = services.create_policy(
            park=values.pop("park"), values=values, actor=request.user, at=self.at
        )
        found = self.get_queryset().get(pk=policy.pk)
        return self.answer(found, 201, {"Location": f"/api/v1/policies/{policy.code}/"})

    @extend_schema(
        summary="Change the description of a policy",
        request=shapes.PolicyChangeInput(partial=True),
        responses=shapes.PolicySerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        policy = self.get_object()
        require(Action.MANAGE, user=request.user, park_id=policy.park_id)
        self.check_if_match(policy)
        services.update_policy(
            policy=policy,
            values=self.checked_input(shapes.PolicyChangeInput, partial=True),
            actor=request.user,
            at=self.at,
            expected_version=policy.version,
        )
        return self.answer(self.get_object())

    @extend_schema(
        summary="Ask a policy",
        description="Facts in; the amount, each condition with its clause, a trace and what would change the "
        "answer out. Results keep the names of the policy register (`award_yuan`, `cap_binds`). Nothing is "
        "stored, overrides least of all. An unknown fact, a wrong kind of value, negative money or a day on "
        "which no version holds is refused with the name of the key.",
        request=shapes.QuestionInput,
        responses={200: shapes.PolicyAnswerSerializer},
        examples=[QUESTION],
    )
    def evaluate(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        policy = self.get_object()
        values = self.checked_input(shapes.QuestionInput)
        asked = ask(
            policy=policy,
            facts=values["facts"],
            as_of=values.get("as_of"),
            overrides=values.get("overrides"),
            today=timezone.localdate(self.at),
        )
        return Response(asked_as_data(asked))

    @extend_schema(
        summary="Copy a policy into a park",
        description="The words and the terms of an example become a draft that the park may change.",
        request=shapes.CopyPolicyInput,
        responses={201: shapes.PolicyVersionSerializer},
    )
    def copy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        policy = self.get_object()
        require_somewhere(Action.MANAGE, user=request.user)
        values = self.checked_input(shapes.CopyPolicyInput)
        version = services.copy_policy(policy=policy, actor=request.user, at=self.at, **values)
        body = shapes.PolicyVersionSerializer(version, context=self.get_serializer_context()).data
        return Response(body, status=201, headers={"Location": f"/api/v1/policy-versions/{version.pk}/"})

    @extend_schema(
        summary="Say how two policies stand to each other",
        request=shapes.RelationInput,
        responses={204: None},
    )
    def relate(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        policy = self.get_object()
        require(Action.MANAGE, user=request.user, park_id=policy.park_id)
        values = self.checked_input(shapes.RelationInput)
        other = get_object_or_404(Policy.objects.visible_to(request.user), code=values.pop("other"))
        services.relate_policies(policy=policy, other=other, actor=request.user, at=self.at, **values)
        return Response(status=204)

    @extend_schema(
        summary="Start a draft of a policy", request=None, responses={201: shapes.PolicyVersionSerializer}
    )
    def start(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        policy = self.get_object()
        require(Action.MANAGE, user=request.user, park_id=policy.park_id)
        version = services.start_version(policy=policy, actor=request.user, at=self.at)
        body = shapes.PolicyVersionSerializer(version, context=self.get_serializer_context()).data
        return Response(body, status=201, headers={"Location": f"/api/v1/policy-versions/{version.pk}/"})


class PolicyVersionFilter(django_filters.FilterSet):
    policy = django_filters.CharFilter("policy__code", label="Code of the policy")

    class Meta:
        model = PolicyVersion
        fields = ["state"]


class PolicyVersionViewSet(ResourceViewSet):
    """Versions of policies: terms as data with the time in which they hold. Drafts only for who manages
    them."""

    queryset = PolicyVersion.objects.all()
    serializer_class = shapes.PolicyVersionSerializer
    filterset_class = PolicyVersionFilter
    orderings = {"number": ("number",), "updated_at": ("updated_at",)}
    default_ordering = "-updated_at"
    select = ("policy", "policy__park")
    summaries = {"list": "List versions of policies", "retrieve": "Read a version of a policy"}

    def _mine(self) -> PolicyVersion:
        version: PolicyVersion = self.get_object()
        require(Action.MANAGE, user=self.request.user, park_id=version.policy.park_id)
        return version

    @extend_schema(
        summary="Change a draft",
        request=shapes.VersionInput(partial=True),
        responses=shapes.PolicyVersionSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        version = self._mine()
        self.check_if_match(version)
        services.save_version(
            version=version,
            values=self.checked_input(shapes.VersionInput, partial=True),
            actor=request.user,
            at=self.at,
            expected_version=version.version,
        )
        return self.answer(self.get_object())

    @extend_schema(summary="Throw a draft away", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        version = self._mine()
        self.check_if_match(version)
        services.discard_version(version=version, actor=request.user, at=self.at)
        return Response(status=204)

    @extend_schema(
        summary="Publish a draft",
        description="From the day on it holds and never changes; the version before it ends on that day. All "
        "worked examples must come out.",
        request=shapes.PublishVersionInput,
        responses=shapes.PolicyVersionSerializer,
    )
    def publish(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        version = self._mine()
        self.check_if_sent(version)
        values = self.checked_input(shapes.PublishVersionInput)
        services.publish_version(version=version, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="End a published version",
        request=shapes.EndVersionInput,
        responses=shapes.PolicyVersionSerializer,
    )
    def end(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        version = self._mine()
        values = self.checked_input(shapes.EndVersionInput)
        services.end_version(version=version, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())
