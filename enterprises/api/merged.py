"""What a program hears that asks for a merged record: 409 with the id of the kept one, not its body."""

from typing import Any

from django.utils.translation import gettext as _

from core.errors import Conflict, FieldError


def refuse_merged(model: Any, user: Any, pk: int) -> None:
    """Raise ``Conflict`` when the record was merged and the person could see it; else do nothing."""
    kept = model.everything.visible_to(user).filter(pk=pk, merged_into__isnull=False).first()
    if kept is None:
        return
    while kept.merged_into_id is not None:
        kept = kept.merged_into
    raise Conflict(
        _("This record was merged into record %(id)d.") % {"id": kept.pk},
        code="merged",
        fields=[FieldError("merged_into", str(kept.pk), "merged")],
    )
