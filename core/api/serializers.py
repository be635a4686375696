"""Serializers that every app's API builds on."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.validators import UniqueValidator


class StrictSerializer(serializers.Serializer[Any]):
    """Input that refuses names it doesn't know: a misspelt field must not vanish silently."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := sorted(set(data) - set(self.fields))):
            message = _("This field is not known here. Known fields: %(known)s.") % {
                "known": ", ".join(self.fields)
            }
            raise serializers.ValidationError(
                {str(name)[:80]: [serializers.ErrorDetail(message, "unknown_field")] for name in unknown}
            )
        return super().to_internal_value(data)


class FieldErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Name of the field, empty for the record as a whole.")
    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField(help_text="What is wrong and what to do, in the caller's language.")


class MissingSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable, for programs.")
    errors = FieldErrorSerializer(many=True, required=False)
    missing = MissingSerializer(many=True, required=False, help_text="What a stage gate still asks for.")
    missing_scope = serializers.CharField(required=False, help_text="The scope that the token lacks.")
    current = serializers.DictField(required=False, help_text="The record as it is now (412).")
    submitted = serializers.DictField(required=False, help_text="What was sent (412).")


class MomentField(serializers.DateTimeField):
    """A moment, answered in UTC with Z whatever the server's time zone."""

    def to_representation(self, value: Any) -> Any:
        return value


class RecordSerializer(serializers.ModelSerializer[Any]):
    """What a record looks like to programs."""

    serializer_field_mapping = {**serializers.ModelSerializer.serializer_field_mapping}
    serializer_field_mapping[models.DateTimeField] = MomentField


class CodeOf(serializers.SlugRelatedField[Any]):
    """A linked record by its code."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="code", read_only=True, **options)


class NameOf(serializers.SlugRelatedField[Any]):
    """A person by user name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="username", read_only=True, **options)


class InputSerializer(StrictSerializer, serializers.ModelSerializer[Any]):
    """Types, lengths and choices of a model's fields, without asking the database.

    Whether a value is unique is decided once, by the service and the constraints.
    """

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        field_class, options = super().build_standard_field(field_name, model_field)
        if "validators" in options:
            options["validators"] = [
                item for item in options["validators"] if not isinstance(item, UniqueValidator)
            ]
        return field_class, options

    def get_uniqueness_extra_kwargs(
        self, field_names: Any, declared_fields: Any, extra_kwargs: Any
    ) -> tuple[Any, dict[str, Any]]:
        return extra_kwargs, {}

    def get_validators(self) -> list[Any]:
        return []


class ByCode(serializers.SlugRelatedField[Any]):
    """A linked record named by its code, among those the caller may see."""

    default_error_messages = {"does_not_exist": _("“{value}” was not found.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="code", **options)

    def get_queryset(self) -> Any:
        return _visible(self)


class ById(serializers.PrimaryKeyRelatedField[Any]):
    """A linked record named by its id, among those the caller may see."""

    default_error_messages = {"does_not_exist": _("“{pk_value}” was not found.")}

    def get_queryset(self) -> Any:
        return _visible(self)


def _visible(field: Any) -> Any:
    queryset = field.queryset.all()
    request = field.context.get("request")
    if request is not None and hasattr(queryset, "visible_to"):
        return queryset.visible_to(request.user)
    return queryset
