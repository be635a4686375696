"""Inputs and answers about people and tokens."""

from typing import Any

from rest_framework import serializers

from accounts.enums import TokenScope
from accounts.models import ApiToken
from core.api.serializers import RecordSerializer, StrictSerializer


class SignInSerializer(StrictSerializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(TokenScope.choices),
        required=False,
        allow_empty=False,
        help_text="Fewer than all, if the token shall do less.",
    )


class IssuedTokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Shown this once; only its digest is stored.")
    expires_at = serializers.DateTimeField()
    scopes = serializers.ListField(child=serializers.ChoiceField(TokenScope.choices))


class TokenSerializer(RecordSerializer):
    class Meta:
        model = ApiToken
        fields = [
            "id",
            "name",
            "prefix",
            "scopes",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        ]
        read_only_fields = fields


class NewTokenSerializer(StrictSerializer):
    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(child=serializers.ChoiceField(TokenScope.choices), allow_empty=False)
    lifetime_days = serializers.IntegerField(min_value=1, max_value=366, default=90)


class NewTokenAnswerSerializer(TokenSerializer):
    token = serializers.CharField(help_text="Shown this once; only its digest is stored.")

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]
        read_only_fields = fields
