"""Files of a project as a whole: attach, take off, verify."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core.web.errors import shown_on, status_of, told_to
from evidence.enums import EvidenceKind
from evidence.models import EvidenceFile
from evidence.services import classify_evidence, verify_evidence
from projects import services
from projects.models import Project
from projects.web.access import visible_project, writable_project
from projects.web.fact_forms import AttachForm
from projects.web.facts import PartlyStored, store_files


def _back(project: Project) -> str:
    return reverse("project-detail", args=[project.pk]) + "#evidence"


@login_required
@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Several files at once; the good ones are attached even when another is refused."""
    project = writable_project(request, pk)
    if request.method != "POST":
        kind = request.GET.get("kind", "")
        start = {"kind": kind if kind in EvidenceKind.values else EvidenceKind.OTHER}
        form = AttachForm(initial=start, project=project)
        return render(request, "projects/attach.html", {"project": project, "form": form})
    form = AttachForm(request.POST, request.FILES, project=project)
    if form.is_valid():
        kind, there = form.cleaned_data["kind"], list(form.cleaned_data.get("existing", ()))
        with shown_on(form):
            try:
                files = store_files(request, project, form.cleaned_data["files"], kind=kind)
            except PartlyStored as error:
                _attach(request, project, [*there, *error.stored], kind)
                raise
            _attach(request, project, [*there, *files], kind)
            return redirect(_back(project))
    return render(request, "projects/attach.html", {"project": project, "form": form}, status=status_of(form))


def _attach(request: HttpRequest, project: Project, files: list[EvidenceFile], kind: str) -> None:
    """Attach them as what the form says they are. A file that serves elsewhere too stays what it is there."""
    user: Any = request.user
    for file in files:
        at = timezone.now()
        services.attach_file(project=project, file=file, actor=user, at=at)
        if file.kind == kind:
            continue
        if file.is_verified or file.project_links.exclude(project=project).exists():
            messages.info(
                request,
                _("“%(file)s” was already stored as “%(kind)s” and stays that.")
                % {"file": file.title, "kind": file.get_kind_display()},
            )
        else:
            classify_evidence(file=file, kind=kind, actor=user, at=at)
    if files:
        words = ngettext("%(count)d file is attached.", "%(count)d files are attached.", len(files))
        messages.success(request, words % {"count": len(files)})


def _file(request: HttpRequest, pk: int) -> EvidenceFile:
    return get_object_or_404(EvidenceFile.objects.visible_to(request.user), pk=pk)


@login_required
@require_POST
def detach(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    project = writable_project(request, pk)
    file = _file(request, file_pk)
    user: Any = request.user
    with told_to(request):
        services.detach_file(project=project, file=file, actor=user, at=timezone.now())
        messages.success(
            request, _("“%(file)s” is taken off the project; it stays stored.") % {"file": file.title}
        )
    return redirect(_back(project))


@login_required
@require_POST
def verify_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    project = visible_project(request, pk)
    file = _file(request, file_pk)
    user: Any = request.user
    with told_to(request):
        verify_evidence(file=file, actor=user, at=timezone.now())
        messages.success(request, _("“%(file)s” is verified.") % {"file": file.title})
    return redirect(_back(project))
