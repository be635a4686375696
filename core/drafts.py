"""Drafts: what a person typed into a form and has not sent, kept through sign-out and lost lines.

A draft belongs to one person and one form (such as ``project-new`` or ``project-7``); nobody else reads it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Invalid
from core.models import Draft

LARGEST_DRAFT = 200_000  # characters of all its values together
MOST_DRAFTS = 100  # of one person; the oldest goes first
_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,118}")


def save_draft(*, user: Any, form: str, data: Mapping[str, Sequence[str]], at: datetime) -> Draft:
    """Keep what is typed so far, in place of what was kept before. ``data`` maps a field to its values.

    Raises ``Invalid`` for a form name that cannot be one and for more text than any form holds.
    """
    if not _FORM.fullmatch(form):
        raise Invalid(_("This draft has no proper name."), code="form")
    kept = {_storable(name): [_storable(value) for value in values] for name, values in data.items()}
    if sum(len(name) + sum(map(len, values)) for name, values in kept.items()) > LARGEST_DRAFT:
        raise Invalid(_("This is too much text for a draft. Submit it in parts."), code="too_large")
    with transaction.atomic():
        draft, created = Draft.objects.update_or_create(
            user=user, form=form, defaults={"data": kept, "updated_at": at}
        )
        if created:
            newest = Draft.objects.filter(user=user).order_by("-updated_at", "-pk").values("pk")
            Draft.objects.filter(user=user).exclude(
                pk__in=list(newest[:MOST_DRAFTS].values_list("pk", flat=True))
            ).delete()
    return draft


def _storable(text: str) -> str:
    """Without NUL and lone surrogates, which JSON in the database cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def clear_draft(*, user: Any, form: str) -> None:
    """Forget the draft: it was sent, or is not wanted any more."""
    Draft.objects.filter(user=user, form=form).delete()


def draft_of(user: Any, form: str) -> Draft | None:
    """What this person left in this form."""
    return Draft.objects.filter(user=user, form=form).first()
