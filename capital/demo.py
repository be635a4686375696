"""Demonstration: a park's fund, products, list and pool with fictional enterprises; and what is published of
funds, banks and their products, as reported."""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from capital import services
from capital.models import (
    BankProduct,
    CreditList,
    Fund,
    FundExit,
    InterestSubsidy,
    Match,
    Offer,
    PoolRecovery,
    RiskPool,
)
from core.demo import Loaded, told_at_once
from core.enums import Provenance
from enterprises.models import Enterprise, Loan, RiskShare, WhitelistEntry
from enterprises.services import save_record, verify_record
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from funding.models import PolicyVersion
from incubators.models import Organisation, Park
from outreach.models import Event
from outreach.services import create_event

PARK, ADMINISTRATOR, OPERATOR, SITE = "jiangyin-htz", "park-jiangyin", "op-zhangjiang", "jy-zhangjiang"
POLICY = "QD-LOAN"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
MILLION = Decimal(1_000_000)
NJ, XJ, GZ = "000_258a3a1c6512ac7a.txt", "004_4eaa7b89b6607f84.txt", "004_4eaa7b89b6607f84.txt"

#: What published sources say of funds, products and lists; nothing is added to it.
REPORTED: tuple[tuple[type[Offer], Mapping[str, Any]], ...] = (
    (Fund, {"name_zh": "南京市人才创新创业基金", "name_en": "Nanjing talent innovation and start-up fund",
            "size_amount": 2000 * MILLION, "size_qualifier": "at_least", "stages": ["seed", "early"],
            "source": NJ, "source_lines": "248-250", "quote_figures": ["20"]}),
    (Fund, {"name_zh": "车联网产业母基金（锡山）", "name_en": "V2X industry master fund (Xishan)",
            "size_amount": 10_000 * MILLION, "size_qualifier": "above", "source": GZ,
            "source_lines": "245-259", "quote_figures": ["超百亿"]}),
    (Fund, {"name_zh": "港澳青年创业基金（首期）",
            "name_en": "Hong Kong-Macao Youth Start-up Fund (Guangzhou), first phase",
            "size_amount": 1000 * MILLION, "size_qualifier": "exact", "source": GZ,
            "source_lines": "346-356", "quote_figures": ["10"]}),
    (BankProduct, {"name_zh": "宁创贷", "name_en": "Ningchuang Loan", "bank_name": "南京市合作银行",
                   "largest_amount": 20 * MILLION, "largest_qualifier": "at_most",
                   "for_whom": "海外人才项目，单户授信", "source": NJ, "source_lines": "250-251",
                   "quote_figures": ["2,000"]}),
    (CreditList, {"name_zh": "科技型企业“白名单”（新疆）",
                  "name_en": "White list of technology firms (Xinjiang)",
                  "authority": "中国人民银行乌鲁木齐中心支行等四部门",
                  "document_number": "乌银发〔2021〕92号",
                  "source": XJ, "source_lines": "594-664", "quote_figures": ["2021", "92"]}),
    *((BankProduct, {"name_zh": name, "bank": "ccb-xj", "bank_name": "中国建设银行新疆区分行",
                     "for_whom": "科技型中小企业", "source": XJ, "source_lines": "642-652"})
      for name in ("小微快贷", "云贷", "创业者港湾")),
)  # fmt: skip


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


@transaction.atomic
def load(*, at: datetime) -> list[Loaded]:
    """Told once: a park that has a fund keeps it as it is. The published ones are kept in step."""
    park = Park.objects.filter(code=PARK).first()
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    told = (
        park is not None
        and {ADMINISTRATOR, OPERATOR} <= set(people)
        and not Fund.objects.filter(park=park).exists()
    )
    if told and park is not None:
        with told_at_once():
            _Telling(park, people, at).tell()
    made = _keep_reported(at)
    kinds: Mapping[str, Any] = {
        "funds": Fund,
        "bank products": BankProduct,
        "interest subsidies": InterestSubsidy,
        "matchmaking results": Match,
    }
    return [
        Loaded(name, model.objects.count(), (model.objects.count() if told else 0) or made * (model is Fund))
        for name, model in kinds.items()
    ]


def _keep_reported(at: datetime) -> int:
    """What is new; what is there stays as it is."""
    known = {
        (kind, name)
        for kind in (Fund, BankProduct, CreditList)
        for name in kind._default_manager.filter(park=None).values_list("name_zh", flat=True)
    }
    fresh = [(kind, values) for kind, values in REPORTED if (kind, values["name_zh"]) not in known]
    for kind, values in fresh:
        given = dict(values)
        if code := given.pop("bank", ""):
            given["bank"] = Organisation.objects.filter(code=code).first()
        services.save_offer(record=kind(park=None), values=given, actor=None, at=at)
    return len(fresh)


class _Telling:
    """Bob administers the park and keeps its offers; Alice operates Zhangjiang and enters what happened."""

    def __init__(self, park: Park, people: Mapping[str, User], at: datetime) -> None:
        self.park, self.at = park, at
        self.alice, self.bob = people[OPERATOR], people[ADMINISTRATOR]

    def tell(self) -> None:
        firms = list(
            Enterprise.objects.filter(
                incubator__code=SITE, park=self.park, provenance=Provenance.DEMONSTRATION
            ).order_by("pk")[:3]
        )
        fund, product, pool = self._offers()
        if not firms:
            return
        loan = self._credit(firms[0], product)
        self._fund(firms[-1], fund)
        event = self._event()
        self._matches(event, firms, product, fund, loan)

    def _save(self, record: Any, day: date, **values: Any) -> Any:
        return services.save_offer(
            record=record, values=values, actor=self.bob, at=moment(day), provenance=Provenance.DEMONSTRATION
        )

    def _offers(self) -> tuple[Fund, BankProduct, RiskPool]:
        day = date(2021, 12, 1)
        fund = services.save_offer(
            record=Fund(park=self.park),
            values={
                "name_zh": "示例：霞客湾天使基金", "name_en": "Example: Xiake Bay angel fund",
                "manager_name": "示例：霞客湾基金管理公司", "size_amount": 50 * MILLION,
                "size_qualifier": "exact", "founded_on": date(2021, 6, 1), "ends_on": date(2028, 6, 1),
                "stages": ["seed", "early"], "note": "示例数据，与真实基金无关",
            },
            investors=[
                services.Payer(name="示例：江阴高新区国资公司", amount=30 * MILLION),
                services.Payer(name="示例：社会出资人", amount=20 * MILLION),
            ],
            actor=self.bob,
            at=moment(day),
            provenance=Provenance.DEMONSTRATION,
        )  # fmt: skip
        register = self._save(
            CreditList(park=self.park), day, name_zh="示例：江阴科技型企业白名单",
            name_en="Example: white list of technology firms", authority="示例：江阴市科技局",
            document_number="示例〔2021〕8号", renewal_months=12, valid_from=date(2021, 12, 1),
        )  # fmt: skip
        pool = self._save(
            RiskPool(park=self.park), day, name_zh="示例：科技贷款风险补偿资金池",
            name_en="Example: risk pool for technology loans", size_amount=10 * MILLION,
            starts_on=date(2021, 12, 1),
        )  # fmt: skip
        product = self._save(
            BankProduct(park=self.park), day, name_zh="示例：澄科贷", name_en="Example: Chengke loan",
            bank_name="示例银行江阴支行", largest_amount=10 * MILLION, largest_qualifier="exact",
            rate_lowest_percent=Decimal("3.85"), rate_highest_percent=Decimal("4.60"), term_months=24,
            securities=["credit", "ip_pledge", "risk_pool"], for_whom="白名单内的科技型企业",
            needs_list=register, pool=pool, government_percent=Decimal(70),
        )  # fmt: skip
        return fund, product, pool

    def _entered(self, record: Any, day: date, *, verified: bool = True, **values: Any) -> Any:
        saved = save_record(record=record, values=values, actor=self.alice, at=moment(day), tell=False)
        return verify_record(record=saved, actor=self.bob, at=moment(day)) if verified else saved

    def _paper(self, firm: Enterprise, title: str) -> EvidenceFile:
        return store_evidence(
            park=firm.park, incubator=firm.incubator, content=io.BytesIO(PDF + f"{title}{firm.pk}".encode()),
            name=f"{title}.pdf", title=title, actor=self.alice, at=self.at,
            provenance=Provenance.DEMONSTRATION,
        )  # fmt: skip

    def _credit(self, firm: Enterprise, product: BankProduct) -> Loan:
        """A loan of the product, its place on the list, its shared risk, and two claims for its interest."""
        day = date(2022, 1, 10)
        self._entered(
            WhitelistEntry(enterprise=firm), day, list_name="示例：江阴科技型企业白名单",
            authority="示例：江阴市科技局", starts_on=date(2022, 1, 1),
        )  # fmt: skip
        loan: Loan = self._entered(
            Loan(enterprise=firm), day, bank="示例银行江阴支行", product="示例：澄科贷",
            line_amount=8 * MILLION, drawn_amount=8 * MILLION, rate_percent=Decimal("4.35"),
            starts_on=date(2022, 1, 1), ends_on=date(2024, 1, 1), guarantee="risk_pool",
        )  # fmt: skip
        services.link_loan(loan=loan, product=product, actor=self.alice, at=moment(day))
        risk = self._entered(
            RiskShare(loan=loan), date(2023, 12, 1), bank_percent=Decimal(30), government_percent=Decimal(70),
            insurer_percent=Decimal(0), loss_amount=MILLION, lost_on=date(2023, 9, 1),
            compensated_amount=Decimal(700_000), compensated_on=date(2023, 11, 1),
        )  # fmt: skip
        self._entered(
            PoolRecovery(risk=risk), date(2024, 3, 1), on=date(2024, 2, 20), amount=Decimal(200_000),
            note="示例：处置抵押设备",
        )  # fmt: skip
        self._claims(firm, loan)
        return loan

    def _claims(self, firm: Enterprise, loan: Loan) -> None:
        version = PolicyVersion.objects.filter(policy__code=POLICY, policy__park=None).first()
        if version is None:
            return
        for year, drawn, verified in ((2022, "8000000", True), (2023, "4000000", False)):
            claim = services.claim_subsidy(
                loan=loan,
                values={
                    "policy_version": version,
                    "starts_on": date(year, 1, 1),
                    "ends_on": date(year + 1, 1, 1),
                    "draws": [{"on": f"{year}-01-01", "principal": drawn}],
                    "base_rate_percent": Decimal("3.85"),
                    "interest_paid_amount": (Decimal(drawn) * Decimal("0.0435")).quantize(Decimal("0.01")),
                    "facts": {"linked_product": True},
                    "evidence": self._paper(firm, f"示例：{year}年利息清单"),
                },
                actor=self.alice,
                at=moment(date(year + 1, 1, 20)),
                provenance=Provenance.DEMONSTRATION,
            )
            if verified:
                verify_record(record=claim, actor=self.bob, at=moment(date(year + 1, 2, 1)))

    def _fund(self, firm: Enterprise, fund: Fund) -> None:
        day = date(2022, 5, 20)
        made = services.enter_investment(
            enterprise=firm,
            values={
                "fund": fund, "round": "angel", "on": date(2022, 5, 10), "amount": 3 * MILLION,
                "equity_percent": Decimal("6.5"), "note": "示例：附反稀释条款",
                "evidence": self._paper(firm, "示例：投资协议"),
            },
            actor=self.alice, at=moment(day), tell=False,
        )  # fmt: skip
        verify_record(record=made, actor=self.bob, at=moment(day))
        self._entered(
            FundExit(investment=made), date(2024, 6, 1), verified=False, kind="distribution",
            on=date(2024, 5, 30), proceeds_amount=Decimal(120_000),
        )  # fmt: skip

    def _event(self) -> Event:
        site = next(iter(Enterprise.objects.filter(incubator__code=SITE)[:1])).incubator
        return create_event(
            park=self.park,
            incubator=site,
            values={
                "name_zh": "示例：科技企业融资对接会", "name_en": "Example: financing meeting",
                "kind": "matching", "starts_on": date(2021, 12, 15), "firm_count": 12,
            },
            actor=self.alice, at=moment(date(2021, 12, 16)), provenance=Provenance.DEMONSTRATION,
        )  # fmt: skip

    def _matches(
        self, event: Event, firms: list[Enterprise], product: BankProduct, fund: Fund, loan: Loan
    ) -> None:
        at = moment(date(2022, 2, 1))

        def brought(firm: Enterprise, need: Decimal, **who: Any) -> Match:
            return services.create_match(
                event=event, enterprise=firm, values={"need_amount": need, **who}, actor=self.alice, at=at,
                provenance=Provenance.DEMONSTRATION,
            )  # fmt: skip

        def moved(match: Match, stage: str, on: date, **more: Any) -> Match:
            return services.move_match(match=match, to_stage=stage, on=on, actor=self.alice, at=at, **more)

        granted = moved(brought(firms[0], 8 * MILLION, product=product), "met", date(2021, 12, 20))
        moved(granted, "offered", date(2021, 12, 27))
        moved(granted, "granted", date(2022, 1, 5), loan=loan)
        if len(firms) > 1:
            declined = moved(brought(firms[1], 5 * MILLION, product=product), "met", date(2021, 12, 22))
            moved(declined, "declined", date(2022, 1, 12), reason="示例：尚无知识产权可质押")
        if len(firms) > 2:
            moved(brought(firms[2], 3 * MILLION, fund=fund), "met", date(2021, 12, 23))
