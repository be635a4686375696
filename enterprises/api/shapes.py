"""Serializers made from the models themselves, for kinds that differ in their fields only."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from core.api.serializers import ById, InputSerializer, NameOf, RecordSerializer
from evidence.models import EvidenceFile


def shape_of(model: type[models.Model], names: Iterable[str], *, verifiable: bool = True) -> Any:
    """What a record looks like: its fields, who entered, verified or returned it."""
    tail = [f"{act}_{part}" for act in ("entered", "verified", "returned") for part in ("at", "by")]
    tail = [*tail, "return_reason"] if verifiable else []

    class Meta:
        pass

    Meta.model = model  # type: ignore[attr-defined]
    Meta.fields = ["id", *names, *tail, "updated_at"]  # type: ignore[attr-defined]
    members: dict[str, Any] = {"Meta": Meta, "__doc__": model.__doc__}
    if verifiable:
        members |= {"entered_by": NameOf()}
        members |= {name: NameOf(allow_null=True) for name in ("verified_by", "returned_by")}
    return type(f"{model.__name__}Serializer", (RecordSerializer,), members)


def input_of(
    model: type[models.Model], names: Iterable[str], *, parent: str = "", optional: Iterable[str] = ()
) -> Any:
    """What may be sent: the fields, and for a new record what it hangs on, by id."""
    fields = [*([parent] if parent else []), *names]

    class Meta:
        pass

    Meta.model = model  # type: ignore[attr-defined]
    Meta.fields = fields  # type: ignore[attr-defined]
    Meta.extra_kwargs = {name: {"required": False} for name in optional}  # type: ignore[attr-defined]
    members: dict[str, Any] = {"Meta": Meta}
    if "evidence" in fields:
        members["evidence"] = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)
    if parent:
        related: Any = model._meta.get_field(parent).related_model
        members[parent] = ById(queryset=related.objects.all())
    prefix = "New" if parent else ""
    return type(f"{prefix}{model.__name__}Input", (InputSerializer,), members)
