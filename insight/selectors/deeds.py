"""What was done, in words: the verb of a history entry and the name of what it was done to."""

from collections.abc import Mapping

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: The last part of an action, in words, with its icon.
VERBS: Mapping[str, tuple[str | Promise, str]] = {
    "created": (gettext_lazy("entered"), "plus"),
    "entered": (gettext_lazy("entered"), "plus"),
    "opened": (gettext_lazy("newly opened"), "plus"),
    "started": (gettext_lazy("started"), "plus"),
    "claimed": (gettext_lazy("entered"), "plus"),
    "proposed": (gettext_lazy("proposed"), "send"),
    "requested": (gettext_lazy("requested"), "send"),
    "submitted": (gettext_lazy("submitted"), "send"),
    "changed": (gettext_lazy("changed"), "pencil"),
    "saved": (gettext_lazy("saved"), "pencil"),
    "planned": (gettext_lazy("next step planned"), "calendar"),
    "corrected": (gettext_lazy("corrected"), "pencil"),
    "moved": (gettext_lazy("moved on"), "route"),
    "converted": (gettext_lazy("turned into a project"), "route"),
    "assigned": (gettext_lazy("put into somebody's hands"), "user"),
    "commented": (gettext_lazy("commented on"), "messages"),
    "resolved": (gettext_lazy("resolved"), "check"),
    "answered": (gettext_lazy("answered"), "check"),
    "agreed": (gettext_lazy("agreed"), "check"),
    "approved": (gettext_lazy("approved"), "check"),
    "verified": (gettext_lazy("verified"), "rosette-discount-check"),
    "admitted": (gettext_lazy("admitted"), "check"),
    "refused": (gettext_lazy("not accepted"), "x"),
    "decided": (gettext_lazy("decided on"), "scale"),
    "confirmed": (gettext_lazy("confirmed by a second person"), "rosette-discount-check"),
    "announced": (gettext_lazy("put on public show"), "news"),
    "filled": (gettext_lazy("entries put before it"), "inbox"),
    "reported": (gettext_lazy("reported as reached"), "flag"),
    "accepted": (gettext_lazy("accepted"), "check"),
    "became_lead": (gettext_lazy("became a lead"), "bulb"),
    "became_project": (gettext_lazy("became a project"), "route"),
    "reviewed": (gettext_lazy("put before experts"), "clipboard-check"),
    "returned": (gettext_lazy("returned"), "arrow-back-up"),
    "published": (gettext_lazy("published"), "world"),
    "imported": (gettext_lazy("taken over from the register"), "download"),
    "related": (gettext_lazy("related to another"), "link"),
    "ended": (gettext_lazy("brought to an end"), "flag"),
    "closed": (gettext_lazy("closed"), "lock"),
    "reopened": (gettext_lazy("opened again"), "refresh"),
    "proved": (gettext_lazy("proof added"), "paperclip"),
    "evidence": (gettext_lazy("proof added"), "paperclip"),
    "unproved": (gettext_lazy("proof taken away"), "trash"),
    "linked": (gettext_lazy("linked"), "link"),
    "committed": (gettext_lazy("money committed"), "coins"),
    "computed": (gettext_lazy("computed anew"), "sum"),
    "accrual": (gettext_lazy("booked into the shares"), "scale"),
    "settlement": (gettext_lazy("booked as settled"), "cash"),
    "reversal": (gettext_lazy("booked back"), "arrow-back-up"),
    "rejected": (gettext_lazy("rejected"), "circle-x"),
    "agreement": (gettext_lazy("agreement entered"), "certificate"),
    "clawed_back": (gettext_lazy("money asked back"), "coins"),
    "release_proposed": (gettext_lazy("giving money back proposed"), "coins"),
    "released": (gettext_lazy("money given back to the budget"), "coins"),
    "release_discarded": (gettext_lazy("proposal to give money back thrown away"), "trash"),
    "given_up": (gettext_lazy("award given up"), "flag"),
    "review_started": (gettext_lazy("put before experts"), "clipboard-check"),
    "notice_opened": (gettext_lazy("put on public show"), "news"),
    "merged": (gettext_lazy("merged into another"), "git-merge"),
    "took_over": (gettext_lazy("took over a duplicate"), "git-merge"),
    "merge_undone": (gettext_lazy("merge undone"), "refresh"),
    "separated": (gettext_lazy("merge undone"), "refresh"),
    "set_apart": (gettext_lazy("told apart from another"), "git-merge"),
    "undone": (gettext_lazy("undone"), "refresh"),
    "anonymised": (gettext_lazy("anonymised"), "eye-off"),
    "withdrawn": (gettext_lazy("withdrawn"), "trash"),
    "discarded": (gettext_lazy("discarded"), "trash"),
    "removed": (gettext_lazy("removed"), "trash"),
    "deleted": (gettext_lazy("deleted"), "trash"),
}


def deed(action: str, subject_type: str) -> tuple[str, str]:
    """Words and icon of an action that has no sentence of its own: “service ticket · resolved”.

    An unknown verb says that the record was changed; nobody reads codes.
    """
    verb, icon = VERBS.get(action.rpartition(".")[2], VERBS["changed"])
    name = _subject(subject_type)
    return (_("%(what)s · %(deed)s") % {"what": name, "deed": verb} if name else str(verb)), icon


def _subject(subject_type: str) -> str:
    try:
        return str(apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return ""
