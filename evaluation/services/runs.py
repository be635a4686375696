"""An evaluation run: made once from frozen inputs, scored once, never changed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from accounts.models import User
from core import history
from core.errors import DomainError
from core.periods import Period
from core.reading import one_moment
from evaluation.indicators import evaluate, explanation_of, total_explanation
from evaluation.models import EvaluationRun, EvaluationScore
from evaluation.selectors.freezing import Snapshot, freeze_inputs, frozen_input, sha256_of
from incubators.models import Incubator, Park


class SnapshotChanged(DomainError):
    """The stored inputs are no longer those that were frozen: nothing may be built on them."""

    code = "snapshot_changed"


CHANGED = gettext_noop("The stored data of this run no longer match their digest; nothing was built on them.")


def get_or_create_run(
    *,
    park: Park,
    incubator: Incubator | None,
    audience: str,
    period: Period,
    actor: User | None,
    at: datetime,
) -> EvaluationRun:
    """Freeze the inputs now; when the same inputs were frozen before, that run is the answer."""
    with one_moment():
        snapshot = freeze_inputs(park=park, incubator=incubator, audience=audience, period=period, at=at)
    run, _created = EvaluationRun.objects.get_or_create(
        park=park,
        incubator=incubator,
        audience=audience,
        period=period.code,
        scheme_id=snapshot.scheme_id,
        input_sha256=snapshot.input_sha256,
        defaults=_frozen(snapshot, actor=actor, at=at),
    )
    return run


def _frozen(snapshot: Snapshot, *, actor: User | None, at: datetime) -> dict[str, Any]:
    return {
        "snapshot": snapshot.text,
        "snapshot_sha256": snapshot.sha256,
        "as_of": snapshot.as_of,
        "requested_at": at,
        "requested_by": actor,
    }


def check_snapshot(run: EvaluationRun) -> None:
    """Raises ``SnapshotChanged`` unless the stored snapshot still has its digest."""
    if sha256_of(run.snapshot) != run.snapshot_sha256:
        raise SnapshotChanged(CHANGED)


def score_run(*, run: EvaluationRun, at: datetime) -> EvaluationRun:
    """Score every incubator of the snapshot, this period and the one before; again it changes nothing."""
    if run.scored_at is not None:
        return run
    rows = _score_rows(run)
    with transaction.atomic():
        locked = EvaluationRun.objects.select_for_update(of=("self",)).select_related("park").get(pk=run.pk)
        if locked.scored_at is not None:
            return locked
        EvaluationScore.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        subject = next((row for row in rows if _is_total_of(row, locked)), None)
        locked.total = subject.points if subject else None
        locked.grade = subject.explanation["grade"] if subject else ""
        locked.scored_at = at
        locked.save(update_fields=["total", "grade", "scored_at"])
        history.record(
            chain=locked.chain,
            action="evaluation.scored",
            subject=locked,
            changes={
                "snapshot_sha256": ["", locked.snapshot_sha256],
                "total": [None, locked.total],
                "grade": ["", locked.grade],
            },
            actor=None,
            at=at,
        )
        return locked


def _is_total_of(row: EvaluationScore, run: EvaluationRun) -> bool:
    return (row.incubator_id, row.period, row.node) == (run.incubator_id, run.period, EvaluationScore.TOTAL)


def _score_rows(run: EvaluationRun) -> list[EvaluationScore]:
    frozen = frozen_input(run)
    rows: list[EvaluationScore] = []
    for incubator in frozen["incubators"]:
        is_subject = frozen["subject"] in (None, incubator["code"])
        for code in (frozen["period"], frozen["previous_period"]):
            evaluated = evaluate(frozen, incubator["code"], Period.parse(code))
            with_records = is_subject and code == frozen["period"]
            explained = [
                (node.code, node.points, explanation_of(node, evaluated, with_records=with_records))
                for node in evaluated.score.nodes
            ]
            total: tuple[str, Decimal, dict[str, Any]] = (
                EvaluationScore.TOTAL,
                evaluated.score.total,
                total_explanation(evaluated.score),
            )
            rows += [
                EvaluationScore(
                    run=run,
                    incubator_id=incubator["id"],
                    period=code,
                    node=node,
                    points=points,
                    explanation=explanation,
                )
                for node, points, explanation in [*explained, total]
            ]
    return rows
