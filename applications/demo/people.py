"""What both stories need: accounts, experts, papers."""

import io
from datetime import date, datetime
from typing import Any

from accounts.enums import Role
from accounts.models import User
from core.enums import Provenance
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Incubator, Park
from incubators.scope import Action
from incubators.services import grant_membership
from reviews import services as reviews
from reviews.models import Expert

SINCE = date(2017, 1, 1)
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n% "


def account(username: str, name: str, role: str, park: Park, at: datetime) -> User:
    """Somebody who acts in the story but cannot sign in."""
    known = User.objects.filter(username=username).first()
    if known is not None:
        return known
    user = User(username=username, display_name=name, is_demonstration=True)
    user.set_unusable_password()
    user.save()
    grant_membership(user=user, role=role, park=park, incubator=None, starts_on=SINCE, actor=None, at=at)
    return user


def expert(username: str, name_zh: str, park: Park, actor: User, at: datetime, **values: Any) -> Expert:
    """An expert under an agreement for the year of the story."""
    return reviews.save_expert(
        expert=None,
        park=park,
        values={
            "name_zh": name_zh,
            "employer": f"示例大学（{name_zh}）",
            "user": account(username, name_zh, Role.EXPERT, park, at),
            "agreement_from": date(at.year, 1, 1),
            "agreement_until": date(at.year + 1, 1, 1),
            **values,
        },
        actor=actor,
        at=at,
        provenance=Provenance.DEMONSTRATION,
    )


def paper(
    park: Park, site: Incubator | None, title: str, actor: User, at: datetime, right: Action = Action.ENTER
) -> EvidenceFile:
    return store_evidence(
        park=park,
        incubator=site,
        content=io.BytesIO(PDF + f"{title} {park.code} {site}".encode()),
        name=f"{title}.pdf",
        title=title,
        actor=actor,
        at=at,
        provenance=Provenance.DEMONSTRATION,
        right=right,
    )
