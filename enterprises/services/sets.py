"""Many enterprises at once: what ``create_enterprise`` stores, in a few statements for all of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import translation

from accounts.models import User
from core import history
from core.copying import copy_in
from core.saving import values_of
from enterprises.models import Enterprise
from enterprises.services.companies import FIELDS


def insert_enterprises(enterprises: Sequence[Enterprise], *, actor: User, at: datetime) -> None:
    """New enterprises whose values were checked, with their history, inside the caller's transaction."""
    if not enterprises:
        return
    for row in enterprises:
        row.index_names()
    copy_in(enterprises)
    _remember("enterprise.created", enterprises, actor=actor, at=at)


def remove_enterprises(enterprises: Sequence[Enterprise], *, actor: User, at: datetime) -> None:
    """Delete enterprises that nothing hangs on; their history says what they were."""
    if not enterprises:
        return
    _remember("enterprise.deleted", enterprises, actor=actor, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM enterprises_enterprise WHERE id = ANY(%s)", [[row.pk for row in enterprises]]
        )


def _remember(action: str, enterprises: Sequence[Enterprise], *, actor: User, at: datetime) -> None:
    by_chain: dict[str, list[history.Change]] = defaultdict(list)
    with translation.override(settings.LANGUAGE_CODE):  # as ``history.label_of`` does for one
        for row in enterprises:
            values = values_of(row, FIELDS)
            changes = (
                history.changed_fields({}, values)
                if action == "enterprise.created"
                else {name: [value, None] for name, value in values.items()}
            )
            change = history.Change(action, row._meta.label_lower, str(row.pk), str(row)[:300], changes)
            by_chain[row.chain].append(change)
    for chain in sorted(by_chain):
        history.record_many(chain=chain, changes=by_chain[chain], actor=actor, at=at)
