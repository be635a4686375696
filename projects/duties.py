"""What has to be settled on a leg of the road home and in the years after. Pure: no Django, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

#: A project is followed up for so many years after it industrialised. (Baseline at entry, yearly figures and
#: five years of follow-up are the practice of incubator associations; see PRODUCT F46 in docs/domain.md.)
FOLLOW_UP_YEARS = 5
#: Support counts as present when it came within so many days before the end or the stall.
SUPPORT_DAYS = 365
#: Steps of a leg stop falling due so many days after its arrival; they stay open on its page.
SETTLING_DAYS = 180


@dataclass(frozen=True)
class StandardStep:
    """``days`` after the planned departure (negative: before)."""

    code: str
    name_zh: str
    name_en: str
    days: int
    only_across_borders: bool = False


#: What a park starts with until its administrator writes a template of its own. Days are assumptions.
STANDARD_STEPS = (
    StandardStep("company", "公司注册（或变更登记）", "Company registration (or change of it)", -30),
    StandardStep("site", "场地租赁或用地", "Site lease or land", -45),
    StandardStep("licences", "行业许可与资质", "Licences and permits of the trade", 30),
    StandardStep("equipment", "设备搬运与通关", "Equipment and customs", -10),
    StandardStep(
        "samples",
        "样本、试剂与人类遗传资源出入境审批",
        "Samples, reagents and genetic-resource permits",
        -60,
        only_across_borders=True,
    ),
    StandardStep("staff", "人员到位、签证与社保", "Staff, visas and social insurance", 15),
    StandardStep("bank", "银行开户与外汇登记", "Bank account and foreign-exchange registration", 30),
)


def due_day(departure: date | None, days: int) -> date | None:
    return departure + timedelta(days=days) if departure is not None else None


def anniversary(day: date, year: int) -> date:
    """The same day of that year; 29 February becomes 28 February where that year has none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


@dataclass(frozen=True)
class DueFollowUp:
    """The follow-up of one year: due on the anniversary of the day on which the project industrialised."""

    year: int
    on: date


def follow_ups_due(industrialised_on: date, *, recorded: Iterable[int], until: date) -> list[DueFollowUp]:
    """Follow-ups of the five years that are due up to this day and not recorded yet, oldest first."""
    known = set(recorded)
    years = range(industrialised_on.year + 1, industrialised_on.year + 1 + FOLLOW_UP_YEARS)
    due = [DueFollowUp(year, anniversary(industrialised_on, year)) for year in years if year not in known]
    return [item for item in due if item.on <= until]
