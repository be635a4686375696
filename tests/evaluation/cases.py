"""A small evaluated park: Alice's incubator in Zhangjiang with a contract, projects, facts and measures."""

from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.models import User
from core.periods import Period
from enterprises.enums import RecognitionKind
from enterprises.models import Recognition
from enterprises.services import create_enterprise
from evaluation.services import ObservationRow, enter_observations, verify_observations
from incubators.enums import OrganisationKind
from incubators.models import ContractTarget, Incubator, OperatorContract, Organisation
from projects.enums import Stage
from projects.models import Project, StageLog
from tests import factories

ENTERED = datetime(2021, 5, 20, 4, 0, tzinfo=UTC)
VERIFIED = datetime(2021, 5, 25, 4, 0, tzinfo=UTC)
JULY = datetime(2021, 7, 9, 4, 0, tzinfo=UTC)

TARGETS = {
    "new_incubated": "8",
    "landed": "4",
    "paid_in": "8000000",
    "producing": "4",
    "talent_plans": "4",
    "patents": "4",
    "tech_titles": "4",
    "financing_received": "4000000",
    "mentoring_events": "40",
}

#: One month of ordinary figures.
MONTH = {
    "service_tickets_total": "50",
    "service_tickets_on_time": "47",
    "financing_received_yuan": "300000",
    "mentoring_sessions": "3",
    "events_held": "1",
    "public_spend_yuan": "400000",
    "budget_yuan": "500000",
    "social_capital_yuan": "1200000",
    "returns_due": "2",
    "returns_on_time": "2",
    "satisfaction_percent": "92",
}


def make_contract(
    incubator: Incubator, year: int = 2021, targets: dict[str, str] | None = None
) -> OperatorContract:
    operator, _ = Organisation.objects.get_or_create(
        code="operator", defaults={"name_zh": "示例运营公司", "kind": OrganisationKind.OPERATOR}
    )
    contract = OperatorContract.objects.create(
        incubator=incubator,
        operator=operator,
        number=f"HT-{incubator.code}-{year}",
        starts_on=date(year, 1, 1),
        ends_on=date(year + 1, 1, 1),
        fee_amount=Decimal(2_000_000),
    )
    for indicator, value in (TARGETS if targets is None else targets).items():
        ContractTarget.objects.create(
            contract=contract, indicator=indicator, period=str(year), value=Decimal(value)
        )
    return contract


def report_months(
    incubator: Incubator,
    *months: str,
    operator: User,
    verifier: User | None,
    at: datetime = ENTERED,
    **changes: str,
) -> None:
    """Enter the ordinary figures of these months, with changes; verified when a second person is given."""
    values = {**MONTH, **changes}
    for month in months:
        end = Period.parse(month).end
        entered = max(at, datetime(end.year, end.month, 3, tzinfo=UTC))
        rows = [ObservationRow(measure, month, Decimal(value)) for measure, value in values.items()]
        found = enter_observations(incubator=incubator, rows=rows, actor=operator, at=entered)
        if verifier is not None:
            verify_observations(observations=found, actor=verifier, at=entered)


def move(project: Project, to_stage: str, on: date, cause: str = "") -> StageLog:
    """A row of the stage log as the service writes it, without its gates."""
    last = project.stage_log.order_by("-sequence").first()
    row = StageLog.objects.create(
        project=project,
        sequence=last.sequence + 1 if last else 1,
        from_stage=last.to_stage if last else "",
        to_stage=to_stage,
        on=on,
        cause=cause,
        destination="他处" if to_stage == Stage.MOVED_ELSEWHERE else "",
        moved_at=ENTERED,
    )
    Project.objects.filter(pk=project.pk).update(stage=to_stage, stage_since=on)
    project.refresh_from_db()
    return row


def recognise(
    operator: User, verifier: User | None, incubator: Incubator, kind: str, on: date, number: str = "1"
) -> Recognition:
    assert incubator.park is not None
    enterprise = create_enterprise(
        park=incubator.park,
        incubator=incubator,
        values={"name_zh": f"示例公司{kind}{number}", "credit_code": factories.make_credit_code()},
        actor=operator,
        at=ENTERED,
    )
    return Recognition.objects.create(
        enterprise=enterprise,
        kind=kind,
        granted_on=on,
        certificate_number=number,
        entered_at=ENTERED,
        entered_by=operator,
        verified_at=VERIFIED if verifier else None,
        verified_by=verifier,
    )


def lively_quarter(incubator: Incubator, operator: User, verifier: User) -> list[Project]:
    """The second quarter of 2021: two agreements, one landing with money, one death, one title."""
    make_contract(incubator)
    report_months(incubator, "2021-04", "2021-05", "2021-06", operator=operator, verifier=verifier)
    first, second, third = (factories.make_project(operator, incubator, at=ENTERED) for _ in range(3))
    for project in (first, second, third):
        move(project, Stage.SCREENING, date(2021, 3, 5))
        move(project, Stage.INCUBATING, date(2021, 3, 20))
    for project in (first, second):
        factories.make_fact(operator, project, "signed", on=date(2021, 4, 6), verifier=verifier, at=ENTERED)
    factories.make_fact(operator, first, "registered", on=date(2021, 5, 6), verifier=verifier, at=ENTERED)
    factories.make_fact(
        operator,
        first,
        "paid_in",
        on=date(2021, 5, 10),
        amount=Decimal("1500000.00"),
        verifier=verifier,
        at=ENTERED,
    )
    move(first, Stage.LANDED, date(2021, 5, 6))
    move(third, Stage.TERMINATED, date(2021, 6, 1), cause="funding")
    recognise(operator, verifier, incubator, RecognitionKind.JIYANG_TALENT, date(2021, 6, 10))
    return [first, second, third]
