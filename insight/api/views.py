"""Due dates, notices, and what waits for verification, for programs."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Notice
from accounts.services import mark_notices_read
from core.api.pagination import invalid_parameter
from core.api.serializers import MomentField, StrictSerializer
from core.api.views import ApiView, ResourceViewSet
from core.due import waiting_items
from insight.selectors import links
from insight.selectors.due import HORIZON, due_for
from insight.selectors.home import InboxItem, inbox

MOST_WAITING = 200


class DueItemSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="Stable, such as `return` or `ticket`.")
    title = serializers.CharField()
    subject = serializers.CharField()
    on = serializers.DateField()
    place = serializers.CharField()
    owner = serializers.CharField(help_text="Who is in charge; empty: everyone of the place.")
    is_late = serializers.BooleanField()
    is_escalated = serializers.BooleanField(help_text="So late that the park administrator is told.")
    url = serializers.CharField(help_text="The page on which it is done.")


class DueAnswer(serializers.Serializer[Any]):
    results = DueItemSerializer(many=True)


class DueView(ApiView):
    """Everything with a date, soonest first, late things included."""

    @extend_schema(
        operation_id="due_items",
        summary="List what is due",
        parameters=[OpenApiParameter("until", str, description="Last day, by default in 90 days.")],
        responses=DueAnswer,
    )
    def get(self, request: Any) -> Response:
        today = timezone.localdate()
        typed = request.query_params.get("until", "")
        try:
            until = parse_date(typed) if typed else today + HORIZON
        except ValueError:
            until = None
        if until is None:
            raise invalid_parameter("until", _("Write a day like 2021-05-31."))
        rows = due_for(request.user, today=today, until=min(until, today + timedelta(days=3660)))
        return Response(
            {
                "results": [
                    {
                        "kind": row.item.kind,
                        "title": str(row.item.title),
                        "subject": row.item.subject,
                        "on": row.item.on,
                        "place": row.place,
                        "owner": row.owner,
                        "is_late": row.is_late,
                        "is_escalated": row.is_escalated,
                        "url": row.item.url,
                    }
                    for row in rows
                ]
            }
        )


class WaitingSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    word = serializers.CharField()
    label = serializers.CharField()
    place = serializers.CharField()
    since = MomentField()
    by = serializers.CharField()
    is_own = serializers.BooleanField(help_text="Entered by the caller: somebody else has to verify it.")
    url = serializers.CharField(help_text="The page on which it is verified or returned.")


class WaitingAnswer(serializers.Serializer[Any]):
    results = WaitingSerializer(many=True)


class WaitingView(ApiView):
    """What waits for the caller's verification, oldest first; at most 200."""

    @extend_schema(
        operation_id="waiting_items", summary="List what waits for verification", responses=WaitingAnswer
    )
    def get(self, request: Any) -> Response:
        rows: list[Any] = [*inbox(request.user, limit=MOST_WAITING)]
        rows += waiting_items(user=request.user, limit=MOST_WAITING)
        rows.sort(key=lambda row: row.since)
        return Response({"results": [_waiting(row) for row in rows[:MOST_WAITING]]})


def _waiting(row: Any) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "word": str(row.word),
        "label": row.label,
        "place": row.place,
        "since": row.since,
        "by": row.by,
        "is_own": row.is_own,
        "url": links.of_inbox(row) if isinstance(row, InboxItem) else row.url,
    }


class NoticeSerializer(serializers.ModelSerializer[Any]):
    """``text`` is in the caller's language."""

    text = serializers.CharField(read_only=True)
    created_at = MomentField()
    read_at = MomentField()

    class Meta:
        model = Notice
        fields = ["id", "kind", "text", "url", "created_at", "read_at"]


class ReadInput(StrictSerializer):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        max_length=500,
        help_text="Which notices; without it all.",
    )


class ReadAnswer(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread before.")


class NoticeViewSet(ResourceViewSet):
    """News for the caller, newest first."""

    queryset = Notice.objects.all()
    serializer_class = NoticeSerializer
    orderings = {"created_at": ("created_at",)}
    default_ordering = "-created_at"
    summaries = {"list": "List one's notices", "retrieve": "Read a notice"}

    @extend_schema(summary="Mark notices as read", request=ReadInput, responses=ReadAnswer)
    def read(self, request: Any) -> Response:
        values = self.checked_input(ReadInput)
        count = mark_notices_read(user=request.user, ids=values.get("ids"), at=self.at)
        return Response({"read": count})
