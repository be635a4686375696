"""The estimate of the running year is what a run of the same moment says, and it is kept nowhere."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import User
from core.errors import Conflict
from evaluation.models import EvaluationRun, EvaluationScore, Scheme
from evaluation.selectors import estimate_of
from evaluation.services import request_report
from evaluation.services.runs import score_run
from incubators.models import Incubator
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime(2021, 9, 1, 4, tzinfo=UTC)


def test_it_equals_the_run_of_the_same_moment(alice: User, bob: User, zhangjiang: Incubator) -> None:
    project = factories.make_project(alice, zhangjiang)
    factories.make_fact(alice, project, "registered", on=date(2021, 5, 1), verifier=bob)
    estimate = estimate_of(zhangjiang, at=AT, language="en")
    assert not EvaluationRun.objects.exists()
    report = request_report(
        park=None,
        incubator=zhangjiang,
        period="2021",
        format="pdf",
        language="en",
        actor=alice,
        at=AT,
        dispatch=False,
    )
    run = score_run(run=report.run, at=AT)
    assert (estimate.period, estimate.total, estimate.as_of) == ("2021", run.total, date(2021, 9, 1))
    scores = EvaluationScore.objects.filter(run=run, period="2021", incubator=zhangjiang)
    points = {score.node: score.points for score in scores}
    assert [lift.points for lift in estimate.lifts] == [points[lift.code] for lift in estimate.lifts]


def test_what_is_missing_most_comes_first(alice: User, zhangjiang: Incubator) -> None:
    gains = [lift.gain for lift in estimate_of(zhangjiang, at=AT).lifts]
    assert len(gains) == 3
    assert gains == sorted(gains, reverse=True)
    assert gains[-1] > 0


def test_without_a_scheme_there_is_no_estimate(zhangjiang: Incubator) -> None:
    with pytest.raises(Conflict):
        estimate_of(zhangjiang, at=datetime(1990, 1, 1, tzinfo=UTC))
    assert Scheme.objects.exists()
