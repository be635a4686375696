"""Contacts: what reaches a person is kept out of the history."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid
from core.identifiers import masked
from core.models import Draft
from core.saving import assign, clean_text, save_checked, values_of
from incubators.models import Incubator, Park
from outreach.models import Contact
from outreach.models.contacts import REACH
from outreach.services.records import lock, touch
from projects.services.records import check_place

FIELDS = (
    "name_zh",
    "name_en",
    "organisation",
    "organisation_name",
    "position",
    "phone",
    "email",
    "wechat",
    "tags",
    "note",
    "external_id",
)
MOST_TAGS = 12
#: Values of these are written to the history masked: it can only be added to, and a person may ask to be
#: forgotten.
PERSONAL = ("name_zh", "name_en", *REACH)
#: Emptied when a person is anonymised, besides the Chinese name, which becomes a label.
FORGOTTEN = ("name_en", *REACH, "position", "note", "external_id")
#: Chinese and English label of a person who is not to be known any more.
ANONYMOUS = ("匿名联系人", "Anonymous contact")


def create_contact(
    *,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> Contact:
    """Record a person one speaks with."""
    check_place(park, incubator, actor)
    contact = Contact(
        park=park, incubator=incubator, provenance=provenance, entered_by=actor, created_at=at, updated_at=at
    )
    with transaction.atomic():
        assign(contact, clean(values), allowed=FIELDS)
        save_checked(contact)
        changes = history.changed_fields(values_of(Contact(), FIELDS), values_of(contact, FIELDS))
        _remember(contact, "contact.created", changes, actor, at)
    return contact


@transaction.atomic
def update_contact(
    *,
    contact: Contact,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Contact:
    locked = lock(contact, actor=actor, expected_version=expected_version)
    _check_known(locked)
    before = values_of(locked, FIELDS)
    assign(locked, clean(values), allowed=FIELDS)
    changes = history.changed_fields(before, values_of(locked, FIELDS))
    if not changes:
        return locked
    touch(locked, at=at)
    save_checked(locked)
    _remember(locked, "contact.changed", changes, actor, at)
    return locked


@transaction.atomic
def anonymise_contact(
    *, contact: Contact, actor: User, at: datetime, expected_version: int | None = None
) -> Contact:
    """Forget the person, as he asked: a neutral label instead of the name, and nothing that leads to him.

    There is no way back. Talks, leads and the organisation stay; drafts of changes to the contact go. The
    history says who did it and when and which fields were emptied, never what stood in them.
    """
    locked = lock(contact, actor=actor, expected_version=expected_version)
    _check_known(locked)
    emptied = [name for name in FORGOTTEN if getattr(locked, name)]
    for name in FORGOTTEN:
        setattr(locked, name, "")
    locked.name_zh, locked.name_en = ANONYMOUS
    locked.anonymised_at, locked.anonymised_by = at, actor
    touch(locked, at=at)
    save_checked(locked)
    Draft.objects.filter(form=f"contact-{locked.pk}").delete()
    _remember(locked, "contact.anonymised", {"emptied": [[], ["name_zh", *emptied]]}, actor, at)
    return locked


def _check_known(contact: Contact) -> None:
    if contact.anonymised_at is not None:
        raise Conflict(
            _("This person has been anonymised; the record no longer changes. Record the person anew."),
            code="anonymised",
        )


def clean(values: Mapping[str, Any]) -> dict[str, Any]:
    """Tags as a list without empty ones and repetitions, at most twelve."""
    cleaned = dict(values)
    if "tags" in cleaned:
        given = cleaned["tags"] or []
        tags: Collection[Any] = given.replace("，", ",").split(",") if isinstance(given, str) else given
        words = [clean_text(tag, field="tags") for tag in tags]
        cleaned["tags"] = list(dict.fromkeys(word for word in words if word))
        if len(cleaned["tags"]) > MOST_TAGS:
            message = _("Give at most %(most)d tags.") % {"most": MOST_TAGS}
            raise Invalid(message, fields=[FieldError("tags", message, "too_many")])
    return cleaned


def _remember(
    contact: Contact, action: str, changes: Mapping[str, list[Any]], actor: User, at: datetime
) -> None:
    """The act with its fields, but neither the name nor what reaches the person."""
    hidden = {
        name: [_hidden(name, value) for value in pair] if name in PERSONAL else pair
        for name, pair in changes.items()
    }
    label = f"{Contact._meta.model_name} #{contact.pk}"
    change = history.Change(action, contact._meta.label_lower, str(contact.pk), label, hidden)
    history.record_many(chain=contact.chain, changes=[change], actor=actor, at=at)


def _hidden(name: str, value: str) -> str:
    return masked(value) if name in REACH else value[:1] + "*" * bool(value[1:])
