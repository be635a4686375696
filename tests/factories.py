"""Records for tests, made through the services wherever there is one. Names follow the story: Alice operates,
Bob administers the park, Charlie is a stranger from another incubator."""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.enums import Role
from accounts.models import User
from enterprises.identifiers import credit_code_check_character
from enterprises.models import Enterprise
from enterprises.services import create_enterprise
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.enums import IncubatorKind, ParkRole
from incubators.models import Incubator, Membership, Park
from projects import services
from projects.models import Project, ProjectFact

NOW = datetime(2021, 6, 1, 4, 0, tzinfo=UTC)
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

_numbers = count(1)


def make_park(code: str = "jiangyin", **values: Any) -> Park:
    defaults = {"name_zh": f"园区{code}", "name_en": f"Park {code}", "role": ParkRole.DESTINATION}
    return Park.objects.create(code=code, **{**defaults, **values})


def make_incubator(park: Park, code: str = "zhangjiang", **values: Any) -> Incubator:
    defaults = {
        "name_zh": f"孵化器{code}",
        "name_en": f"Incubator {code}",
        "kind": IncubatorKind.OFFSHORE_INCUBATOR,
        "is_enclave": True,
    }
    return Incubator.objects.create(park=park, code=code, **{**defaults, **values})


def make_user(
    username: str,
    role: str | None = None,
    *,
    park: Park | None = None,
    incubator: Incubator | None = None,
    starts_on: date = date(2017, 1, 1),
) -> User:
    """A person with the password ``password``; with a role, a member from 2017 on."""
    user = User.objects.create_user(username, password="password", display_name=username.title())
    if role is not None:
        Membership.objects.create(user=user, role=role, park=park, incubator=incubator, starts_on=starts_on)
    return user


def make_operator(incubator: Incubator, username: str = "alice") -> User:
    return make_user(username, Role.OPERATOR, incubator=incubator)


def make_park_admin(park: Park, username: str = "bob") -> User:
    return make_user(username, Role.PARK_ADMIN, park=park)


def make_evidence(
    actor: User,
    incubator: Incubator,
    *,
    kind: str = "other",
    content: bytes | None = None,
    at: datetime = NOW,
) -> EvidenceFile:
    assert incubator.park is not None
    number = next(_numbers)
    return store_evidence(
        park=incubator.park,
        incubator=incubator,
        content=io.BytesIO(content or PDF + str(number).encode()),
        name=f"proof-{number}.pdf",
        kind=kind,
        actor=actor,
        at=at,
    )


def make_credit_code() -> str:
    """A well-formed 统一社会信用代码 of no real company."""
    body = f"91990000MA{next(_numbers):07d}"
    return body + credit_code_check_character(body)


def make_enterprise(actor: User, incubator: Incubator, *, at: datetime = NOW, **values: Any) -> Enterprise:
    assert incubator.park is not None
    defaults = {"name_zh": f"示例公司{next(_numbers)}", "credit_code": make_credit_code()}
    return create_enterprise(
        park=incubator.park, incubator=incubator, values={**defaults, **values}, actor=actor, at=at
    )


def make_project(actor: User, incubator: Incubator, *, at: datetime = NOW, **values: Any) -> Project:
    """A lead, first contacted on 1 March 2021."""
    assert incubator.park is not None
    defaults: Mapping[str, Any] = {
        "name_zh": f"示例项目{next(_numbers)}",
        "first_contact_on": date(2021, 3, 1),
    }
    return services.create_project(
        park=incubator.park, incubator=incubator, values={**defaults, **values}, actor=actor, at=at
    )


def make_fact(
    actor: User,
    project: Project,
    kind: str,
    *,
    on: date = date(2021, 4, 1),
    amount: Decimal | None = None,
    verifier: User | None = None,
    at: datetime = NOW,
) -> ProjectFact:
    """A proved fact; verified when a second person is given."""
    assert project.incubator is not None
    fact = services.enter_fact(
        project=project,
        kind=kind,
        on=on,
        amount=amount,
        currency="CNY" if amount is not None else "",
        evidence=[make_evidence(actor, project.incubator, at=at)],
        actor=actor,
        at=at,
    )
    return services.verify_fact(fact=fact, actor=verifier, at=at) if verifier else fact
