"""A park of plainly invented projects, as many as asked for, made by the database itself."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from accounts.enums import Role, TokenScope
from accounts.models import User
from accounts.services import issue_token
from incubators.enums import IncubatorKind, ParkRole
from incubators.models import Incubator, Membership, Park
from projects.models import Sector

FILL = """
INSERT INTO projects_project (code, park_id, incubator_id, sector_id, name_zh, name_en, search_text, sort_key, summary,
    team_lead, contact, lead_source, destination_site, enterprise_id, first_contact_on, stage, stage_since,
    external_id, provenance, entered_by_id, version, created_at, updated_at)
SELECT 'B-' || lpad(number::text, 9, '0'), %(park)s,
    (%(incubators)s::bigint[])[1 + number %% 3], (%(sectors)s::bigint[])[1 + number %% array_length(%(sectors)s::bigint[], 1)],
    '示例项目' || md5(number::text), 'Sample project ' || number,
    '示例项目' || md5(number::text) || ' shilixiangmu' || md5(number::text) || ' slxm sample project ' || number,
    'shilixiangmu' || md5(number::text), repeat('示例说明。', 8), '示例负责人' || number %% 997, '',
    'event', '', NULL, date '2017-01-01' + (number %% 1500)::int,
    (ARRAY['lead', 'screening', 'incubating', 'landed'])[1 + number %% 4], date '2021-01-01', 'EXT-' || number,
    'demonstration', %(user)s, 1, timestamptz '2021-01-01' + number * interval '1 second',
    timestamptz '2021-01-01' + number * interval '1 second'
FROM generate_series(1, %(rows)s) AS number
"""


@dataclass(frozen=True)
class World:
    """What the benchmarks need to know of the data."""

    park: Park
    incubators: list[Incubator]
    operator: User
    operator_token: str
    admin_token: str
    rows: int


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
    return World(park, incubators, operator, _token(operator), _token(admin), rows)
