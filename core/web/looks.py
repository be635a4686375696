"""Words, colours and icons of every status and stage, fixed once, so that no two pages differ."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Look(NamedTuple):
    """Word, tone (a ``tone-*`` class) and icon of one status."""

    word: Words
    tone: str
    icon: str


STATUSES: dict[str, Look] = {
    # where a figure comes from
    "demo": Look(_("Example"), "plum", "flask"),
    "fictional": Look(_("Example"), "plum", "flask"),
    "demonstration": Look(_("Example"), "plum", "flask"),
    "recorded": Look(_("Recorded"), "quiet", "pencil"),
    "press": Look(_("Reported in the press"), "info", "news"),
    "reported": Look(_("Reported in the press"), "info", "news"),
    "entered": Look(_("Entered, not verified"), "quiet", "pencil"),
    "verified": Look(_("Verified"), "ok", "rosette-discount-check"),
    "published": Look(_("Published"), "ok", "world"),
    "estimate": Look(_("Estimate"), "warn", "hourglass"),
    # where a paper stands
    "draft": Look(_("Draft"), "quiet", "pencil"),
    "submitted": Look(_("Submitted"), "info", "send"),
    "pending": Look(_("Waiting for verification"), "warn", "clock"),
    "returned": Look(_("Returned"), "warn", "arrow-back-up"),
    "approved": Look(_("Approved"), "ok", "check"),
    "rejected": Look(_("Rejected"), "bad", "circle-x"),
    "expired": Look(_("Expired"), "quiet", "clock"),
    "revoked": Look(_("Revoked"), "bad", "ban"),
    "active": Look(_("Active"), "ok", "circle-check"),
    "frozen": Look(_("Frozen"), "accent", "lock"),
    "sealed": Look(_("Sealed"), "accent", "shield-lock"),
    # background work
    "queued": Look(_("Waiting to start"), "quiet", "clock"),
    "running": Look(_("Running"), "info", "rotate-clockwise"),
    "done": Look(_("Done"), "ok", "check"),
    "succeeded": Look(_("Done"), "ok", "check"),
    "failed": Look(_("Failed"), "bad", "alert-triangle"),
    "cancelled": Look(_("Cancelled"), "quiet", "ban"),
    # indicators
    "met": Look(_("Met"), "ok", "check"),
    "unmet": Look(_("Not met"), "bad", "x"),
    "unknown": Look(_("Unknown"), "quiet", "help-circle"),
    "missing": Look(_("Missing"), "warn", "alert-circle"),
}

STAGES: dict[str, tuple[str, str]] = {
    "lead": ("quiet", "bulb"),
    "screening": ("quiet", "messages"),
    "incubating": ("info", "seedling"),
    "accelerating": ("info", "rocket"),
    "relocating": ("warn", "plane-inflight"),
    "landed": ("accent", "map-pin"),
    "industrialising": ("accent", "building-factory-2"),
    "industrialised": ("ok", "building-factory-2"),
    "alumni": ("ok", "school"),
    "suspended": ("warn", "player-pause"),
    "moved_elsewhere": ("plum", "plane-departure"),
    "terminated": ("bad", "player-stop"),
}

QUALIFIERS: dict[str, Words] = {
    "above": _("above"), "nearly": _("nearly"), "approx": _("about"), "about": _("about"),
    "at_least": _("at least"), "at_most": _("at most"), "up_to": _("up to"), "target": _("target"),
    "planned": _("planned"), "estimate": _("estimate"), "forecast": _("forecast"),
    "exact": "", "unknown": "", "": "",
}  # fmt: skip

FILE_ICONS = {
    "pdf": "file-type-pdf", "xlsx": "file-type-xls", "xls": "file-type-xls", "csv": "table",
    "docx": "file-type-docx", "doc": "file-type-docx", "zip": "file-zip", "png": "photo", "jpg": "photo",
    "jpeg": "photo", "webp": "photo", "json": "api", "txt": "file-text",
}  # fmt: skip
