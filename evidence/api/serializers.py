"""What a stored file looks like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import CodeOf, NameOf, RecordSerializer, StrictSerializer
from evidence.enums import EvidenceKind
from evidence.models import EvidenceFile
from incubators.api.scoping import PlaceFields


class EvidenceSerializer(RecordSerializer):
    park = CodeOf()
    incubator = CodeOf(allow_null=True)
    uploaded_by = NameOf()
    verified_by = NameOf(allow_null=True)
    content_url = serializers.SerializerMethodField()

    class Meta:
        model = EvidenceFile
        fields = [
            "id",
            "park",
            "incubator",
            "kind",
            "title",
            "original_name",
            "content_type",
            "size",
            "sha256",
            "provenance",
            "uploaded_at",
            "uploaded_by",
            "verified_at",
            "verified_by",
            "updated_at",
            "content_url",
        ]

    def get_content_url(self, record: Any) -> str:
        return f"/api/v1/evidence/{record.pk}/content/"


class UploadInput(PlaceFields, StrictSerializer):
    file = serializers.FileField(
        allow_empty_file=True, max_length=255, help_text="The service says what is wrong with it."
    )
    kind = serializers.ChoiceField(EvidenceKind.choices, default=EvidenceKind.OTHER)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
