"""Made-up rights, people, occupancies and money around the example enterprises, through the services."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from core.demo import Loaded, told_at_once
from core.enums import Provenance
from enterprises import services
from enterprises.models import (
    Enterprise,
    FinancingEvent,
    IpRight,
    Loan,
    Occupancy,
    RiskShare,
    StatedFact,
    TalentResult,
    WhitelistEntry,
)
from incubators.models import Incubator, Space

#: Site, its operator's account; the park's administrator verifies most of it.
SITES = (
    ("jy-zhangjiang", "op-zhangjiang"),
    ("jy-shenzhen-incubator", "op-shenzhen"),
    ("jy-uppsala", "op-uppsala"),
)
SECOND = "park-jiangyin"
MARK = "DEMO-AROUND"
#: Offices whose filings the evaluation does not count, so that the example scores stay as they are.
RIGHTS = (
    ("示例：一种柔性传感器的制备方法", "Example: making a flexible sensor", "invention", ("US", "EP")),
    ("示例：光学检测装置", "Example: optical testing device", "utility_model", ("CN",)),
    ("示例：肽类药物的用途", "Example: use of a peptide", "pct_family", ("SE", "EP")),
)


@told_at_once()
def load(*, at: datetime) -> list[Loaded]:
    """The example records; those that are there stay as they are. Without the accounts nothing is loaded."""
    made = 0
    users = {
        user.username: user for user in User.objects.filter(username__in=[SECOND, *dict(SITES).values()])
    }
    sites = {site.code: site for site in Incubator.objects.filter(code__in=dict(SITES))}
    for number, (code, account) in enumerate(SITES):
        if code in sites and account in users and SECOND in users:
            made += _Site(number, sites[code], users[account], users[SECOND], at).load()
    count = IpRight.objects.filter(external_id__startswith=MARK).count()
    return [Loaded("example rights with what stands around them", count, made)]


class _Site:
    """The example records of one incubator; dates count back from the day of the load."""

    def __init__(self, number: int, incubator: Incubator, operator: User, second: User, at: datetime) -> None:
        self.number, self.incubator, self.at = number, incubator, at
        self.operator, self.second = operator, second
        self.day = at.date()

    def load(self) -> int:
        """How many groups of records were made: one per enterprise that had none."""
        rows = Enterprise.objects.filter(incubator=self.incubator, provenance=Provenance.DEMONSTRATION)
        # companies first: they have figures
        owners = list(rows.select_related("park", "incubator").order_by("kind", "pk")[:3])
        marked = IpRight.objects.filter(external_id__startswith=MARK, enterprise__in=owners)
        known = set(marked.values_list("enterprise", flat=True))
        fresh = [(place, owner) for place, owner in enumerate(owners) if owner.pk not in known]
        for place, owner in fresh:
            self._enterprise(place, owner)
        if fresh:
            self._occupancies(owners)
        return len(fresh)

    def _by(self) -> dict[str, Any]:
        return {"actor": self.operator, "at": self.at}

    def _verified(self, record: Any) -> Any:
        return services.verify_record(record=record, actor=self.second, at=self.at)

    def _ago(self, days: int) -> date:
        return self.day - timedelta(days=days)

    def _enterprise(self, place: int, owner: Enterprise) -> None:
        self._right(place, owner)
        self._person(place, owner)
        self._money(place, owner)
        fact = StatedFact(enterprise=owner)
        values = {"key": "owns_core_ip", "on": self._ago(60), "value": 1, "note": "示例"}
        services.save_record(record=fact, values=values, tell=False, **self._by())

    def _right(self, place: int, owner: Enterprise) -> None:
        title, english, kind, offices = RIGHTS[(place + self.number) % len(RIGHTS)]
        values = {
            "name_zh": title,
            "name_en": english,
            "kind": kind,
            "priority_on": self._ago(500),
            "external_id": f"{MARK}-{owner.pk}",
        }
        right = services.save_right(
            right=None, enterprise=owner, values=values, provenance=Provenance.DEMONSTRATION, **self._by()
        )
        if place == 0:
            shares = [
                services.Share(Decimal(80), enterprise=owner),
                services.Share(Decimal(20), name="示例大学"),
            ]
            services.set_owners(right=right, shares=shares, **self._by())
        for step, office in enumerate(offices):
            filing = services.enter_filing(
                right=right,
                values={
                    "office": office,
                    "number": f"示例-{office}-{owner.pk}",
                    "filed_on": self._ago(500 - 120 * step),
                },
                tell=False,
                **self._by(),
            )
            if step == 0:
                self._verified(filing)
        if place == self.number == 0:  # one that waits: verified, it would count
            values = {"office": "PCT", "number": f"示例-PCT-{owner.pk}", "filed_on": self._ago(10)}
            services.enter_filing(right=right, values=values, **self._by())

    def _person(self, place: int, owner: Enterprise) -> None:
        person = services.save_person(
            person=None,
            enterprise=owner,
            values={
                "name_zh": f"示例{'甲乙丙'[place]}{'一二三'[self.number]}",
                "name_en": f"Example {'ABC'[place]}{self.number + 1}",
                "role": ("创始人", "首席科学家", "研发总监")[place],
                "degree": ("doctor", "doctor", "master")[place],
                "region": "瑞典" if self.incubator.code == "jy-uppsala" else "中国",
                "phone": f"1380000{self.number}{place}00",
                "email": f"person{self.number}{place}@example.org",
                "external_id": f"{MARK}-{owner.pk}",
            },
            provenance=Provenance.DEMONSTRATION,
            **self._by(),
        )
        values = {
            "plan": "other",
            "plan_name": "示例人才计划",
            "year": self._ago(200).year,
            "outcome": ("selected", "shortlisted", "applied")[place],
            "on": self._ago(200),
            "level": "示例·创业类",
            "amount": Decimal(1_000_000) if place == 0 else None,
        }
        result = TalentResult(person=person)
        result = services.save_record(record=result, values=values, tell=False, **self._by())
        if place == 0:
            self._verified(result)

    def _money(self, place: int, owner: Enterprise) -> None:
        in_sweden = self.incubator.code == "jy-uppsala"
        financing = services.save_record(
            record=FinancingEvent(enterprise=owner),
            values={
                "round": ("angel", "pre_a", "seed")[place],
                "on": self._ago(300 - 40 * place),
                "amount": Decimal((8_000_000, 20_000_000, 1_500_000)[place]),
                "currency": "SEK" if in_sweden else "CNY",
                "investors": "示例创投基金",
                "event_name": "示例融资对接会",
            },
            tell=False,
            **self._by(),
        )
        if place != 2:
            self._verified(financing)
        if place == 1 and not in_sweden:
            self._loan(owner)

    def _loan(self, owner: Enterprise) -> None:
        loan = services.save_record(
            record=Loan(enterprise=owner),
            values={
                "bank": "示例银行",
                "product": "示例科创贷",
                "line_amount": Decimal(5_000_000),
                "drawn_amount": Decimal(3_000_000),
                "rate_percent": Decimal("3.85"),
                "starts_on": self._ago(150),
                "ends_on": self._ago(-215),
                "guarantee": "risk_pool",
                "event_name": "示例融资对接会",
            },
            tell=False,
            **self._by(),
        )
        self._verified(loan)
        shares = {"bank_percent": 20, "government_percent": 70, "insurer_percent": 10}
        services.save_record(record=RiskShare(loan=loan), values=shares, tell=False, **self._by())
        entry = services.save_record(
            record=WhitelistEntry(enterprise=owner),
            values={
                "list_name": "示例科技型企业白名单",
                "authority": "示例主管部门",
                "starts_on": self._ago(180),
                "ends_on": self._ago(-60),
            },
            tell=False,
            **self._by(),
        )
        self._verified(entry)

    def _occupancies(self, owners: list[Enterprise]) -> None:
        """In the incubator's first space: half of it and a quarter, the first rent-free for a while yet."""
        space = Space.objects.filter(incubator=self.incubator).order_by("pk").first()
        if space is None or Occupancy.objects.filter(space=space).exists():
            return
        currency = "SEK" if self.incubator.code == "jy-uppsala" else "CNY"
        for place, owner in enumerate(owners[:2]):
            values = {
                "area_m2": (space.area_m2 / (2 + 2 * place)).quantize(Decimal("0.01")),
                "starts_on": max(self._ago(330), space.starts_on or self._ago(330)),
                "rent_amount": Decimal((12_000, 6_000)[place]),
                "currency": currency,
                "rent_unit": "month",
                "rent_free_until": self._ago(-45) if place == 0 else None,
                "agreement": f"示例-{owner.pk}",
                "external_id": f"{MARK}-{owner.pk}",
            }
            services.save_occupancy(
                occupancy=None,
                space=space,
                enterprise=owner,
                values=values,
                provenance=Provenance.DEMONSTRATION,
                **self._by(),
            )
