"""Gate tables of a park: versions, the draft in a form, what it changes, and the day from which it holds."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from core.web.errors import shown_on, status_of, told_to
from incubators.models import Park
from incubators.scope import Action, scope_of
from projects import services
from projects.enums import GateTableStatus, Stage
from projects.models import GateTable
from projects.selectors import table_in_force, table_of
from projects.selectors.differences import Difference, differences
from projects.services.records import local_day
from projects.stages import ALWAYS_ASKED, ALWAYS_VERIFIED, PATH, Gate, Requirement
from projects.web.asked import name_of
from projects.web.gate_forms import GateForm, PublishForm, RowFormSet, rows_of, wanted_rows


def _manages(request: HttpRequest, park_id: int | None) -> bool:
    return park_id is not None and scope_of(request.user).allows(Action.MANAGE, park_id=park_id)


def _table(request: HttpRequest, pk: int) -> GateTable:
    rows = GateTable.objects.visible_to(request.user).select_related("park", "created_by", "published_by")
    table: GateTable = get_object_or_404(rows, pk=pk)
    return table


def _draft(request: HttpRequest, pk: int) -> GateTable:
    """404 for a stranger, 403 for a reader, and on to the page for what is published."""
    table = _table(request, pk)
    if not _manages(request, table.park_id):
        raise PermissionDenied(_("Only the park administrator can change the gates of a park."))
    return table


@login_required
@require_safe
def table_list(request: HttpRequest) -> HttpResponse:
    """The versions of each park one sees, the newest first, with the one in force marked."""
    today = timezone.localdate()
    tables = list(
        GateTable.objects.visible_to(request.user)
        .select_related("park", "created_by", "published_by")
        .order_by("-number")
    )
    places = scope_of(request.user).places(Action.MANAGE)
    managed = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    parks = {park.pk: park for park in managed.exclude(projects=None, incubators=None).distinct()}
    if not places.everywhere:
        parks = {park.pk: park for park in managed}
    parks |= {table.park_id: table.park for table in tables if table.park is not None}
    sections = [
        _section(
            park, [table for table in tables if table.park_id == park.pk], today, _manages(request, park.pk)
        )
        for park in sorted(parks.values(), key=lambda park: park.sort_key)
    ]
    default = [_row(table, today) for table in tables if table.park_id is None]
    return render(request, "projects/gate_tables.html", {"sections": sections, "default": default})


def _section(park: Park, tables: list[GateTable], today: Any, may_manage: bool) -> dict[str, Any]:
    rows = [_row(table, today) for table in tables]
    return {
        "park": park,
        "rows": rows,
        "may_manage": may_manage,
        "draft": next((table for table in tables if table.status == GateTableStatus.DRAFT), None),
        "own": any(row["state"] == "active" for row in rows),
    }


def _row(table: GateTable, today: Any) -> dict[str, Any]:
    return {"table": table, "state": _state(table, today)}


def _state(table: GateTable, today: Any) -> str:
    """draft, active (in force today), coming or expired."""
    if table.status == GateTableStatus.DRAFT or table.valid_from is None:
        return "draft"
    if table.valid_from > today:
        return "coming"
    return "expired" if table.valid_until and table.valid_until <= today else "active"


@login_required
@require_POST
def table_start(request: HttpRequest, code: str) -> HttpResponse:
    park = get_object_or_404(Park, code=code)
    scope = scope_of(request.user)
    if not scope.allows(Action.READ, park_id=park.pk) and park.pk not in scope.incubator_parks.values():
        raise Http404
    user: Any = request.user
    with told_to(request):
        table = services.start_gate_table(park=park, actor=user, at=timezone.now())
        messages.success(
            request, _("The draft holds everything that is in force today. Change it gate by gate.")
        )
        return redirect("gate-table-detail", pk=table.pk)
    return redirect("gate-table-list")


@login_required
@require_safe
def table_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Every gate of one version; of a draft also what it would change."""
    return _detail(request, _table(request, pk))


def _detail(request: HttpRequest, table: GateTable, form: PublishForm | None = None) -> HttpResponse:
    today = timezone.localdate()
    own = table_of(table)
    is_draft = table.status == GateTableStatus.DRAFT
    base = _base(table)
    changes = [_in_words(item) for item in differences(base, own)] if base is not None else []
    start = {"valid_from": today, "note": table.note, "version": table.version}
    context = {
        "table": table,
        "state": _state(table, today),
        "gates": [_gate(stage, own.gate(stage)) for stage in PATH[1:]],
        "is_draft": is_draft,
        "may_edit": is_draft and _manages(request, table.park_id),
        "may_start": not is_draft and _manages(request, table.park_id),
        "changes": changes,
        "form": form or PublishForm(initial=start),
        "has_base": base is not None,
    }
    return render(request, "projects/gate_table.html", context, status=status_of(context["form"]))


def _base(table: GateTable) -> Any:
    """What this version is compared with: for a draft what is in force, else the version before it."""
    if table.park is None:
        return None
    if table.status == GateTableStatus.DRAFT:
        today = local_day(incubator=None, park=table.park, at=timezone.now())
        return table_in_force(table.park.pk, on=today)
    before = (
        GateTable.objects.filter(park=table.park, status=GateTableStatus.PUBLISHED, number__lt=table.number)
        .order_by("-number")
        .first()
    )
    return table_of(before or GateTable.objects.filter(park=None, status=GateTableStatus.PUBLISHED).first())


def _gate(stage: str, gate: Gate) -> dict[str, Any]:
    return {
        "stage": stage,
        "label": capfirst(Stage(stage).label),
        "movers": [str(Role(code).label) for code in gate.movers],
        "second_person": gate.second_person,
        "days": gate.days,
        "rows": [
            {
                "name": capfirst(name_of(item.kind, item.key)),
                "message": _(item.message),
                "proof": item.proof,
                "verify": item.verify,
                "clause": item.clause,
                "locked": _is_locked(stage, item),
            }
            for item in gate.requirements
        ],
    }


def _is_locked(stage: str, item: Requirement) -> bool:
    return item.kind == "fact" and ALWAYS_ASKED.get(stage) == item.key


def _in_words(item: Difference) -> dict[str, Any]:
    """One difference as a line: added, removed or changed, with what was and what would be."""
    label = capfirst(Stage(item.stage).label)
    if isinstance(item.before, Gate) or isinstance(item.after, Gate):
        before, after = (_rules(gate) if isinstance(gate, Gate) else "" for gate in (item.before, item.after))
        return {
            "what": "changed",
            "stage": label,
            "name": _("Rules of the move"),
            "before": before,
            "after": after,
        }
    one: Requirement = item.after or item.before  # type: ignore[assignment]
    return {
        "what": item.what,
        "stage": label,
        "name": capfirst(name_of(one.kind, one.key)),
        "before": _demands(item.before) if item.before else "",
        "after": _demands(item.after) if item.after else "",
    }


def _rules(gate: Gate) -> str:
    words = [_("moved by: %(who)s") % {"who": ", ".join(str(Role(code).label) for code in gate.movers)}]
    words.append(_("decided by a second person") if gate.second_person else _("moved directly"))
    if gate.days:
        words.append(_("within %(days)d days") % {"days": gate.days})
    return " · ".join(words)


def _demands(item: Requirement) -> str:
    words = [_(item.message)]
    if item.proof:
        words.append(_("with proof"))
    if item.verify:
        words.append(_("verified by a second person"))
    if item.clause:
        words.append(item.clause)
    return " · ".join(words)


@login_required
@require_http_methods(["GET", "POST"])
def table_stage(request: HttpRequest, pk: int, stage: str) -> HttpResponse:
    """One gate of a draft in a form: who may move, and row by row what is asked."""
    table = _draft(request, pk)
    if stage not in PATH[1:]:
        raise Http404
    if table.status != GateTableStatus.DRAFT:
        return redirect("gate-table-detail", pk=pk)
    user: Any = request.user
    stored = table.gates.filter(stage=stage).prefetch_related("rows").first()
    if request.method == "POST":
        form, rows = GateForm(request.POST), RowFormSet(request.POST, prefix="rows")
        if form.is_valid() and rows.is_valid():
            with shown_on(form, names={"rows": "__all__"}):
                services.save_gate(
                    table=table,
                    stage=stage,
                    movers=form.cleaned_data["movers"],
                    second_person=form.cleaned_data["second_person"],
                    days=form.cleaned_data["days"],
                    rows=wanted_rows(rows),
                    expected_version=form.cleaned_data["version"],
                    actor=user,
                    at=timezone.now(),
                )
                messages.success(
                    request, _("The gate “%(stage)s” is saved in the draft.") % {"stage": Stage(stage).label}
                )
                return redirect(reverse("gate-table-detail", args=[pk]) + f"#gate-{stage}")
    else:
        initial = {
            "movers": stored.movers if stored else [],
            "second_person": stored.second_person if stored else False,
            "days": stored.days if stored else None,
            "version": table.version,
        }
        form, rows = GateForm(initial=initial), RowFormSet(initial=rows_of(stored), prefix="rows")
    context: Mapping[str, Any] = {
        "table": table,
        "stage": stage,
        "stage_label": Stage(stage).label,
        "form": form,
        "rows": rows,
        "locked": capfirst(name_of("fact", ALWAYS_ASKED[stage])) if stage in ALWAYS_ASKED else "",
        "always_verified": [name_of("fact", key) for key in sorted(ALWAYS_VERIFIED)],
    }
    status = (
        status_of(form)
        if form.is_bound and form.errors
        else 422
        if rows.is_bound and not rows.is_valid()
        else 200
    )
    return render(request, "projects/gate_stage.html", context, status=status)


@login_required
@require_POST
def table_publish(request: HttpRequest, pk: int) -> HttpResponse:
    table = _draft(request, pk)
    user: Any = request.user
    form = PublishForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            done = services.publish_gate_table(
                table=table,
                valid_from=form.cleaned_data["valid_from"],
                note=form.cleaned_data["note"],
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(
                request,
                _("Version %(number)s holds from %(day)s on. Earlier moves keep the version of their day.")
                % {"number": done.number, "day": done.valid_from},
            )
            return redirect("gate-table-detail", pk=pk)
    return _detail(request, _table(request, pk), form)


@login_required
@require_POST
def table_discard(request: HttpRequest, pk: int) -> HttpResponse:
    table = _draft(request, pk)
    user: Any = request.user
    with told_to(request):
        services.discard_gate_table(table=table, actor=user, at=timezone.now())
        messages.success(request, _("The draft is thrown away."))
    return redirect("gate-table-list")
