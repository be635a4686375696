"""The form of an application: what the applicant writes, and the facts of the policy with their sources."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from applications import selectors, services
from applications.models import Application
from applications.services.drafts import NOTHING
from applications.web.access import application_of, refuse_readers, stored
from applications.web.forms import AMOUNT_FACT, DraftForm, StatedFacts
from core.drafts import clear_draft, draft_of
from core.errors import Conflict, DomainError, Invalid, Refused
from core.web.drafts import initial_with_draft
from core.web.errors import put_on, shown_on, status_of
from evidence.models import EvidenceFile
from funding.calculator import FactSpec
from funding.enums import FactOrigin
from funding.facts import NEVER_ASKED
from funding.models import PolicyVersion
from funding.render.trace import label_of_fact
from funding.report.answers import ask_version
from funding.report.matching import decisions_of
from funding.web.answering import answer_context, value_words
from funding.web.asking import refusals
from funding.web.facts import PREFIX

FILES = frozenset({"kept_files", "from_record"})


def draft_key(application: Application) -> str:
    return f"application-{application.pk}"


def version_asked(application: Application, day: date) -> PolicyVersion | None:
    """The version whose facts the form asks: the one that holds today."""
    policy = application.programme.policy
    return PolicyVersion.objects.on(day).filter(policy=policy).first() if policy is not None else None


@login_required
@require_http_methods(["GET", "POST"])
def application_edit(request: HttpRequest, pk: int) -> HttpResponse:
    application = application_of(request, pk)
    refuse_readers(request.user, application)
    if not application.is_writable:
        messages.error(request, _("The application is handed in. It is open again once it is sent back."))
        return redirect("application-detail", pk=pk)
    if request.method == "POST":
        return _saved(request, application)
    form, facts, kept_at = _fresh(request, application)
    return _shown(request, application, form, facts, kept_at=kept_at)


def _fresh(request: HttpRequest, application: Application) -> tuple[DraftForm, StatedFacts | None, str]:
    """The forms with what is stored, and over it what the person typed and has not saved yet."""
    key = draft_key(application)
    initial, kept_at = initial_with_draft(request, key, _initial(application), several=FILES)
    form = DraftForm(application=application, offered=_offered(application), initial=initial)
    version = version_asked(application, timezone.localdate())
    if version is None:
        return form, None, kept_at
    facts = StatedFacts(version, initial=_values(application))
    draft = draft_of(request.user, key)
    for name in facts.fields:
        typed = (draft.data if draft else {}).get(f"{PREFIX}-{name}")
        if typed:
            facts.initial[name] = typed[-1]
    return form, facts, kept_at


def _initial(application: Application) -> dict[str, Any]:
    amount = application.requested_amount
    return {
        "title": application.title,
        "requested_amount": f"{amount.normalize():f}" if amount is not None else "",
        "field": application.field,
        "summary": application.summary,
        "name": application.outside_name,
        "organisation": application.outside_organisation,
        "contact": application.outside_contact,
        "kept_files": [file.pk for file in application.files.all()],
        "version": application.version,
    }


def _values(application: Application) -> dict[str, Any]:
    return {key: one["value"] for key, one in application.facts.items() if one["value"] is not None}


def _offered(application: Application) -> list[EvidenceFile]:
    """Files that stand on the record of the project already."""
    if application.project is None:
        return []
    links = application.project.attachments.select_related("file").order_by("-attached_at", "-pk")[:30]
    return [link.file for link in links]


def _shown(
    request: HttpRequest,
    application: Application,
    form: DraftForm,
    facts: StatedFacts | None,
    *,
    kept_at: str = "",
) -> HttpResponse:
    version = version_asked(application, timezone.localdate())
    asked = selectors.preview(application, day=timezone.localdate()) if version is not None else None
    status = max(status_of(form), 422 if facts is not None and facts.is_bound and facts.errors else 200)
    context = {
        "application": application,
        "programme": application.programme,
        "policy": application.programme.policy,
        "form": form,
        "facts_form": facts,
        "fact_rows": fact_rows(application, version, facts) if version and facts else [],
        "remarks": remark_rows(application),
        "draft": draft_key(application),
        "kept_at": kept_at,
        "others": selectors.other_grants_of(application),
        "errors_of_facts": _errors_of(facts),
        "theirs": _both_versions(application, form, facts),
        **(answer_context(asked) if asked is not None else {}),
    }
    return render(request, "applications/application_form.html", context, status=status)


def _both_versions(
    application: Application, form: DraftForm, facts: StatedFacts | None
) -> list[dict[str, str]]:
    """Where somebody else saved meanwhile: what was typed beside what is stored. Saving again is knowing."""
    if getattr(getattr(form, "refusal", None), "code", "") != "stale":
        return []
    typed: Any = form.data  # as sent, with every ticked file
    form.data = typed.copy()
    form.data["version"] = str(application.version)  # type: ignore[index]
    stored = _initial(application)
    fresh = DraftForm(application=application, offered=_offered(application), initial=stored)
    rows = [
        (
            str(form.fields[name].label),
            _said(form, name, form.cleaned_data.get(name)),
            _said(fresh, name, now),
        )
        for name, now in stored.items()
        if name in form.fields and name in TYPED
    ]
    version = version_asked(application, timezone.localdate())
    if facts is not None and version is not None:
        terms = version.compiled()
        for name in facts.fields:
            spec, known = terms.facts[name], application.facts.get(name) or NOTHING
            typed = facts.cleaned_data.get(name)
            mine = value_words(typed if typed is not None else known["value"], spec.kind, terms.currency)
            rows.append(
                (label_of_fact(spec), str(mine), str(value_words(known["value"], spec.kind, terms.currency)))
            )
    return [{"label": one[0], "mine": one[1], "theirs": one[2]} for one in rows if one[1] != one[2]]


TYPED = ("title", "requested_amount", "field", "summary", "name", "organisation", "contact")


def _said(form: DraftForm, name: str, value: Any) -> str:
    if name == "requested_amount":
        return f"{Decimal(value):,.2f}" if value not in (None, "") else ""
    if name == "field":
        return str(dict(form.fields["field"].choices).get(value, value))  # type: ignore[attr-defined]
    return str(value or "")


def _errors_of(facts: StatedFacts | None) -> list[dict[str, str]]:
    return facts.problems() if facts is not None and facts.is_bound else []


def fact_rows(
    application: Application, version: PolicyVersion, facts: StatedFacts | None = None
) -> list[dict[str, Any]]:
    """Each fact with its field (where the applicant may say it), its value in words and where it is from."""
    terms = version.compiled()
    decided = decisions_of(version)
    rows = []
    for key, spec in terms.facts.items():
        if key == AMOUNT_FACT or key in NEVER_ASKED:
            continue
        known = application.facts.get(key) or NOTHING
        rows.append(
            {
                "key": key,
                "label": label_of_fact(spec),
                "bound": facts[key] if facts is not None and key in facts.fields else None,
                "unit": getattr(facts.fields[key], "unit", "") if facts and key in facts.fields else "",
                "value": value_words(known["value"], spec.kind, terms.currency),
                "is_missing": known["value"] is None and key not in decided,
                "is_decision": key in decided,
                "is_own": known["origin"] == FactOrigin.STATED,
                "known": known,
                "remark": application.remarks.get(f"facts.{key}", ""),
                "recorded": _recorded(known, spec, terms.currency),
            }
        )
    return rows


def _recorded(known: Any, spec: FactSpec, currency: str) -> dict[str, Any] | None:
    """What the records say where the applicant says something else."""
    kept = known.get("recorded")
    return {**kept, "words": value_words(kept["value"], spec.kind, currency)} if kept else None


FIELD_WORDS = {
    "title": lambda: _("Title of the application"),
    "summary": lambda: _("What is applied for, and why"),
    "requested_amount": lambda: _("Amount applied for"),
    "files": lambda: _("Files of the application"),
    "applicant": lambda: _("Applicant"),
    "facts": lambda: _("Facts stated"),
    "other": lambda: _("In general"),
}


def remark_rows(application: Application) -> list[tuple[str, str, str]]:
    """What the park asks to be put right: name of the field, its words, where it stands in the form."""
    version = version_asked(application, timezone.localdate()) if application.remarks else None
    specs = version.compiled().facts if version is not None else {}
    rows = []
    for name, words in application.remarks.items():
        key = name.removeprefix("facts.")
        if name.startswith("facts.") and key in specs:
            rows.append((label_of_fact(specs[key]), words, f"#id_{PREFIX}-{key}"))
        else:
            anchor = f"#id_{name}" if name in ("title", "summary", "requested_amount", "files") else "#facts"
            rows.append((str(FIELD_WORDS[name]()) if name in FIELD_WORDS else key, words, anchor))
    return rows


def _saved(request: HttpRequest, application: Application) -> HttpResponse:
    user: Any = request.user
    form = DraftForm(request.POST, request.FILES, application=application, offered=_offered(application))
    version = version_asked(application, timezone.localdate())
    facts = StatedFacts(version, request.POST) if version is not None else None
    if all([part.is_valid() for part in (form, facts) if part is not None]):
        try:
            _write(request, application, form, facts)
            clear_draft(user=user, form=draft_key(application))
            messages.success(request, _("The application is saved. Look it over, then hand it in."))
            return redirect("application-detail", pk=application.pk)
        except DomainError as error:
            _blame(error, form, facts)
    return _shown(request, application, form, facts)


def _write(
    request: HttpRequest, application: Application, form: DraftForm, facts: StatedFacts | None
) -> None:
    with transaction.atomic():
        place = application.programme.park
        files = stored(request, place, application.incubator, form.cleaned_data["files"])
        both = {file.pk: file for file in [*form.chosen_files(), *files]}
        services.save_draft(
            application=application,
            values=form.values(),
            facts={name: facts.cleaned_data[name] for name in facts.fields} if facts is not None else None,
            files=list(both.values()),
            outside=form.outside(),
            expected_version=form.cleaned_data["version"],
            actor=request.user,
            at=timezone.now(),
        )


def _blame(error: DomainError, form: DraftForm, facts: StatedFacts | None) -> None:
    """What the service refuses, at the field that is to blame, in whichever of the two forms it stands."""
    if isinstance(error, Refused):
        with shown_on(form):
            raise error
    rest = []
    for item in error.fields:
        key = item.field.removeprefix("facts.")
        if facts is not None and item.field.startswith("facts.") and key in facts.fields:
            facts.add_error(key, str(item.message))
        else:
            rest.append(item)
    if rest or not error.fields:
        kind = Conflict if isinstance(error, Conflict) else Invalid
        put_on(
            form,
            kind(str(error), code=error.code, fields=rest),
            names={"outside.name": "name", "file": "files"},
        )


@login_required
@require_POST
def application_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What the policy says to the form as it stands now; nothing is stored."""
    application = application_of(request, pk)
    refuse_readers(request.user, application)
    version = version_asked(application, timezone.localdate())
    context: dict[str, Any] = {"policy": application.programme.policy}
    if version is not None:
        facts = StatedFacts(version, request.POST)
        form = DraftForm(request.POST, application=application, offered=_offered(application))
        form.is_valid()
        if facts.is_valid():
            context |= _answer(application, version, facts, form.cleaned_data.get("requested_amount"))
        else:
            context["problems"] = facts.problems()
    return render(request, "applications/_policy_answer.html", context)


def _answer(
    application: Application, version: PolicyVersion, facts: StatedFacts, amount: Any
) -> dict[str, Any]:
    specs = version.compiled().facts
    known = {key: one["value"] for key, one in application.facts.items() if key in specs}
    for name in facts.fields:
        kept = application.facts.get(name) or NOTHING
        given = facts.cleaned_data[name]
        recorded = kept.get("recorded") or (kept if kept["origin"] != FactOrigin.STATED else NOTHING)
        known[name] = recorded["value"] if given is None else given
    if amount is not None and AMOUNT_FACT in specs:
        known[AMOUNT_FACT] = f"{amount:f}"
    try:
        asked = ask_version(
            version=version,
            facts={key: value for key, value in known.items() if value is not None},
            as_of=timezone.localdate(),
        )
    except Invalid as error:
        return {"problems": refusals(error, facts)}
    return answer_context(asked)
