"""免申即享: what needs no application is proposed to everybody entitled, and decided by the park."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.errors import Conflict
from core.saving import clean_text, readable_integrity_errors, save_checked
from enterprises.models import Enterprise
from funding.enums import Entitlement, GrantProposalState
from funding.facts import Applicant, known_of
from funding.models import PolicyAnswer, PolicyVersion, Proposal
from funding.report.kept import checksum, result_as_data
from funding.report.matching import Match, inputs_of, match, settle
from funding.selectors.matching import Offered, offered_to
from incubators.models import Park
from incubators.scope import Action, require
from incubators.selectors import people_allowed
from projects.models import Project

CHUNK = 500


def keep_answer(
    *, found: Match, applicant: Applicant, as_of: date, actor: User | None, at: datetime
) -> PolicyAnswer:
    """Keep an answer with everything it rests on, for what is handed in or proposed. ``actor`` None: the
    nightly sweep."""
    of: dict[str, Any] = (
        {"project": applicant} if isinstance(applicant, Project) else {"enterprise": applicant}
    )
    inputs, result = inputs_of(found.found), result_as_data(found.asked.result)
    answer = PolicyAnswer(
        **of,
        version=found.version,
        as_of=as_of,
        inputs=inputs,
        result=result,
        sha256=checksum(found.version, as_of=as_of, inputs=inputs, result=result),
        created_at=at,
        created_by=actor,
    )
    with readable_integrity_errors(PolicyAnswer):
        save_checked(answer, exclude=["inputs"])  # a policy without facts has none to keep
    return answer


def sweep(*, at: datetime) -> int:
    """Propose to every enterprise of every park what its park grants without an application, once for a
    year. Returns how many proposals are new; run again it makes none."""
    day = timezone.localtime(at).date()
    made = 0
    parks = (
        PolicyVersion.objects.on(day)
        .filter(policy__without_application=True, policy__park__isnull=False)
        .values_list("policy__park", flat=True)
    )
    for park in Park.objects.filter(pk__in=parks).order_by("pk"):
        made += _sweep_park(park, day, at)
    return made


def _sweep_park(park: Park, day: date, at: datetime) -> int:
    offered = offered_to(park.pk, day=day, own_only=True)
    ids = list(Enterprise.objects.filter(park=park).order_by("pk").values_list("pk", flat=True))
    made = 0
    for start in range(0, len(ids), CHUNK):
        rows = Enterprise.objects.filter(pk__in=ids[start : start + CHUNK]).select_related(
            "park", "incubator"
        )
        made += _sweep_some({one.pk: one for one in rows}, offered, day, at)
    return made


def _sweep_some(enterprises: Mapping[int, Enterprise], offered: Offered, day: date, at: datetime) -> int:
    period = str(day.year)
    proposed = set(
        Proposal.objects.filter(enterprise__in=enterprises, period=period).values_list(
            "enterprise", "version__policy"
        )
    )
    made = 0
    for pk, known in known_of(enterprises.values(), day=day).items():
        rows = [match(version, known) for version in offered.versions]
        settle(rows, offered.relations)
        for row in rows:
            wanted = row.policy.without_application and row.entitlement is Entitlement.ENTITLED
            # Once per policy and year, also where a new version came into force meanwhile.
            if wanted and not row.is_set_aside and (pk, row.version.policy_id) not in proposed:
                made += _propose(row, enterprises[pk], period, day, at)
    return made


@transaction.atomic
def _propose(row: Match, enterprise: Enterprise, period: str, day: date, at: datetime) -> bool:
    """Whether it is new. Two sweeps at the same time: the lock makes the second one see the first."""
    Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    earlier = Proposal.objects.filter(
        enterprise=enterprise, period=period, version__policy=row.version.policy_id
    )
    if earlier.exists():
        return False
    answer = keep_answer(found=row, applicant=enterprise, as_of=day, actor=None, at=at)
    proposal = Proposal(
        version=row.version,
        enterprise=enterprise,
        period=period,
        answer=answer,
        amount=row.amount,
        currency=row.currency,
        proposed_at=at,
    )
    with readable_integrity_errors(Proposal):
        save_checked(proposal)
    changes = {"policy": [None, row.policy.code], "period": [None, period], "amount": [None, row.amount]}
    history.record(
        chain=proposal.chain, action="proposal.proposed", subject=proposal, changes=changes, actor=None, at=at
    )
    _tell(proposal, day, at)
    return True


def _tell(proposal: Proposal, day: date, at: datetime) -> None:
    enterprise, policy = proposal.enterprise, proposal.version.policy
    people = people_allowed(
        Action.ENTER, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id, day=day
    )
    notify(
        users=people,
        kind="policy_proposal",
        text=lambda: (
            _("“%(policy)s” needs no application and is proposed to %(enterprise)s.")
            % {"policy": policy.name_zh, "enterprise": enterprise.name}
        ),
        url=reverse("entitlement-proposals"),
        key=f"proposal:{proposal.pk}",
        at=at,
    )


@transaction.atomic
def decide_proposal(
    *, proposal: Proposal, accept: bool, reason: str = "", actor: User, at: datetime
) -> Proposal:
    """The park grants what was proposed, or dismisses it and says why."""
    locked = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("enterprise__park", "enterprise__incubator", "version__policy")
        .get(pk=proposal.pk)
    )
    require(Action.MANAGE, user=actor, park_id=locked.enterprise.park_id)
    if locked.state != GrantProposalState.OPEN:
        raise Conflict(_("This proposal is decided already."), code="decided")
    locked.state = GrantProposalState.ACCEPTED if accept else GrantProposalState.DISMISSED
    locked.reason = clean_text(reason, field="reason")
    locked.decided_at, locked.decided_by = at, actor
    with readable_integrity_errors(Proposal):
        save_checked(locked)
    changes = {"state": [GrantProposalState.OPEN, locked.state], "reason": [None, locked.reason]}
    action = f"proposal.{'approved' if accept else 'discarded'}"
    history.record(chain=locked.chain, action=action, subject=locked, changes=changes, actor=actor, at=at)
    return locked
