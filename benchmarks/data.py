"""A park of plainly invented projects, as many as asked for, made by the database itself."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from accounts.enums import Role, TokenScope
from accounts.models import User
from accounts.services import issue_token
from evaluation.services import (
    ObservationRow,
    enter_observations,
    request_report,
    score_run,
    verify_observations,
)
from incubators.enums import IncubatorKind, ParkRole
from incubators.models import Incubator, Membership, Organisation, Park
from incubators.services import save_contract, set_target
from projects.models import Sector

FILL = """
INSERT INTO projects_project (code, park_id, incubator_id, sector_id, name_zh, name_en, search_text, sort_key,
    name_keys, summary, team_lead, contact, lead_source, destination_site, enterprise_id, first_contact_on,
    stage, stage_since, external_id, provenance, entered_by_id, version, created_at, updated_at)
SELECT 'B-' || lpad(number::text, 9, '0'), %(park)s,
    (%(incubators)s::bigint[])[1 + number %% 3],
    (%(sectors)s::bigint[])[1 + number %% array_length(%(sectors)s::bigint[], 1)],
    '示例项目' || md5(number::text), 'Sample project ' || number,
    '示例项目' || md5(number::text) || ' shilixiangmu' || md5(number::text)
        || ' slxm sample project ' || number,
    'shilixiangmu' || md5(number::text),
    ARRAY['示例' || md5(number::text), 'shili' || md5(number::text), 'sample' || number],
    repeat('示例说明。', 8), '示例负责人' || number %% 997, '',
    'event', '', NULL, date '2017-01-01' + (number %% 1500)::int,
    (ARRAY['lead', 'screening', 'incubating', 'landed'])[1 + number %% 4], date '2021-01-01',
    'EXT-' || number,
    'demonstration', %(user)s, 1, timestamptz '2021-01-01' + number * interval '1 second',
    timestamptz '2021-01-01' + number * interval '1 second'
FROM generate_series(1, %(rows)s) AS number
"""


MONTHS = tuple(f"2021-{month:02}" for month in range(1, 13))
MEASURES = ("mentoring_sessions", "events_held", "service_tickets_total", "returns_due")
TARGETS = {"landed": 4, "new_incubated": 8, "mentoring_events": 40, "financing_received": 4_000_000}


@dataclass(frozen=True)
class World:
    """What the benchmarks need to know of the data."""

    park: Park
    incubators: list[Incubator]
    operator: User
    operator_token: str
    admin_token: str
    rows: int
    run_id: int


def _token(user: User) -> str:
    _token_row, text = issue_token(
        user=user,
        name="benchmark",
        scopes=TokenScope.values,
        lifetime=timedelta(days=1),
        actor=user,
        at=timezone.now(),
    )
    return text


def make_world(rows: int) -> World:
    park = Park.objects.create(code="bench-park", name_zh="示例园区", role=ParkRole.DESTINATION)
    incubators = [
        Incubator.objects.create(
            park=park, code=f"bench-{number}", name_zh=f"示例孵化器{number}", kind=IncubatorKind.LOCAL_CARRIER
        )
        for number in range(3)
    ]
    operator = User.objects.create_user("bench-operator")
    admin = User.objects.create_user("bench-admin")
    start = date(2017, 1, 1)
    Membership.objects.create(user=operator, role=Role.OPERATOR, incubator=incubators[0], starts_on=start)
    Membership.objects.create(user=admin, role=Role.PARK_ADMIN, park=park, starts_on=start)
    with connection.cursor() as cursor:
        cursor.execute(
            FILL,
            {
                "park": park.pk,
                "incubators": [incubator.pk for incubator in incubators],
                "sectors": list(Sector.objects.values_list("pk", flat=True)),
                "user": operator.pk,
                "rows": rows,
            },
        )
        cursor.execute("VACUUM ANALYZE projects_project")
    run_id = evaluated(admin)
    return World(park, incubators, operator, _token(operator), _token(admin), rows, run_id)


def evaluated(admin: User) -> int:
    """A scored run of a year in a park of its own, where a few records lie behind every score."""
    park = Park.objects.create(code="bench-scored", name_zh="示例评价园区", role=ParkRole.DESTINATION)
    site = Incubator.objects.create(
        park=park, code="bench-scored-site", name_zh="示例评价孵化器", kind=IncubatorKind.LOCAL_CARRIER
    )
    Membership.objects.create(user=admin, role=Role.PARK_ADMIN, park=park, starts_on=date(2017, 1, 1))
    writer = User.objects.create_user("bench-writer")
    Membership.objects.create(user=writer, role=Role.OPERATOR, incubator=site, starts_on=date(2017, 1, 1))
    now = timezone.now()
    operator = Organisation.objects.create(code="bench-operator", name_zh="示例运营公司", kind="operator")
    contract = save_contract(
        contract=None,
        incubator=site,
        values={
            "operator": operator,
            "number": "BENCH-1",
            "starts_on": date(2021, 1, 1),
            "ends_on": date(2022, 1, 1),
            "fee_amount": Decimal(300_000),
            "currency": "CNY",
        },
        actor=admin,
        at=now,
    )
    for indicator, value in TARGETS.items():
        set_target(
            contract=contract, indicator=indicator, period="2021", value=Decimal(value), actor=admin, at=now
        )
    rows = [ObservationRow(measure, month, Decimal(3)) for month in MONTHS for measure in MEASURES]
    entered = enter_observations(incubator=site, rows=rows, actor=writer, at=now)
    # A user remembers his scope for the length of a request; these memberships are newer.
    verify_observations(observations=entered, actor=User.objects.get(pk=admin.pk), at=now)
    report = request_report(
        incubator=site,
        period="2021",
        format="pdf",
        language="zh-hans",
        actor=User.objects.get(pk=admin.pk),
        at=now,
    )
    return score_run(run=report.run, at=now).pk
