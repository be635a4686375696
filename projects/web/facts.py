"""Facts of a project: enter, correct, prove, verify, return, take back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.drafts import clear_draft
from core.errors import FieldError, Invalid
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of, told_to
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from projects import services
from projects.enums import FactKind
from projects.models import Project, ProjectFact
from projects.services.records import local_day
from projects.web.access import must_judge, verifier_of, visible_project, writable_project
from projects.web.fact_forms import FactForm, ProofForm, ReturnForm

#: What kind of paper usually proves which fact.
PAPERS = {
    FactKind.SIGNED: "agreement",
    FactKind.REGISTERED: "licence",
    FactKind.PAID_IN: "bank",
    FactKind.STARTED: "permit",
    FactKind.PRODUCING: "production",
}


def store_files(request: HttpRequest, project: Project, files: list[Any], *, kind: str) -> list[EvidenceFile]:
    """Store each file; the good ones stay even when another is refused. Raises ``Invalid`` for the others."""
    user: Any = request.user
    stored, refused = [], []
    for file in files:
        try:
            stored.append(
                store_evidence(
                    park=project.park,
                    incubator=project.incubator,
                    content=file,
                    name=file.name,
                    kind=kind,
                    actor=user,
                    at=timezone.now(),
                    provenance=project.provenance,
                )
            )
        except Invalid as error:
            refused.append(error)
    if refused:
        raise PartlyStored(
            " ".join(str(error) for error in refused),
            fields=[FieldError("files", f"{error} {error.fields[0].message}") for error in refused],
            stored=stored,
        )
    return stored


class PartlyStored(Invalid):
    """Some files were refused; ``stored`` are those that arrived."""

    def __init__(self, message: str, *, fields: Any, stored: list[EvidenceFile]) -> None:
        super().__init__(message, fields=fields)
        self.stored = stored


def _fact(request: HttpRequest, project: Project, fact_pk: int) -> ProjectFact:
    rows = ProjectFact.objects.visible_to(request.user).select_related("project", "entered_by")
    fact: ProjectFact = get_object_or_404(rows, pk=fact_pk, project=project)
    return fact


def _back(project: Project, kind: str) -> str:
    return reverse("project-detail", args=[project.pk]) + f"#fact-{kind}"


@login_required
@require_http_methods(["GET", "POST"])
def fact_enter(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    if kind not in FactKind.values:
        raise Http404
    project = writable_project(request, pk)
    user: Any = request.user
    key = f"fact-{pk}-{kind}".replace("_", "-")
    if request.method != "POST":
        today = local_day(incubator=project.incubator, park=project.park, at=timezone.now())
        start = {"on": today, "currency": "CNY" if kind == FactKind.PAID_IN else ""}
        initial, kept_at = initial_with_draft(request, key, start, several=frozenset({"existing"}))
        form = FactForm(initial=initial, project=project, kind=kind)
        return _page(request, project, form, kind=kind, key=key, kept_at=kept_at)
    form = FactForm(request.POST, request.FILES, project=project, kind=kind)
    arrived: list[EvidenceFile] = []
    if form.is_valid():
        data = form.cleaned_data
        with shown_on(form):
            try:
                arrived = store_files(request, project, data["files"], kind=PAPERS[FactKind(kind)])
            except PartlyStored as error:
                arrived = error.stored
                raise
            services.enter_fact(
                project=project,
                kind=kind,
                on=data["on"],
                amount=data["amount"],
                currency=data["currency"],
                note=data["note"],
                evidence=[*data.get("existing", ()), *arrived],
                actor=user,
                at=timezone.now(),
            )
            clear_draft(user=user, form=key)
            messages.success(
                request,
                _("“%(fact)s” is entered. It waits for %(who)s.")
                % {"fact": FactKind(kind).label, "who": verifier_of(project, kind)},
            )
            return redirect(_back(project, kind))
    form = _with_arrived(form, project, kind, arrived, request)
    return _page(request, project, form, kind=kind, key=key, status=status_of(form))


def _with_arrived(
    form: FactForm, project: Project, kind: str, arrived: list[EvidenceFile], request: HttpRequest
) -> FactForm:
    """The same form with the files that arrived ticked, so that they need not be sent again."""
    if not arrived:
        return form
    data = request.POST.copy()
    data.setlist("existing", [*request.POST.getlist("existing"), *(str(file.pk) for file in arrived)])
    again = FactForm(data, project=project, kind=kind)
    again.is_valid()
    for name, errors in form.errors.items():
        for message in errors:
            again.add_error(None if name == "__all__" else name, message)
    again.refusal = getattr(form, "refusal", None)  # type: ignore[attr-defined]
    return again


def _page(
    request: HttpRequest,
    project: Project,
    form: BaseForm,
    *,
    kind: str,
    key: str = "",
    fact: ProjectFact | None = None,
    kept_at: str = "",
    template: str = "projects/fact_form.html",
    status: int = 200,
) -> HttpResponse:
    context = {
        "project": project,
        "form": form,
        "fact": fact,
        "kind": kind,
        "kind_label": FactKind(kind).label,
        "paper": PAPERS[FactKind(kind)],
        "key": key,
        "kept_at": kept_at,
        "who": verifier_of(project, kind),
        "back": _back(project, kind),
    }
    return render(request, template, context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def fact_edit(request: HttpRequest, pk: int, fact_pk: int) -> HttpResponse:
    project = writable_project(request, pk)
    user: Any = request.user
    fact = _fact(request, project, fact_pk)
    initial = {"on": fact.on, "amount": fact.amount, "currency": fact.currency, "note": fact.note}
    form = FactForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        project=project,
        kind=fact.kind,
        with_files=False,
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            services.change_fact(fact=fact, values=form.cleaned_data, actor=user, at=timezone.now())
            messages.success(
                request,
                _("“%(fact)s” is corrected. It waits for %(who)s.")
                % {"fact": fact.get_kind_display(), "who": verifier_of(project, fact.kind)},
            )
            return redirect(_back(project, fact.kind))
    return _page(request, project, form, kind=fact.kind, fact=fact, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def fact_evidence(request: HttpRequest, pk: int, fact_pk: int) -> HttpResponse:
    project = writable_project(request, pk)
    user: Any = request.user
    fact = _fact(request, project, fact_pk)
    if request.method != "POST":
        form = ProofForm(project=project)
    else:
        form = ProofForm(request.POST, request.FILES, project=project)
        if form.is_valid():
            with shown_on(form):
                stored: list[EvidenceFile] = list(form.cleaned_data.get("existing", ()))
                try:
                    stored += store_files(
                        request, project, form.cleaned_data["files"], kind=PAPERS[FactKind(fact.kind)]
                    )
                except PartlyStored as error:
                    if error.stored:
                        services.add_fact_evidence(
                            fact=fact, files=[*stored, *error.stored], actor=user, at=timezone.now()
                        )
                    raise
                services.add_fact_evidence(fact=fact, files=stored, actor=user, at=timezone.now())
                messages.success(
                    request, _("The proof is attached to “%(fact)s”.") % {"fact": fact.get_kind_display()}
                )
                return redirect(_back(project, fact.kind))
    template = "projects/fact_proof.html"
    return _page(request, project, form, kind=fact.kind, fact=fact, template=template, status=status_of(form))


@login_required
@require_POST
def fact_unprove(request: HttpRequest, pk: int, fact_pk: int, file_pk: int) -> HttpResponse:
    """Take a file off an unverified fact."""
    project = writable_project(request, pk)
    user: Any = request.user
    fact = _fact(request, project, fact_pk)
    file = get_object_or_404(EvidenceFile.objects.visible_to(user), pk=file_pk)
    with told_to(request):
        services.remove_fact_evidence(fact=fact, file=file, actor=user, at=timezone.now())
        messages.success(
            request,
            _("“%(file)s” no longer proves “%(fact)s”; it stays stored.")
            % {"file": file.title, "fact": fact.get_kind_display()},
        )
    return redirect(_back(project, fact.kind))


@login_required
@require_POST
def fact_withdraw(request: HttpRequest, pk: int, fact_pk: int) -> HttpResponse:
    project = writable_project(request, pk)
    user: Any = request.user
    fact = _fact(request, project, fact_pk)
    with told_to(request):
        services.withdraw_fact(fact=fact, actor=user, at=timezone.now())
        messages.success(request, _("“%(fact)s” is taken back.") % {"fact": fact.get_kind_display()})
    return redirect(_back(project, fact.kind))


@login_required
@require_POST
def fact_verify(request: HttpRequest, pk: int, fact_pk: int) -> HttpResponse:
    """Who may do this is for the service to say; the finance officer may verify money without entering it."""
    project = visible_project(request, pk)
    user: Any = request.user
    fact = _fact(request, project, fact_pk)
    with told_to(request):
        services.verify_fact(fact=fact, actor=user, at=timezone.now())
        messages.success(request, _("“%(fact)s” is verified.") % {"fact": fact.get_kind_display()})
    return redirect(_back(project, fact.kind))


@login_required
@require_http_methods(["GET", "POST"])
def fact_return(request: HttpRequest, pk: int, fact_pk: int) -> HttpResponse:
    project = visible_project(request, pk)
    user: Any = request.user
    fact = _fact(request, project, fact_pk)
    must_judge(request, project, fact)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            reason = form.cleaned_data["reason"]
            services.return_fact(fact=fact, reason=reason, actor=user, at=timezone.now())
            messages.success(
                request, _("“%(fact)s” is returned with your words.") % {"fact": fact.get_kind_display()}
            )
            return redirect(_back(project, fact.kind))
    template = "projects/fact_return.html"
    return _page(request, project, form, kind=fact.kind, fact=fact, template=template, status=status_of(form))
