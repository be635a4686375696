"""What every liaison record shares in the API: its place, linked records, people by name."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from core.api.serializers import (
    ById,
    CodeOf,
    RecordSerializer,
    StrictSerializer,
)
from evidence.models import EvidenceFile

PLACED = ["id", "park", "incubator"]
KEPT = ["provenance", "version", "created_at", "updated_at"]
NEW = ["incubator", "park"]


class ByName(serializers.SlugRelatedField[Any]):
    """A person by user name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="username", queryset=User.objects.filter(is_active=True), **options)


class PlacedSerializer(RecordSerializer):
    park = CodeOf()
    incubator = CodeOf(allow_null=True)


def optional(field: type[Any], model: Any) -> Any:
    return field(queryset=model.objects.all(), required=False, allow_null=True)


def evidence_ids() -> Any:
    return ById(queryset=EvidenceFile.objects.all(), many=True, required=False)


class LiaisonReasonInput(StrictSerializer):
    reason = serializers.CharField(max_length=1000)
