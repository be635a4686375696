"""Background work of policies and funding. Ids in, one service call each, safe to run twice."""

from celery import shared_task
from django.utils import timezone

from funding import services
from funding.services.portfolio import RUN_PORTFOLIO


@shared_task(name="funding.sweep")
def sweep() -> int:
    """Every night: propose what needs no application; again it proposes nothing."""
    return services.sweep(at=timezone.now())


@shared_task(name=RUN_PORTFOLIO)
def run_portfolio(*, run_id: int) -> str:
    """Compute one portfolio run; a second delivery of the same message finds it computed."""
    return services.compute_run(run_id=run_id, clock=timezone.now).state


@shared_task(name="funding.resume_runs")
def resume_runs() -> int:
    """Runs whose message was lost, or whose worker was stopped."""
    return services.resume_runs(at=timezone.now())
