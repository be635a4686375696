"""The table of projects: set-wise from end to end, with the rules of the services for one project."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from core.errors import FieldError
from core.saving import clean_text, readable_integrity_errors, values_of
from enterprises.models import Enterprise
from enterprises.services.sets import remove_enterprises
from exchange.importers import (
    Entry,
    Identity,
    KeyedSheet,
    among,
    from_plain,
    incubator_choices,
    placed,
    refuse_reviewed,
    to_plain,
    users_of,
)
from exchange.sheets import Choice, Column, Place, Row, Undo, Written
from incubators.models import Incubator, Park
from projects.enums import LeadSource, Stage
from projects.importers.columns import COLUMNS, COMPANY
from projects.importers.companies import look_up, named_in, record_new, settle
from projects.models import Project, Sector, StageLog
from projects.selectors.listing import projects_matching
from projects.services.records import local_day
from projects.services.sets import change_projects, fresh_codes, insert_projects, remove_projects

TEXTS = (
    "external_id",
    "name_zh",
    "name_en",
    "summary",
    "team_lead",
    "contact",
    "lead_source",
    "destination_site",
)
#: A number as this system gives them, also those of records moved from another installation.
CODE = re.compile(r"[0-9]{4}-[0-9A-Z][0-9A-Z-]{3,18}")


class ProjectsSheet(KeyedSheet):
    """One row is one project. Stage and verification are not among the columns: they have their own ways."""

    code = "projects"
    label_zh = "项目"
    label_en = "Projects"
    about_zh = (
        "每行一个项目。新项目的“项目编号”留空；修改已有项目时请保留其编号。阶段和核验不能通过表格修改。"
    )
    about_en = (
        "One row is one project. Leave the number of a new project empty; keep it to change a recorded one. "
        "Stages and verifications cannot be changed by a table."
    )
    icon = "route"
    list_url_name = "project-list"
    record_url_name = "project-detail"
    keys = ("code", "external_id")
    model = Project
    fixed = ("incubator", "code", *COMPANY)
    kept = ("first_contact_on",)

    def columns(self) -> Sequence[Column]:
        return COLUMNS

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        if column == "incubator":
            return incubator_choices(place)
        if column == "sector":
            return [
                Choice(sector.code, sector.name_zh, sector.name_en)
                for sector in Sector.objects.order_by("position", "code")
            ]
        return lead_sources()

    # --- checking ---------------------------------------------------------------------------------

    def read(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        sectors = {sector.code: sector for sector in Sector.objects.all()}
        today = _days(at)
        entries = [self._read(placed(place, row), sectors, today) for row in rows]
        named = [(entry, found) for entry in entries if (found := named_in(entry)) is not None]
        companies = look_up(place, [found for _entry, found in named], actor)
        for entry, found in named:
            settle(entry, found, companies, actor, at)
        return entries

    def _read(self, entry: Entry, sectors: Mapping[str, Sector], today: Callable[[Entry], date]) -> Entry:
        values = entry.row.values
        for name in TEXTS:
            if name in values:
                entry.values[name] = clean_text(values[name], field=name)
        if "sector" in values:
            entry.values["sector"] = sectors.get(values["sector"]) if values["sector"] else None
        day = values.get("first_contact_on")
        if day is not None:
            entry.values["first_contact_on"] = day
            if day > today(entry):
                message = _("%(day)s has not come yet. Enter a day up to today.")
                entry.refuse("first_contact_on", message % {"day": day}, "future")
        code = clean_text(values.get("code"), field="code").upper()
        if code:
            entry.values["code"] = code
        return entry

    def identities(self, entry: Entry) -> Iterable[Identity]:
        if code := entry.values.get("code"):
            yield Identity("code", code)
        if number := entry.values.get("external_id"):
            yield Identity("external_id", (entry.park.pk, entry.incubator and entry.incubator.pk, number))

    def known(self, *, place: Place, entries: Sequence[Entry], actor: Any) -> Mapping[Identity, Any]:
        codes = sorted({code for entry in entries if (code := entry.values.get("code"))})
        numbers = sorted({number for entry in entries if (number := entry.values.get("external_id"))})
        found: dict[Identity, Any] = {}
        here = self.whole(self.within(place, self.visible(actor)))
        for project in among(here, "code", codes) if codes else ():
            found[Identity("code", project.code)] = project
        numbered = here.filter(park=place.park).exclude(external_id="")  # as the index has them
        for project in among(numbered, "external_id", numbers) if numbers else ():
            key = (project.park_id, project.incubator_id, project.external_id)
            found[Identity("external_id", key)] = project
        self._refuse_taken(codes, entries, found)
        return found

    def _refuse_taken(
        self, codes: Sequence[str], entries: Sequence[Entry], found: Mapping[Identity, Any]
    ) -> None:
        """A number that stands for no project here is kept for a new one, if it is free and well formed."""
        strange = [code for code in codes if Identity("code", code) not in found]
        taken: set[str] = set()
        if strange:
            taken = set(among(Project.everything.all(), "code", strange).values_list("code", flat=True))
        for entry in entries:
            code = entry.values.get("code")
            if not code or Identity("code", code) in found:
                continue
            if code in taken:
                message = _("The number %(code)s is taken. Leave it empty for a new project.")
                entry.refuse("code", message % {"code": code}, "taken")
            elif not CODE.fullmatch(code):
                message = _(
                    "“%(code)s” is not a number of this system. Leave the cell empty for a new project."
                )
                entry.refuse("code", message % {"code": code[:40]}, "not_a_code")

    def whole(self, queryset: Any) -> Any:
        return queryset.select_related("park", "incubator", "sector", "enterprise")

    def names(self, entry: Entry) -> tuple[str, ...]:
        names = (entry.values.get("name_zh", ""), entry.values.get("name_en", ""))
        return names if any(names) else ()

    def judged(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Entry]:
        entries = super().judged(place=place, rows=rows, actor=actor, at=at)
        dated = {
            entry.record.pk: entry
            for entry in entries
            if entry.record is not None and "first_contact_on" in entry.changes
        }
        if dated:
            _refuse_later_than_first_move(dated)
        return entries

    def check_entry(self, entry: Entry, *, actor: Any, at: datetime) -> None:
        record = entry.record
        if record is None:
            return
        values = entry.row.values
        stands_here = record.incubator_id == (entry.incubator and entry.incubator.pk)
        if values.get("incubator") and not stands_here:
            message = _("The project stands at %(name)s; a table cannot move it to another incubator.")
            entry.refuse("incubator", message % {"name": record.incubator or record.park}, "other_place")
        if entry.values.get("code") not in (None, record.code):
            message = _("Your own number belongs to project %(code)s. Mend one of the two.")
            entry.refuse("external_id", message % {"code": record.code}, "other_record")
        self._compare_company(entry)

    def _compare_company(self, entry: Entry) -> None:
        if "enterprise" not in entry.values:
            return
        new, old = entry.values["enterprise"], entry.record.enterprise
        if (new is None) != (old is None) or (new is not None and new.pk != old.pk):
            entry.changes[COMPANY[0]] = (old and old.name_zh, new and new.name_zh)

    def cells_of(self, record: Any) -> dict[str, Any]:
        company = record.enterprise
        return {
            "code": record.code,
            "external_id": record.external_id or None,
            "incubator": record.incubator.code if record.incubator else None,
            "name_zh": record.name_zh,
            "name_en": record.name_en or None,
            "sector": record.sector.code if record.sector else None,
            "summary": record.summary or None,
            "team_lead": record.team_lead or None,
            "contact": record.contact or None,
            "lead_source": record.lead_source or None,
            "first_contact_on": record.first_contact_on,
            "destination_site": record.destination_site or None,
            "enterprise_name": company.name_zh if company else None,
            "enterprise_name_en": (company.name_en or None) if company else None,
            "enterprise_credit_code": (company.credit_code or None) if company else None,
            "enterprise_organisation_number": (company.organisation_number or None) if company else None,
        }

    # --- writing ----------------------------------------------------------------------------------

    def write(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Written]:
        _queue_up(place)
        try:
            with transaction.atomic():
                return super().write(place=place, rows=rows, actor=actor, at=at)
        except IntegrityError:
            # Somebody entered one of the numbers between the check and the insert. Now it is known.
            with readable_integrity_errors(Project, Enterprise):
                return super().write(place=place, rows=rows, actor=actor, at=at)

    def create(self, *, entries: Sequence[Entry], actor: Any, at: datetime) -> list[Written]:
        recorded = record_new(entries, actor=actor, at=at)
        today = _days(at)
        projects = []
        for entry in entries:
            day = entry.values.get("first_contact_on") or today(entry)
            values = {**entry.values, "first_contact_on": day, "stage_since": day, "stage": Stage.LEAD}
            project = Project(
                park=entry.park,
                incubator=entry.incubator,
                entered_by=actor,
                created_at=at,
                updated_at=at,
                **values,
            )
            projects.append(project)
        unnumbered = [project for project in projects if not project.code]
        for project, code in zip(
            unnumbered, fresh_codes([project.first_contact_on for project in unnumbered]), strict=True
        ):
            project.code = code
        for project in projects:
            project.index_names()
        insert_projects(projects, actor=actor, at=at)
        return [
            Written("created", project.pk, _undo(project, {}, recorded.get(entry.row.number)))
            for project, entry in zip(projects, entries, strict=True)
        ]

    def update(self, *, entries: Sequence[Entry], actor: Any, at: datetime) -> list[Written]:
        """Under a lock on every row; who was changed since the check is parked with a sentence."""
        locked = self._locked([entry.record.pk for entry in entries])
        stale = {
            entry.row.number
            for entry in entries
            if entry.record.pk not in locked or locked[entry.record.pk].version != entry.record.version
        }
        good = [entry for entry in entries if entry.row.number not in stale]
        recorded = record_new(good, actor=actor, at=at)
        changes, before = [], {}
        for entry in good:
            project = locked[entry.record.pk]
            values = {name: value for name, value in entry.values.items() if name != "code"}
            changes.append((project, values))
            before[project.pk] = values_of(project, values)
        change_projects(changes, actor=actor, at=at)
        written = {
            entry.row.number: Written(
                "updated",
                project.pk,
                _undo(project, before[project.pk], recorded.get(entry.row.number)),
            )
            for entry, (project, _values) in zip(good, changes, strict=True)
        }
        message = _("Somebody else changed this project meanwhile. Compare both versions.")
        refused = Written("error", errors=[FieldError("", message, "stale")])
        return [written.get(entry.row.number, refused) for entry in entries]

    def _locked(self, ids: Sequence[int]) -> dict[int, Any]:
        rows = among(Project.objects.select_for_update(of=("self",)), "id", ids).order_by("pk")
        return {project.pk: project for project in rows.select_related("park", "incubator")}

    # --- taking back ------------------------------------------------------------------------------

    parts = ("projects.StageLog",)

    def restore(
        self,
        *,
        place: Place,
        entries: Sequence[Undo],
        records: Mapping[int, Any],
        actor: Any,
        at: datetime,
    ) -> None:
        changes = [(records[entry.record_id], _before(entry)) for entry in entries]
        change_projects(changes, actor=actor, at=at)

    def remove(self, *, records: Sequence[Any], actor: Any, at: datetime) -> None:
        remove_projects(records, actor=actor, at=at)

    def take_back(self, *, place: Place, entries: Sequence[Undo], actor: Any, at: datetime) -> None:
        """The projects first, then the companies that came with them, if nobody uses these."""
        with transaction.atomic():
            super().take_back(place=place, entries=entries, actor=actor, at=at)
            _take_back_companies(entries, actor=actor, at=at)

    # --- export -----------------------------------------------------------------------------------

    def listed(self, user: Any, filters: Mapping[str, str]) -> models.QuerySet[Any]:
        return (
            projects_matching(user, filters)
            .select_related("incubator", "sector", "enterprise")
            .order_by("pk")
        )


def lead_sources() -> list[Choice]:
    """The sources in both languages, in the words of the pages, whatever the language of the page."""
    words = {
        LeadSource.EVENT: ("活动", "event", ("路演", "展会", "会议")),
        LeadSource.CONTEST: ("大赛", "contest", ("竞赛", "创业大赛", "比赛")),
        LeadSource.MANDATE: ("委托招引", "recruitment mandate", ("委托招商", "招商委托")),
        LeadSource.REFERRAL: ("推荐", "referral", ("介绍", "转介绍")),
        LeadSource.UNIVERSITY: ("合作高校", "university partner", ("高校合作", "高校", "院校")),
        LeadSource.INVESTOR: ("投资机构", "investor", ("投资人", "基金")),
        LeadSource.DIRECT: ("直接联系", "direct contact", ("直接接洽", "自主对接", "主动联系")),
    }
    return [Choice(source.value, zh, en, aliases) for source, (zh, en, aliases) in words.items()]


def _days(at: datetime) -> Callable[[Entry], date]:
    """Today where the row's record stands, worked out once for each place."""
    known: dict[int | None, date] = {}

    def today(entry: Entry) -> date:
        key = entry.incubator.pk if entry.incubator is not None else None
        if key not in known:
            known[key] = local_day(incubator=entry.incubator, park=entry.park, at=at)
        return known[key]

    return today


def _refuse_later_than_first_move(entries: Mapping[int, Entry]) -> None:
    moves = StageLog.objects.filter(project__in=list(entries), sequence=2).values_list("project_id", "on")
    for project_id, on in moves:
        entry = entries[project_id]
        if entry.values["first_contact_on"] > on:
            message = _("The project moved on %(day)s. Enter that day or an earlier one.")
            entry.refuse("first_contact_on", message % {"day": on}, "order")


def _queue_up(place: Place) -> None:
    """One batch at a time for each place: two with the same numbers would wait for each other in a circle."""
    home: Park | Incubator = place.incubator or place.park
    type(home)._base_manager.select_for_update(no_key=True).get(pk=home.pk)


def _undo(project: Project, before: Mapping[str, Any], companies: Sequence[int] | None) -> dict[str, Any]:
    undo: dict[str, Any] = {"mark": str(project.version)}
    if before:
        undo["before"] = {name: to_plain(value) for name, value in before.items()}
    return {**undo, "companies": list(companies)} if companies else undo


def _before(entry: Undo) -> dict[str, Any]:
    """Values of before as attributes of the model: linked records by id."""
    return {
        Project._meta.get_field(name).attname: from_plain(value)  # type: ignore[union-attr]
        for name, value in entry.undo["before"].items()
    }


def _take_back_companies(entries: Sequence[Undo], *, actor: Any, at: datetime) -> None:
    rows = {pk: entry.number for entry in entries for pk in entry.undo.get("companies", ())}
    if not rows:
        return
    companies = list(
        Enterprise.everything.select_for_update(of=("self",))
        .select_related("park", "incubator")
        .filter(pk__in=rows)
        .order_by("pk")
    )
    came = [Undo(rows[company.pk], "created", company.pk, {"mark": "1"}) for company in companies]
    refuse_reviewed(
        came,
        {company.pk: company for company in companies},
        used=users_of(Enterprise, [company.pk for company in companies]),
    )
    remove_enterprises(companies, actor=actor, at=at)
