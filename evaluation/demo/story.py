"""From one line per move to the whole history of an invented project, told through the services.

What a gate asks for happens in the days before the move: facts are entered by the operator with their files
and verified by a second person, so that the demonstration obeys every rule that real records obey.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from core.enums import Provenance
from enterprises import services as enterprises
from enterprises.enums import EnterpriseKind
from enterprises.models import Enterprise
from evaluation.demo.cast import (
    Act,
    Cast,
    Event,
    credit_code,
    days_after,
    days_before,
    organisation_number,
)
from evaluation.demo.papers import TITLES, paper
from evaluation.demo.reading import Entry
from evidence.models import EvidenceFile
from evidence.services import store_evidence, verify_evidence
from projects import services as projects
from projects.models import Project, ProjectFact
from projects.stages import FORWARD

PAPERS_WAIT_FROM = date(2025, 5, 1)


@dataclass
class Story:
    """One project of the data file; ``events`` tells it from first contact to today."""

    row: Entry
    cast: Cast
    serial: int
    made: list[Event] = field(default_factory=list)
    facts: dict[str, ProjectFact] = field(default_factory=dict)
    project: Project = field(init=False)
    early: Enterprise | None = None
    company: Enterprise | None = None

    def events(self) -> list[Event]:
        self._tell_start()
        stage = "lead"
        for move in self.row.get("moves", ()):
            self._tell_move(stage, move)
            stage = move[0]
        self._tell_legs()
        for number, payment in enumerate(self.row.get("payments", ())):
            self._tell_payment(number, *payment)
        self._tell_open_registration()
        for figures in self.row.get("yearly", ()):
            self._tell_year(figures)
        for number, (kind, day) in enumerate(self.row.get("titles", ())):
            self._tell_title(number, kind, day)
        return self.made

    # --- tools -------------------------------------------------------------------------------------
    def _when(self, day: date, hour: int, act: Act) -> None:
        self.made.append(Event(self.cast.moment(day, hour), act))

    def _check_file(self, made: Sequence[EvidenceFile], day: date) -> None:
        """The park looks at a paper that hangs on no fact; the newest ones still wait."""
        second = self.cast.administrator
        if second is not None and day < PAPERS_WAIT_FROM:
            self._when(day, 15, lambda at: verify_papers(made, second, at))

    def _file(self, kind: str, at: datetime, *lines: str) -> EvidenceFile:
        """A paper made for this project; its four lines make it differ from every other."""
        title = f"{TITLES[kind]} {self.row['id']}"
        content = paper(kind, [f"Project {self.row['id']}: {self.row['en']}", *lines])
        return store_evidence(
            park=self.cast.park,
            incubator=self.cast.incubator,
            content=io.BytesIO(content),
            name=f"{title}.pdf",
            title=title,
            kind=kind,
            actor=self.cast.operator,
            at=at,
            provenance=Provenance.DEMONSTRATION,
        )

    def _moved(self, stage: str) -> date | None:
        """The day on which the project first reached a stage."""
        return next((move[1] for move in self.row.get("moves", ()) if move[0] == stage), None)

    @property
    def _name(self) -> str:
        return str(self.row["zh"]).removeprefix("示例")

    # --- the record and its moves --------------------------------------------------------------------
    def _tell_start(self) -> None:
        row, moves = self.row, self.row.get("moves", ())
        values: dict[str, Any] = {
            "name_zh": row["zh"],
            "name_en": row["en"],
            "sector": self.cast.sectors[row["sector"]],
            "first_contact_on": row["first_contact"],
            "external_id": external_id(row),
            "contact": f"示例联系人，{row['id'].lower()}@example.org",
            "destination_site": row.get("site", ""),
        }
        if moves:
            values |= {"team_lead": f"示例负责人 {row['id']}", "lead_source": row["lead_source"]}
        if len(moves) > 1:
            values["summary"] = (
                f"虚构的示例项目：{self._name}的研发与产业化。名称、人员和数字均为虚构，仅用于演示。"
            )

        def create(at: datetime) -> None:
            self.project = projects.create_project(
                park=self.cast.park,
                incubator=self.cast.incubator,
                values=values,
                actor=self.cast.operator,
                at=at,
                provenance=Provenance.DEMONSTRATION,
                code=f"{row['first_contact'].year}-DEMO{row['id'].replace('-', '')}",
            )

        self._when(row["first_contact"], 10, create)

    def _tell_move(self, stage: str, move: Sequence[Any]) -> None:
        to_stage, day, *words = move
        if to_stage in FORWARD.get(stage, ()):
            self._prepare(to_stage, day)
        reason = words[0] if words else ""
        third = words[1] if len(words) > 1 else ""

        def act(at: datetime) -> None:
            projects.move_project(
                project=self.project,
                to_stage=to_stage,
                on=day,
                reason=reason,
                cause=third if to_stage == "terminated" else "",
                destination=third if to_stage == "moved_elsewhere" else "",
                actor=self.cast.operator,
                at=at,
            )

        self._when(day, 16, act)

    def _prepare(self, stage: str, day: date) -> None:
        """What the gate of this stage asks for, once."""
        if self._moved(stage) != day:
            return
        if stage == "incubating":
            self._tell_fact(
                "signed", days_before(day, 3), days_before(day, 1), "agreement", days_after(day, 6)
            )
            if self._needs_early_entity():
                self._when(days_before(day, 1), 15, self._found_early)
        elif stage == "accelerating":
            self._tell_attachment("milestone", days_before(day, 4), f"Milestone passed on {day}")
        elif stage == "landed":
            self._tell_landing(day)
        elif stage == "industrialising":
            self._tell_attachment("lease", days_before(day, 12), f"Premises from {day}")
            self._tell_fact("started", days_before(day, 2), days_before(day, 1), "permit", days_after(day, 7))
        elif stage == "industrialised":
            self._tell_fact(
                "producing", days_before(day, 10), days_before(day, 7), "production", days_before(day, 3)
            )

    def _tell_landing(self, day: date) -> None:
        registered = days_before(day, 18)
        self._when(days_before(day, 14), 9, lambda at: self._found_company(registered, at))
        self._tell_fact("registered", registered, days_before(day, 14), "licence", days_before(day, 8))
        shares = self.row.get("shares") or {self.cast.incubator.code: 100}

        administrator = self.cast.administrator if len(shares) > 1 else None
        divider = administrator or self.cast.operator

        def divide(at: datetime) -> None:
            projects.set_credit_shares(
                project=self.project,
                shares={self.cast.incubators[code]: Decimal(part) for code, part in shares.items()},
                actor=divider,
                at=at,
            )

        self._when(days_before(day, 6), 11, divide)

    def _tell_open_registration(self) -> None:
        """A company that is registered and waits for the park, before the project has landed."""
        if self.row.get("waiting") != "registered":
            return
        registered = date(2026, 10, 9)
        self._when(date(2026, 10, 14), 9, lambda at: self._found_company(registered, at))
        self._tell_fact("registered", registered, date(2026, 10, 14), "licence", date(2026, 10, 21))

    # --- facts ---------------------------------------------------------------------------------------
    def _tell_fact(self, kind: str, on: date, entered: date, file: str, checked: date, **money: Any) -> None:
        """Enter a fact with its paper; a second person verifies it, returns it or has not come to it yet."""
        key = kind if "amount" not in money else f"{kind} {on}"

        def enter(at: datetime) -> None:
            amount = f"Amount: {money['currency']} {money['amount']:,}" if money else ""
            self.facts[key] = projects.enter_fact(
                project=self.project,
                kind=kind,
                on=on,
                evidence=[self._file(file, at, f"{kind.replace('_', ' ').capitalize()} on {on}", amount)],
                actor=self.cast.operator,
                at=at,
                **money,
            )

        self._when(entered, 14, enter)
        self._tell_check(key, kind, checked, is_last=self._is_last_payment(kind, on))

    def _is_last_payment(self, kind: str, on: date) -> bool:
        payments = self.row.get("payments", ())
        return kind != "paid_in" or payments[-1][0] == on

    def _tell_check(self, key: str, kind: str, day: date, *, is_last: bool) -> None:
        second = self.cast.finance if kind == "paid_in" else self.cast.administrator
        if second is None or (is_last and self.row.get("waiting") == kind):
            return
        returned, reason = self.row.get("returned", (None, ""))

        def check(at: datetime) -> None:
            fact = self.facts[key]
            if is_last and returned == kind:
                projects.return_fact(fact=fact, reason=reason, actor=second, at=at)
            else:
                projects.verify_fact(fact=fact, actor=second, at=at)

        self._when(day, 15, check)

    def _tell_payment(self, number: int, day: date, amount: int, currency: str) -> None:
        self._tell_fact(
            "paid_in",
            day,
            days_after(day, 2),
            "bank",
            days_after(day, 6),
            amount=Decimal(amount),
            currency=currency,
            note=f"第{number + 1}期出资（示例）",
        )

    def _tell_attachment(self, kind: str, day: date, line: str) -> None:
        made: list[EvidenceFile] = []

        def attach(at: datetime) -> None:
            made.append(self._file(kind, at, line))
            projects.attach_file(project=self.project, file=made[0], actor=self.cast.operator, at=at)

        self._when(day, 14, attach)
        self._check_file(made, days_after(day, 5))

    # --- the road home ---------------------------------------------------------------------------------
    def _tell_legs(self) -> None:
        legs = self.row.get("legs", ())
        planned_on = self._moved("relocating")
        for sequence, (start, end, departs, arrives) in enumerate(legs, start=1):
            route = {"from_place": start, "to_place": end, "planned_on": departs, "site": self.row["site"],
                     "from_country": "SE" if start == "Uppsala" else "CN", "to_country": "CN"}  # fmt: skip
            self._when(days_before(planned_on, 5), 9, self._leg(sequence, route))  # type: ignore[arg-type]
            if arrives:
                self._when(departs, 8, self._leg(sequence, {"departed_on": departs}))
                made: list[EvidenceFile] = []
                self._when(arrives, 18, self._leg(sequence, {"arrived_on": arrives}, made))
                self._check_file(made, days_after(arrives, 5))

    def _leg(self, sequence: int, values: Mapping[str, Any], made: list[EvidenceFile] | None = None) -> Act:
        def save(at: datetime) -> None:
            if made is not None:
                made.append(self._file("other", at, f"Leg {sequence} arrived on {values['arrived_on']}"))
            known = {"legal_entity": self.early} if self.early else {}
            projects.save_leg(
                project=self.project,
                sequence=sequence,
                values={**known, **values},
                evidence=made or (),
                with_checklist=False,
                actor=self.cast.operator,
                at=at,
            )

        return save

    # --- companies ---------------------------------------------------------------------------------------
    def _needs_early_entity(self) -> bool:
        landed = self._moved("landed")
        titles = self.row.get("titles", ())
        before = any(landed is None or day < days_before(landed, 18) for _kind, day in titles)
        return before or bool(self.row.get("legs"))

    def _found_early(self, at: datetime) -> None:
        """A Swedish company at Uppsala, a team without a company elsewhere."""
        is_swedish = self.cast.incubator.time_zone == "Europe/Stockholm"
        values: dict[str, Any] = {
            "name_zh": f"{self.row['zh']}瑞典公司" if is_swedish else f"{self.row['zh']}团队",
            "name_en": f"{self.row['en']} AB" if is_swedish else f"{self.row['en']} team",
            "kind": EnterpriseKind.COMPANY if is_swedish else EnterpriseKind.TEAM,
            "country": "SE" if is_swedish else "CN",
            "external_id": f"{external_id(self.row)}-EARLY",
        }
        if is_swedish:
            values |= {
                "organisation_number": organisation_number(self.serial),
                "address": "示例地址，Uppsala",
            }
        self.early = self._create_enterprise(values, at)
        self._link(self.early, at)

    def _found_company(self, registered: date, at: datetime) -> None:
        self.company = self._create_enterprise(
            {
                "name_zh": f"{self.row['zh']}（江阴）有限公司",
                "name_en": f"{self.row['en'].capitalize()} (Jiangyin) Co., Ltd.",
                "kind": EnterpriseKind.COMPANY,
                "credit_code": credit_code(self.serial),
                "address": f"示例地址，{self.row.get('site', '')}",
                "registered_on": registered,
                "external_id": external_id(self.row),
            },
            at,
        )
        self._link(self.company, at)

    def _create_enterprise(self, values: Mapping[str, Any], at: datetime) -> Enterprise:
        return enterprises.create_enterprise(
            park=self.cast.park,
            incubator=self.cast.incubator,
            values=values,
            actor=self.cast.operator,
            at=at,
            provenance=Provenance.DEMONSTRATION,
        )

    def _link(self, enterprise: Enterprise, at: datetime) -> None:
        projects.update_project(
            project=self.project, values={"enterprise": enterprise}, actor=self.cast.operator, at=at
        )

    def _tell_year(self, figures: Sequence[int]) -> None:
        year, revenue, research, tax, staff, research_staff = figures
        values = {
            "currency": "CNY",
            "revenue_amount": Decimal(revenue),
            "rd_expense_amount": Decimal(research),
            "tax_paid_amount": Decimal(tax),
            "staff_count": staff,
            "rd_staff_count": research_staff,
        }
        entered: list[Any] = []

        def enter(at: datetime) -> None:
            assert self.company is not None
            entered.append(
                enterprises.enter_yearly_figures(
                    enterprise=self.company, year=year, values=values, actor=self.cast.operator, at=at
                )
            )

        def verify(at: datetime) -> None:
            if self.cast.administrator is not None:
                enterprises.verify_yearly_figures(figures=entered[0], actor=self.cast.administrator, at=at)

        self._when(days_after(date(year + 1, 2, 20), 0), 10, enter)
        self._when(days_after(date(year + 1, 3, 22), 0), 10, verify)

    def _tell_title(self, number: int, kind: str, day: date) -> None:
        entered: list[Any] = []

        def enter(at: datetime) -> None:
            landed = self._moved("landed")
            owner = self.company if landed and day >= days_before(landed, 18) else self.early
            assert owner is not None
            certificate = f"SAMPLE-{self.row['id']}-{number + 1}"
            values = {
                "kind": kind,
                "granted_on": day,
                "certificate_number": certificate,
                "evidence": self._file("certificate", at, f"{kind} of {day}", certificate),
            }
            entered.append(
                enterprises.enter_recognition(
                    enterprise=owner, values=values, actor=self.cast.operator, at=at
                )
            )

        def verify(at: datetime) -> None:
            if self.cast.administrator is not None:
                verify_papers([entered[0].evidence], self.cast.administrator, at)
                enterprises.verify_recognition(recognition=entered[0], actor=self.cast.administrator, at=at)

        self._when(days_after(day, 9), 10, enter)
        self._when(days_after(day, 17), 10, verify)


def verify_papers(papers: Sequence[EvidenceFile], second: User, at: datetime) -> None:
    for file in papers:
        verify_evidence(file=file, actor=second, at=at)


def external_id(row: Mapping[str, Any]) -> str:
    """The number by which a later load recognises the project."""
    return f"DEMO-{row['id']}"
