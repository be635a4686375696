"""Portfolio runs: facts frozen, computed, kept; nothing but the run itself is written."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import DomainError, FieldError, Invalid
from core.saving import clean_text, readable_integrity_errors, save_checked
from enterprises.models import Enterprise
from funding.calculator import BadFacts, BadTerms, Cut, Terms, Ties, read_facts, read_terms
from funding.calculator.parameters import NoSuchParameter, with_overrides
from funding.enums import PortfolioState
from funding.facts import facts_for, known_of
from funding.models import PolicyVersion, PortfolioRun
from funding.render.problems import fact_error, terms_error
from funding.report.matching import inputs_of
from funding.report.portfolio import (
    RULE_PATHS,
    Line,
    Rules,
    compared,
    compute,
    ranked_by_terms,
    totals_of,
)
from incubators.models import Park
from incubators.scope import Action, require

RUN_PORTFOLIO = "funding.run_portfolio"
#: More applicants than this are computed by a worker.
AT_ONCE = 2_000
CHUNK = 1_000
#: Percent of the progress that the gathering of facts stands for; computing is quick beside it.
FREEZING = 95
#: A run that is not done after this long is sent to a worker again.
PATIENCE = timedelta(seconds=30)
#: First half of the advisory locks of runs; the second half is the run's id.
LOCK_OF_RUNS = 0x52554E
FILTERS = ("incubators", "only_verified")


@transaction.atomic
def start_run(
    *,
    park: Park,
    version: PolicyVersion,
    as_of: date,
    name: str,
    rank_by: str = "",
    filters: Mapping[str, Any] | None = None,
    overrides: Mapping[str, Any] | None = None,
    changed: Mapping[str, Mapping[str, Any]] | None = None,
    actor: User,
    at: datetime,
) -> PortfolioRun:
    """A run over the park's enterprises; up to ``AT_ONCE`` of them are computed before this returns, more by
    a worker.

    ``overrides`` by path of a number, or ``places`` and ``budget_yuan``; ``changed`` by id of an enterprise
    and key of a fact; ``filters``: ``incubators`` (codes), ``only_verified``. Raises ``Invalid`` that names
    what cannot be used.
    """
    require(Action.PAY, user=actor, park_id=park.pk)
    overrides, changed, filters = dict(overrides or {}), dict(changed or {}), dict(filters or {})
    run = PortfolioRun(
        park=park,
        version=version,
        name=clean_text(name, field="name"),
        as_of=as_of,
        rank_by=rank_by,
        filters=filters,
        overrides={path: _plain(value) for path, value in overrides.items()},
        changed={str(pk): dict(facts) for pk, facts in changed.items()},
        created_at=at,
        created_by=actor,
    )
    _check(run)
    with readable_integrity_errors(PortfolioRun):
        save_checked(run, exclude=["inputs", "result", "totals"])
    changes = {"policy": [None, version.policy.code], "overrides": [None, run.overrides]}
    history.record(
        chain=run.chain, action="portfoliorun.started", subject=run, changes=changes, actor=actor, at=at
    )
    if applicants_of(run).count() <= AT_ONCE:
        return _compute(run, _frozen(run), lambda: at)
    transaction.on_commit(
        lambda: current_app.send_task(RUN_PORTFOLIO, kwargs={"run_id": run.pk}), robust=True
    )
    return run


def compute_run(*, run_id: int, clock: Callable[[], datetime]) -> PortfolioRun:
    """What the worker does, outside of any transaction, so that its progress is seen. A finished run stays
    as it is, and one that another worker computes at this moment is left to it."""
    with _alone_with(run_id) as is_mine:
        run = PortfolioRun.objects.select_related("park", "version__policy").get(pk=run_id)
        if not is_mine or run.state in (PortfolioState.DONE, PortfolioState.FAILED):
            return run

        def tell(percent: int) -> None:
            PortfolioRun.objects.filter(pk=run_id).update(state=PortfolioState.RUNNING, progress=percent)

        try:
            inputs = _frozen(run, tell=tell)
            with transaction.atomic():
                return _compute(run, inputs, clock)
        except (DomainError, ArithmeticError, ValueError, LookupError) as error:
            run.state, run.error = PortfolioState.FAILED, str(error)[:400]
            run.save(update_fields=["state", "error", "updated_at"])
            return run


@contextmanager
def _alone_with(run_id: int) -> Iterator[bool]:
    """Whether nobody else computes the run. The lock is the connection's: a killed worker leaves none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_OF_RUNS, run_id])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_OF_RUNS, run_id])


def resume_runs(*, at: datetime) -> int:
    """Send every run that should be done by now to a worker again; whoever computes it is not disturbed."""
    open_states = (PortfolioState.WAITING, PortfolioState.RUNNING)
    late = PortfolioRun.objects.filter(state__in=open_states, created_at__lt=at - PATIENCE)
    ids = list(late.order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        current_app.send_task(RUN_PORTFOLIO, kwargs={"run_id": pk})
    return len(ids)


def _compute(run: PortfolioRun, inputs: list[dict[str, Any]], clock: Callable[[], datetime]) -> PortfolioRun:
    base, variant = computed(run, inputs)
    run.inputs = inputs
    run.result = {
        "base": [line.as_data() for line in base],
        "variant": None if variant is None else [line.as_data() for line in variant],
    }
    run.totals = {"base": totals_of(base)}
    if variant is not None:
        run.totals |= {"variant": totals_of(variant), "compared": compared(base, variant)}
    run.sha256 = run_checksum(run)
    run.state, run.progress, run.finished_at = PortfolioState.DONE, 100, clock()
    with readable_integrity_errors(PortfolioRun):
        run.save()
    return run


def run_checksum(run: PortfolioRun) -> str:
    """SHA-256 over the canonical JSON of terms, rules, inputs and result."""
    version = run.version
    data = {
        "policy": version.policy.code,
        "version": version.number,
        "terms": version.terms,
        "rules": [version.places, version.tie_rule, str(version.budget_yuan), version.cut_rule, run.rank_by],
        "as_of": run.as_of.isoformat(),
        "filters": run.filters,
        "overrides": run.overrides,
        "changed": run.changed,
        "inputs": run.inputs,
        "result": run.result,
    }
    return hashlib.sha256(history.canonical(data)).hexdigest()


def computed(run: PortfolioRun, inputs: Sequence[Mapping[str, Any]]) -> tuple[list[Line], list[Line] | None]:
    """Base and, where something is changed, the variant, from frozen facts alone."""
    cases = [{key: fact["value"] for key, fact in row["facts"].items()} for row in inputs]
    base = compute(run.version.compiled(), cases, rules_of(run, {}))
    if not run.is_what_if:
        return base, None
    changed = [
        {**case, **run.changed.get(str(row["id"]), {})} for case, row in zip(cases, inputs, strict=True)
    ]
    return base, compute(variant_terms(run), changed, rules_of(run, run.overrides))


def rules_of(run: PortfolioRun, overrides: Mapping[str, Any]) -> Rules:
    version = run.version
    places = overrides.get("places", version.places)
    budget = overrides.get("budget_yuan", version.budget_yuan)
    return Rules(
        None if places is None else int(places),
        Ties(version.tie_rule),
        None if budget is None else int(Decimal(budget).scaleb(2)),
        Cut(version.cut_rule),
        run.rank_by,
    )


def variant_terms(run: PortfolioRun) -> Terms:
    numbers = {path: value for path, value in run.overrides.items() if path not in RULE_PATHS}
    return read_terms(with_overrides(run.version.terms, numbers)) if numbers else run.version.compiled()


def applicants_of(run: PortfolioRun) -> Any:
    rows = Enterprise.objects.filter(park=run.park_id)
    if codes := run.filters.get("incubators"):
        rows = rows.filter(incubator__code__in=codes)
    return rows.order_by("pk")


def _frozen(run: PortfolioRun, *, tell: Callable[[int], None] | None = None) -> list[dict[str, Any]]:
    """The facts of every applicant as they are now, a row each; ``tell`` hears how far it is, in percent."""
    ids = list(applicants_of(run).values_list("pk", flat=True))
    terms, rows = run.version.compiled(), []
    only_verified = bool(run.filters.get("only_verified"))
    for start in range(0, len(ids), CHUNK):
        if tell is not None:
            tell(start * FREEZING // len(ids))
        part = Enterprise.objects.filter(pk__in=ids[start : start + CHUNK]).select_related("incubator")
        known = known_of(part.order_by("pk"), day=run.as_of)
        for pk, one in known.items():
            facts = inputs_of(facts_for(one, terms, policy_id=run.version.policy_id))
            if only_verified:
                facts = {key: fact for key, fact in facts.items() if fact["verified"]}
            assert one.enterprise is not None
            site = one.enterprise.incubator
            rows.append(
                {
                    "id": pk,
                    "name_zh": one.enterprise.name_zh,
                    "name_en": one.enterprise.name_en,
                    "incubator": site.code if site else "",
                    "facts": facts,
                }
            )
    return rows


def _check(run: PortfolioRun) -> None:
    """Everything that a run can be refused for, before anything is stored."""
    fields: list[FieldError] = []
    version, terms = run.version, run.version.compiled()
    if not run.name:
        fields.append(FieldError("name", _("Give the run a name."), "required"))
    if not version.is_published or version.policy.park_id not in (None, run.park_id):
        fields.append(FieldError("version", _("Choose a published version of this park or of the library.")))
    if terms.outcome in ("none", "exposure", "compliance"):
        fields.append(
            FieldError("version", _("This policy grants nothing to applicants that could be computed."))
        )
    fields += _check_ranking(run, terms) + _check_overrides(run) + _check_changed(run, terms)
    unknown = sorted(set(run.filters) - set(FILTERS))
    fields += [
        FieldError(f"filters.{name}", _("This is not known here."), "unknown_field") for name in unknown
    ]
    if fields:
        raise Invalid(fields[0].message, fields=fields)


def _check_ranking(run: PortfolioRun, terms: Terms) -> list[FieldError]:
    ranked = ranked_by_terms(terms)
    if run.rank_by and (
        run.rank_by not in terms.facts
        or (ranked is not None and run.rank_by == ranked[0])
        or terms.facts[run.rank_by].kind in ("flag", "choice", "money_list")
    ):
        return [FieldError("rank_by", _("Choose a number that this policy asks for."), "unknown_choice")]
    if terms.outcome == "place" and not run.rank_by and len(terms.facts) > 1:
        numbers = [
            key
            for key, spec in terms.facts.items()
            if spec.kind not in ("flag", "choice", "money_list") and (ranked is None or key != ranked[0])
        ]
        if numbers:
            return [FieldError("rank_by", _("Say by which number applicants are ranked."), "required")]
    return []


def _check_overrides(run: PortfolioRun) -> list[FieldError]:
    fields: list[FieldError] = []
    for path in RULE_PATHS:
        if path in run.overrides and not _is_number(run.overrides[path], whole=path == "places"):
            fields.append(FieldError(f"overrides.{path}", _("Enter a number, zero or more.")))
    try:
        variant_terms(run)
    except NoSuchParameter as error:
        message = _("This policy has no number at “%(path)s”.") % {"path": error.path}
        fields.append(FieldError(f"overrides.{error.path}", message, "unknown_field"))
    except BadTerms as error:
        fields += [terms_error(problem, prefix="overrides.") for problem in error.problems]
    return fields


def _is_number(value: Any, *, whole: bool) -> bool:
    try:
        number = Decimal(str(value))
        return number.is_finite() and number >= 0 and (not whole or number == number.to_integral_value())
    except ArithmeticError:
        return False


def _check_changed(run: PortfolioRun, terms: Terms) -> list[FieldError]:
    fields: list[FieldError] = []
    ids = {pk for pk in run.changed if pk.isdigit() and len(pk) <= 18}
    known = {str(pk) for pk in applicants_of(run).filter(pk__in=ids).values_list("pk", flat=True)}
    for pk, facts in run.changed.items():
        if pk not in known:
            message = _("This enterprise is not among the applicants.")
            fields.append(FieldError(f"changed.{pk}", message, "unknown_field"))
            continue
        try:
            read_facts(terms.facts, facts)
        except BadFacts as error:
            fields += [fact_error(problem, prefix=f"changed.{pk}.") for problem in error.problems]
    return fields


def _plain(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value
