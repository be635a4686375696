"""Writes of the register of intellectual property.

A patent is entered once: as a filing here. The filings that the evaluation counts (inventions filed in China,
PCT applications) make the counted recognition themselves; both are verified by one act of the second person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid
from core.saving import readable_integrity_errors, save_checked
from enterprises.due import WITH_ANNUITIES, first_deadline, next_annuity
from enterprises.enums import FilingStatus, FilingStep, IpKind, IpOffice, RecognitionKind
from enterprises.models import (
    Enterprise,
    IpFiling,
    IpGrant,
    IpLicence,
    IpOwner,
    IpRight,
    Person,
    Recognition,
)
from enterprises.services.companies import local_day
from enterprises.services.records import Kind, register, save_record
from enterprises.services.tracked import locked, save_tracked
from incubators.scope import Action, require

RIGHT_FIELDS = ("name_zh", "name_en", "kind", "priority_on", "note", "external_id")


@dataclass(frozen=True)
class Share:
    """One owner and his part in percent: an enterprise, a person, or an organisation by name."""

    percent: Decimal
    enterprise: Enterprise | None = None
    person: Person | None = None
    name: str = ""


@transaction.atomic
def save_right(
    *,
    right: IpRight | None,
    enterprise: Enterprise,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> IpRight:
    """Record a right or change it. A new one belongs to its enterprise alone until its owners are told."""
    require(Action.ENTER, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    record = locked(right or IpRight(enterprise=enterprise, provenance=provenance))
    if record.enterprise_id != enterprise.pk:
        raise Invalid(_("This right belongs to another enterprise."))
    is_new = record.pk is None
    save_tracked(
        record,
        values,
        fields=RIGHT_FIELDS,
        action="ip_right",
        chain=enterprise.chain,
        actor=actor,
        at=at,
        expected_version=expected_version,
    )
    if is_new:
        IpOwner.objects.create(right=record, enterprise=enterprise, percent=100)
    return record


@transaction.atomic
def set_owners(*, right: IpRight, shares: Sequence[Share], actor: User, at: datetime) -> list[IpOwner]:
    """Who owns the right from now on; the shares total 100%."""
    enterprise = right.enterprise
    require(Action.ENTER, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    right = locked(right)
    total = sum((share.percent for share in shares), Decimal(0))
    if total != 100:
        raise Invalid(
            _("The shares of the owners total %(total)s%%, not 100%%.") % {"total": f"{total.normalize():f}"},
            fields=[FieldError("owners", _("Change the shares so that they total 100%."), "total")],
        )
    before = _owners_in_words(right)
    right.owners.all().delete()
    owners = []
    for share in shares:
        _check_owner(share, enterprise)
        owner = IpOwner(
            right=right,
            enterprise=share.enterprise,
            person=share.person,
            name=share.name,
            percent=share.percent,
        )
        owners.append(save_checked(owner))
    with readable_integrity_errors(IpOwner), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS enterprises_ip_shares_total_100 IMMEDIATE")
        cursor.execute("SET CONSTRAINTS enterprises_ip_shares_total_100 DEFERRED")
    after = _owners_in_words(right)
    if after != before:
        right.version += 1
        right.updated_at = at
        right.save(update_fields=["version", "updated_at"])
        history.record(
            chain=enterprise.chain,
            action="ip_right.owners",
            subject=right,
            changes={"owners": [before, after]},
            actor=actor,
            at=at,
        )
    return owners


def _check_owner(share: Share, enterprise: Enterprise) -> None:
    """Owners that are records stand in the same park: nobody learns of another's."""
    named = share.enterprise or (share.person.enterprise if share.person else None)
    if named is not None and named.park_id != enterprise.park_id:
        raise Invalid(
            _("This owner belongs to another park."),
            fields=[FieldError("owners", _("Write the name of the owner instead."), "other_park")],
        )


def _owners_in_words(right: IpRight) -> list[str]:
    rows = right.owners.select_related("enterprise", "person").order_by("-percent", "pk")
    return [f"{row.label} {row.percent.normalize():f}%" for row in rows]


@transaction.atomic
def remove_right(*, right: IpRight, actor: User, at: datetime) -> None:
    """Take a right back that was entered by mistake: without anything verified."""
    enterprise = right.enterprise
    require(Action.ENTER, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    right = locked(right)
    if right.filings.filter(verified_at__isnull=False).exists() or right.licences.exists():
        raise Conflict(_("This right has verified filings or licences, so it stays."), code="in_use")
    history.record(
        chain=enterprise.chain,
        action="ip_right.removed",
        subject=right,
        changes={"name_zh": [right.name_zh, None]},
        actor=actor,
        at=at,
    )
    counted = list(right.filings.exclude(recognition=None).values_list("recognition", flat=True))
    right.delete()
    Recognition.objects.filter(pk__in=counted, verified_at=None).delete()


def enter_filing(
    *, right: IpRight, values: Mapping[str, Any], actor: User, at: datetime, tell: bool = True
) -> IpFiling:
    """Record an application at one office; what follows and by when is filled in where it is known."""
    values = dict(values)
    if not values.get("next_deadline_on") and not values.get("next_step"):
        day, office = values.get("filed_on"), values.get("office")
        if isinstance(day, date) and isinstance(office, str):
            asked = first_deadline(
                kind=right.kind, office=office, filed_on=day, priority_on=right.priority_on
            )
            if asked:
                values["next_step"], values["next_deadline_on"] = asked
    return save_record(record=IpFiling(right=right), values=values, actor=actor, at=at, tell=tell)


@transaction.atomic
def enter_grant(*, filing: IpFiling, values: Mapping[str, Any], actor: User, at: datetime) -> IpGrant:
    """The office granted the right: its number and day. The filing is granted, the next annuity falls due."""
    grant = save_record(record=IpGrant(filing=filing), values=values, actor=actor, at=at)
    right, enterprise = filing.right, filing.right.enterprise
    changes: dict[str, Any] = {"status": FilingStatus.GRANTED}
    if right.kind in WITH_ANNUITIES and filing.office != IpOffice.PCT:
        due = next_annuity(filed_on=filing.filed_on, today=local_day(enterprise, at))
        changes |= {"next_step": FilingStep.ANNUITY, "next_deadline_on": due}
    save_record(record=filing, values=changes, actor=actor, at=at, tell=False)
    return grant


# --- counted once ---------------------------------------------------------------------------------
def counted_kind(right_kind: str, office: str) -> str | None:
    """The recognition that a filing makes; None for what the evaluation does not count."""
    if office == IpOffice.PCT:
        return RecognitionKind.PCT_PATENT.value
    if office == IpOffice.CN and right_kind in (IpKind.INVENTION, IpKind.PCT_FAMILY):
        return RecognitionKind.INVENTION_PATENT.value
    return None


def _count(filing: IpFiling, actor: User, at: datetime) -> None:
    """Keep the counted recognition equal to the filing. One that was entered before, under the same number,
    is taken over rather than counted twice."""
    kind = counted_kind(filing.right.kind, filing.office)
    linked = filing.recognition
    if kind is None:
        if linked is not None:
            _link(filing, None)
            linked.delete()
        return
    found = (
        linked
        or Recognition.objects.filter(
            enterprise=filing.right.enterprise, kind=kind, certificate_number=filing.number, filing=None
        ).first()
    )
    record = found or Recognition(enterprise=filing.right.enterprise)
    same = (record.kind, record.granted_on, record.certificate_number) == (
        kind,
        filing.filed_on,
        filing.number,
    )
    if record.pk is None or not same or record.verified_at is None:
        record.kind, record.granted_on, record.certificate_number = kind, filing.filed_on, filing.number
        record.evidence = filing.evidence
        record.entered_at, record.entered_by = filing.entered_at, filing.entered_by
        record.verified_at, record.verified_by = filing.verified_at, filing.verified_by
        save_checked(record)
    if filing.recognition_id != record.pk:
        _link(filing, record)


def _link(filing: IpFiling, recognition: Recognition | None) -> None:
    filing.recognition = recognition
    IpFiling.objects.filter(pk=filing.pk).update(recognition=recognition)


def _count_verified(filing: IpFiling, actor: User, at: datetime) -> None:
    _count(filing, actor, at)


def _uncount(filing: IpFiling, actor: User, at: datetime) -> None:
    """The recognition goes with an unverified filing, unless it was verified before there was a filing."""
    linked = filing.recognition
    if linked is not None:
        _link(filing, None)
        if linked.verified_at is None:
            linked.delete()


def _check_filing(filing: IpFiling, today: date) -> None:
    filing.park_id = filing.right.enterprise.park_id


def _check_grant(grant: IpGrant, today: date) -> None:
    if grant.granted_on is not None and grant.granted_on < grant.filing.filed_on:
        raise Invalid(
            _("A right is granted after it was filed."),
            fields=[FieldError("granted_on", _("Enter a day after the filing."), "order")],
        )


FILING = register(
    Kind(
        IpFiling,
        "filing",
        ("office", "number", "filed_on", "status", "next_step", "next_deadline_on", "evidence"),
        anchor="ip",
        parent="right",
        proved=("office", "number", "filed_on"),
        past=("filed_on",),
        check=_check_filing,
        after=_count,
        verified=_count_verified,
        gone=_uncount,
    )
)
GRANT = register(
    Kind(
        IpGrant,
        "grant",
        ("number", "granted_on", "expires_on", "evidence"),
        anchor="ip",
        parent="filing",
        past=("granted_on",),
        check=_check_grant,
    )
)
LICENCE = register(
    Kind(
        IpLicence,
        "licence",
        ("kind", "licensee", "starts_on", "ends_on", "amount", "currency", "evidence"),
        anchor="ip",
        parent="right",
    )
)
