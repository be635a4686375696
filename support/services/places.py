"""What tickets, mentors and services have in common: whose they are, and what may be linked to them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import FieldError, Invalid
from evidence.models import EvidenceFile
from incubators.models import Incubator, Park
from incubators.scope import Action, require


def check_place(park: Park, incubator: Incubator | None, actor: User) -> None:
    """The person may enter records there, and the incubator is one of the park."""
    require(Action.ENTER, user=actor, park_id=park.pk, incubator_id=incubator.pk if incubator else None)
    if incubator is not None and incubator.park_id != park.pk:
        message = _("The incubator does not belong to this park.")
        raise Invalid(message, fields=[FieldError("incubator", message, "other_park")])


def check_linked(record: Any, names: Iterable[str]) -> None:
    """Linked projects, enterprises and mentors are of the same park and, where they have one, incubator."""
    for name in names:
        linked = getattr(record, name)
        if linked is None:
            continue
        park_id = record.incubator.park_id if record.incubator is not None else record.park_id
        elsewhere = linked.incubator_id not in (None, record.incubator_id) and record.incubator is not None
        if linked.park_id != park_id or elsewhere:
            message = _("Choose one of the records of this incubator.")
            raise Invalid(message, fields=[FieldError(name, message, "not_found")])


def check_files(record: Any, files: Sequence[EvidenceFile]) -> None:
    """Files of another incubator prove nothing here."""
    place = (record.incubator.park_id if record.incubator else record.park_id, record.incubator_id)
    if any((file.park_id, file.incubator_id) != place for file in files):
        message = _("This file belongs to another incubator.")
        raise Invalid(message, fields=[FieldError("evidence", message, "not_found")])


def required_text(values: Mapping[str, Any], name: str, message: str) -> None:
    """Words that a person has to give."""
    if name in values and not str(values[name] or "").strip():
        raise Invalid(message, fields=[FieldError(name, message, "required")])
