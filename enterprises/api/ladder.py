"""Where an enterprise stands on the growth ladder and what it lacks to each rung."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.api.views import ApiView
from enterprises.enums import LadderFactKey, RecognitionKind
from enterprises.facts import check_against, facts_of, known_of, rules_on, standing
from enterprises.ladder import BESIDE, RUNGS, UNITS, Check
from enterprises.models import Enterprise


class LadderLineSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField(help_text="In the caller's language.")
    unit = serializers.CharField(help_text="yuan, percent, people, months, points or yes_no (1 and 0)")
    clause = serializers.CharField()
    comparison = serializers.CharField()
    threshold = serializers.DecimalField(18, 4, allow_null=True)
    value = serializers.CharField(allow_null=True, help_text="What was used; null where nothing is known.")
    period = serializers.CharField(help_text="The year, years or day of the value.")
    verified = serializers.BooleanField(allow_null=True)
    answer = serializers.CharField(help_text="met, unmet, unknown, decision or not_applicable")
    gap = serializers.CharField(allow_null=True, help_text="Threshold minus value.")
    replaced = serializers.BooleanField(help_text="Another alternative is enough.")


class LadderRungSerializer(serializers.Serializer[Any]):
    rung = serializers.CharField()
    label = serializers.CharField()
    held_since = serializers.DateField(allow_null=True, help_text="Verified title that holds today.")
    held_until = serializers.DateField(allow_null=True)
    answer = serializers.CharField(allow_null=True, help_text="An estimate; null without thresholds.")
    source = serializers.CharField(help_text="Document that sets the thresholds, as reported.")
    valid_from = serializers.DateField(allow_null=True)
    is_example = serializers.BooleanField(help_text="Shipped with the product, to be checked every year.")
    lines = LadderLineSerializer(many=True)


class LadderSerializer(serializers.Serializer[Any]):
    enterprise = serializers.IntegerField()
    as_of = serializers.DateField()
    standing = serializers.CharField(allow_null=True, help_text="Highest rung held; null below the ladder.")
    rungs = LadderRungSerializer(many=True)


class LadderView(ApiView):
    """The growth ladder of one enterprise."""

    @extend_schema(
        summary="Read where an enterprise stands and what it lacks",
        description="Every line says the clause, the value used with its year, and the threshold. "
        "The answers are estimates: authorities decide.",
        responses=LadderSerializer,
    )
    def get(self, request: Any, pk: int) -> Response:
        enterprise = get_object_or_404(
            Enterprise.objects.visible_to(request.user).select_related("park", "incubator"), pk=pk
        )
        today = timezone.localdate()
        known = known_of([enterprise], day=today)[enterprise.pk]
        facts, rules = facts_of(known, day=today), rules_on(today, park_id=enterprise.park_id)
        now = standing(known.titles, day=today)
        held = {
            title.kind: title
            for title in known.titles
            if title.granted_on <= today and (title.expires_on is None or title.expires_on > today)
        }
        rungs = []
        for rung in (*RUNGS, *BESIDE):
            rule, title = rules.get(rung.value), held.get(rung.value)
            result = check_against(rule, facts) if rule else None
            rungs.append(
                {
                    "rung": rung.value,
                    "label": RecognitionKind(rung).label,
                    "held_since": title.granted_on if title else None,
                    "held_until": title.expires_on if title else None,
                    "answer": result.answer if result else None,
                    "source": rule.source if rule else "",
                    "valid_from": rule.starts_on if rule else None,
                    "is_example": rule.is_example if rule else False,
                    "lines": _lines(result) if result else [],
                }
            )
        return Response(
            {
                "enterprise": enterprise.pk,
                "as_of": today,
                "standing": now.kind if now else None,
                "rungs": rungs,
            }
        )


def _lines(result: Check) -> list[dict[str, Any]]:
    return [
        {
            "key": line.criterion.key,
            "label": str(LadderFactKey(line.criterion.key).label),
            "unit": UNITS[line.criterion.key],
            "clause": line.criterion.clause,
            "comparison": line.criterion.comparison,
            "threshold": line.criterion.value,
            "value": f"{line.fact.value:f}" if line.fact else None,
            "period": line.fact.period if line.fact else "",
            "verified": line.fact.is_verified if line.fact else None,
            "answer": str(line.answer),
            "gap": f"{line.gap:f}" if line.gap is not None else None,
            "replaced": line.is_replaced,
        }
        for line in result.lines
    ]
