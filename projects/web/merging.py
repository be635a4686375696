"""Duplicates: pairs that may be one thing; both side by side; the merge, and its undoing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError, Refused
from core.models import HistoryEntry
from core.web.errors import sentence, told_to
from incubators.scope import Action, may_somewhere, require, scope_of
from projects import services
from projects.enums import RecordKind
from projects.models import Merge
from projects.reading.duplicates import duplicate_pairs, kept_record
from projects.reading.links import clashes_between, fields_of, links_of, model_of, rows_on
from projects.web.changes import ACTIONS, people_of

DETAIL = {"project": "project-detail", "enterprise": "enterprise-detail"}


def merged_elsewhere(request: HttpRequest, kind: str, pk: int) -> HttpResponse | None:
    """The way from a merged record's old address to the kept one; None when it was never merged.

    Whoever may see the merged record but not the kept one learns what happened from the page of the merge.
    """
    rows = model_of(kind).everything.visible_to(request.user).filter(merged_into__isnull=False)
    record = rows.filter(pk=pk).first()
    if record is None:
        return None
    kept = kept_record(record)
    if model_of(kind).objects.visible_to(request.user).filter(pk=kept.pk).exists():
        messages.info(request, _("“%(name)s” was merged into this record.") % {"name": record.name})
        return redirect(reverse(DETAIL[kind], args=[kept.pk]), permanent=False)
    last = Merge.objects.filter(**{f"merged_{kind}": record}, undone_at=None).first()
    return redirect("merge-detail", pk=last.pk) if last else None


@login_required
@require_GET
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Pairs that may be one project or one enterprise, with the reason."""
    if not may_somewhere(Action.ENTER, request.user):
        raise PermissionDenied(_("Only operators and park administrators can merge records."))
    kind = RecordKind.ENTERPRISE if request.GET.get("kind") == "enterprise" else RecordKind.PROJECT
    merges = (
        Merge.objects.visible_to(request.user)
        .filter(kind=kind)
        .select_related("merged_by", "undone_by", *(f"{side}_{kind}" for side in ("kept", "merged")))
    )
    context = {
        "kind": kind.value,
        "pairs": duplicate_pairs(request.user, kind),
        "merges": merges.order_by("-merged_at", "-pk")[:20],
    }
    return render(request, "projects/duplicates.html", context)


def _pair(request: HttpRequest, kind: str, first: int, second: int) -> tuple[Any, Any]:
    """Both records, or 404 for a stranger; 403 for whoever may not merge them."""
    if kind not in RecordKind.values or first == second:
        raise Http404
    user: Any = request.user
    rows = model_of(kind).objects.visible_to(user).select_related("park", "incubator")
    one, other = get_object_or_404(rows, pk=first), get_object_or_404(rows, pk=second)
    across = one.incubator_id != other.incubator_id
    try:
        require(
            Action.MANAGE if across else Action.ENTER,
            user=user,
            park_id=one.park_id,
            incubator_id=None if across else one.incubator_id,
        )
    except Refused as error:
        raise PermissionDenied(
            _("These are records of two incubators. Only the park administrator can merge them.")
            if across
            else str(error)
        ) from error
    return one, other


@login_required
@require_POST
def set_apart(request: HttpRequest, kind: str, first: int, second: int) -> HttpResponse:
    """Remember that these are two different ones."""
    one, other = _pair(request, kind, first, second)
    user: Any = request.user
    with told_to(request):
        services.set_apart(kind=kind, first=one, second=other, actor=user, at=timezone.now())
        messages.success(request, _("Remembered: these are two different ones. The pair is not shown again."))
    return redirect(reverse("duplicate-list") + f"?kind={kind}")


@login_required
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, kind: str, first: int, second: int) -> HttpResponse:
    """Both records side by side: which one is kept, whose value stays, what moves, what clashes."""
    kept, merged = _pair(request, kind, first, second)
    user: Any = request.user
    refusal, status = "", 200
    if request.method == "POST":
        try:
            done = services.merge_records(
                kind=kind,
                kept=kept,
                merged=merged,
                choices={name: request.POST[f"field-{name}"] for name in fields_of(kind)
                         if request.POST.get(f"field-{name}")},
                decisions={key.removeprefix("clash-"): value for key, value in request.POST.items()
                           if key.startswith("clash-")},
                reason=request.POST.get("reason", "")[:300],
                expected_versions=_versions(request),
                actor=user,
                at=timezone.now(),
            )  # fmt: skip
        except Refused as error:
            raise PermissionDenied(str(error)) from error
        except DomainError as error:
            refusal, status = sentence(error), 422 if error.code == "invalid" else 409
        else:
            messages.success(
                request,
                _("“%(merged)s” is merged into “%(kept)s”. It can be undone.")
                % {"merged": merged.name, "kept": kept.name},
            )
            return redirect("merge-detail", pk=done.pk)
    context = {
        "kind": kind,
        "kept": kept,
        "merged": merged,
        "fields": _fields(kind, kept, merged, request.POST),
        "clashes": _clashes(kind, kept, merged, request.POST),
        "moves": _moves(kind, kept, merged),
        "across": kept.incubator_id != merged.incubator_id,
        "detail_url": DETAIL[kind],
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "projects/merge.html", context, status=status)


def _versions(request: HttpRequest) -> tuple[int, int] | None:
    texts = (request.POST.get("kept_version", ""), request.POST.get("merged_version", ""))
    if all(text.isascii() and text.isdigit() and len(text) < 9 for text in texts):
        return int(texts[0]), int(texts[1])
    return None


def _fields(kind: str, kept: Any, merged: Any, posted: Any) -> list[dict[str, Any]]:
    """Fields that differ first; where the kept record says nothing, the other's value is offered."""
    rows = []
    for name in fields_of(kind):
        field = kept._meta.get_field(name)
        mine, theirs = _shown(kept, field), _shown(merged, field)
        if not mine and not theirs:
            continue
        rows.append(
            {
                "name": name,
                "label": field.verbose_name,
                "mine": mine,
                "theirs": theirs,
                "differs": mine != theirs,
                "chosen": posted.get(f"field-{name}") or ("merged" if theirs and not mine else "kept"),
            }
        )
    return sorted(rows, key=lambda row: not row["differs"])


def _shown(record: Any, field: Any) -> str:
    value = getattr(record, field.name)
    if field.choices and value:
        return str(getattr(record, f"get_{field.name}_display")())
    return "" if value is None else str(value)


def _clashes(kind: str, kept: Any, merged: Any, posted: Any) -> list[dict[str, Any]]:
    return [
        {
            "key": clash.key,
            "name": clash.link.name,
            "mine": _told(clash.mine),
            "theirs": _told(clash.theirs),
            "chosen": posted.get(f"clash-{clash.key}", ""),
        }
        for clash in clashes_between(kind, kept, merged)
        if clash.is_asked
    ]


def _told(row: Any) -> list[tuple[str, str]]:
    """What a row says, field by field, so that two of them can be compared."""
    told = []
    for field in row._meta.concrete_fields:
        if field.primary_key or field.name in ("version", "updated_at", "search_text", "sort_key"):
            continue
        if field.is_relation and field.name not in ("verified_by", "entered_by"):
            continue
        text = _shown(row, field)
        if text and text != "0":
            told.append((str(field.verbose_name), text[:160]))
    return told


def _moves(kind: str, kept: Any, merged: Any) -> list[dict[str, Any]]:
    """What hangs on the record that is merged and will hang on the kept one."""
    held = {(clash.link.label, clash.theirs.pk) for clash in clashes_between(kind, kept, merged)}
    found = []
    for link in links_of(kind):
        if link.model._meta.auto_created:
            continue
        rows = [row for row in rows_on(link, merged.pk) if (link.label, row.pk) not in held]
        if rows:
            names = [str(row) for row in rows[:12]]
            found.append({"name": link.model._meta.verbose_name_plural, "rows": names, "count": len(rows)})
    return found


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One merge: what was taken over and moved, the history of the merged record, and the way back."""
    user: Any = request.user
    record = _visible_merge(request, pk)
    kept, merged = record.kept, record.merged
    entries = list(
        HistoryEntry.objects.filter(
            subject_type=merged._meta.label_lower, subject_id=str(merged.pk)
        ).order_by("-at", "-sequence")[:50]
    )
    people = people_of(entries)
    context = {
        "merge": record,
        "kept": kept,
        "merged": merged,
        "sees_kept": model_of(record.kind).objects.visible_to(user).filter(pk=kept.pk).exists(),
        "detail_url": DETAIL[record.kind],
        "changed": [
            {"label": kept._meta.get_field(column).verbose_name, "before": pair[0], "after": pair[1]}
            for column, pair in record.changed.items()
            if not kept._meta.get_field(column).is_relation
        ],
        "moved": record.moved,
        "log": merged.stage_log.select_related("moved_by").order_by("-sequence")
        if record.kind == RecordKind.PROJECT
        else (),
        "entries": [
            {
                "at": entry.at,
                "who": people.get(entry.actor, entry.actor),
                "action": ACTIONS.get(entry.action, entry.action),
            }
            for entry in entries
        ],
        "may_undo": record.undone_at is None and _may_undo(user, record),
    }
    return render(request, "projects/merge_detail.html", context)


def _visible_merge(request: HttpRequest, pk: int) -> Merge:
    """Those of one's places; and whoever enters at the merged record's place may see where it has gone."""
    rows = Merge.objects.select_related(
        "merged_by", "undone_by", "park", "incubator",
        *(f"{side}_{kind}__{place}" for side in ("kept", "merged") for kind in ("project", "enterprise")
          for place in ("park", "incubator")),
    )  # fmt: skip
    record = get_object_or_404(rows, pk=pk)
    merged = record.merged
    scope = scope_of(request.user)
    if not scope.allows(Action.READ, park_id=merged.park_id, incubator_id=merged.incubator_id):
        raise Http404
    return record


def _may_undo(user: Any, record: Merge) -> bool:
    kept, merged = record.kept, record.merged
    if kept.incubator_id != merged.incubator_id:
        return scope_of(user).allows(Action.MANAGE, park_id=kept.park_id)
    return scope_of(user).allows(Action.ENTER, park_id=kept.park_id, incubator_id=kept.incubator_id)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Make two records of them again."""
    record = _visible_merge(request, pk)
    user: Any = request.user
    with told_to(request):
        services.undo_merge(merge=record, actor=user, at=timezone.now())
        messages.success(request, _("The merge is undone: both records are as they were."))
    return redirect("merge-detail", pk=pk)
