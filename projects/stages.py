"""The stages of a project, the moves between them, and what each gate asks for. Pure: no database, no clock.

The path: lead 线索 → screening 洽谈评审 → incubating 签约入驻·在孵 → accelerating 加速 →
relocating 搬迁回流 → landed 注册落户 → industrialising 开工 → industrialised 投产 → alumni 毕业跟踪.
Projects may skip acceleration and relocation (Uppsala projects came straight home). Side doors:
suspended, moved elsewhere, terminated. A gate is checked only when a project moves forward into its
stage, so that a new rule never locks old records.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

PATH: tuple[str, ...] = (
    "lead",
    "screening",
    "incubating",
    "accelerating",
    "relocating",
    "landed",
    "industrialising",
    "industrialised",
    "alumni",
)
SIDE_DOORS: tuple[str, ...] = ("suspended", "moved_elsewhere", "terminated")
ENDED: frozenset[str] = frozenset({"moved_elsewhere", "terminated"})

FORWARD: Mapping[str, tuple[str, ...]] = {
    "lead": ("screening",),
    "screening": ("incubating",),
    "incubating": ("accelerating", "relocating", "landed"),
    "accelerating": ("relocating", "landed"),
    "relocating": ("landed",),
    "landed": ("industrialising",),
    "industrialising": ("industrialised",),
    "industrialised": ("alumni",),
    "alumni": (),
}


def _(text: str) -> str:
    """Marks a text for translation; whoever shows it translates it."""
    return text


@dataclass(frozen=True)
class FactState:
    """What is known of one kind of fact: proved means that evidence hangs on it."""

    entered: bool = False
    proved: bool = False
    verified: bool = False


@dataclass(frozen=True)
class ProjectState:
    """Everything that gates look at, read once before the check."""

    stage: str
    previous_stage: str | None = None
    filled: frozenset[str] = frozenset()
    facts: Mapping[str, FactState] = field(default_factory=dict)
    evidence_kinds: frozenset[str] = frozenset()
    legs_planned: int = 0
    legs_under_way: int = 0
    credit_total: Decimal = Decimal(0)
    enterprise_identified: bool = False
    verified_years: int = 0


@dataclass(frozen=True)
class Missing:
    """One thing that a gate still asks for: the field to go to and a sentence with the remedy."""

    field: str
    message: str


Requirement = Callable[[ProjectState], Missing | None]


def filled(name: str, message: str) -> Requirement:
    """The record's own field has a value."""
    return lambda state: None if name in state.filled else Missing(name, message)


def fact(kind: str, *, messages: tuple[str, str, str], verified: bool) -> Requirement:
    """A dated fact is entered, proved by evidence and, where asked, verified by a second person."""
    enter, prove, verify = messages

    def check(state: ProjectState) -> Missing | None:
        known = state.facts.get(kind, FactState())
        if not known.entered:
            return Missing(f"facts.{kind}", enter)
        if verified and known.verified:
            return None
        if not known.proved:
            return Missing(f"facts.{kind}", prove)
        return Missing(f"facts.{kind}", verify) if verified else None

    return check


def evidence(kind: str, message: str) -> Requirement:
    """A file of this kind is attached to the project."""
    return lambda state: None if kind in state.evidence_kinds else Missing(f"evidence.{kind}", message)


def condition(name: str, holds: Callable[[ProjectState], bool], message: str) -> Requirement:
    return lambda state: None if holds(state) else Missing(name, message)


GATES: Mapping[str, tuple[Requirement, ...]] = {
    "screening": (
        filled("sector", _("Choose the sector.")),
        filled("team_lead", _("Name the person who leads the team.")),
        filled("lead_source", _("Say where the lead came from.")),
    ),
    "incubating": (
        filled("summary", _("Describe the project in a few sentences.")),
        fact(
            "signed",
            messages=(
                _("Enter the date on which the incubation agreement was signed."),
                _("Attach the signed incubation agreement."),
                "",
            ),
            verified=False,
        ),
    ),
    "accelerating": (
        evidence("milestone", _("Attach proof of the milestone that makes the project ready to accelerate.")),
    ),
    "relocating": (
        filled("destination_site", _("Say which site in the park the project moves to.")),
        condition(
            "legs", lambda state: state.legs_planned > 0, _("Plan at least one leg of the relocation.")
        ),
    ),
    "landed": (
        condition(
            "enterprise",
            lambda state: state.enterprise_identified,
            _("Link the company registered in the park, with its registration number."),
        ),
        fact(
            "registered",
            messages=(
                _("Enter the date on which the company was registered."),
                _("Attach the business licence to the registration."),
                _("A second person at the park has to verify the registration."),
            ),
            verified=True,
        ),
        condition(
            "legs",
            lambda state: state.legs_under_way == 0,
            _("Enter the arrival date of the relocation that is still under way."),
        ),
        condition(
            "credit_shares",
            lambda state: state.credit_total == 100,
            _("Divide the credit for this landing; the shares have to total 100%."),
        ),
    ),
    "industrialising": (
        evidence("lease", _("Attach the lease or the land document of the production site.")),
        fact(
            "paid_in",
            messages=(
                _("Enter the capital that was paid in."),
                _("Attach the bank receipt or capital verification."),
                _("A second person has to verify the paid-in capital."),
            ),
            verified=True,
        ),
        fact(
            "started",
            messages=(
                _("Enter the date on which construction or fitting-out started."),
                _("Attach proof that construction started."),
                "",
            ),
            verified=False,
        ),
    ),
    "industrialised": (
        fact(
            "producing",
            messages=(
                _("Enter the date on which production started."),
                _("Attach proof of production."),
                _("A second person at the park has to verify the start of production."),
            ),
            verified=True,
        ),
    ),
    "alumni": (
        condition(
            "yearly_figures",
            lambda state: state.verified_years > 0,
            _("At least one year of the enterprise's figures has to be verified."),
        ),
    ),
}


def is_ahead(stage: str, of: str) -> bool:
    """Whether ``stage`` lies further along the path than ``of``."""
    return stage in PATH and of in PATH and PATH.index(stage) > PATH.index(of)


def _resumable(state: ProjectState) -> Sequence[str]:
    """Stages to which a project may return from a side door: where it stood, or anything before."""
    if state.previous_stage not in PATH:
        return ("lead",)
    return PATH[: PATH.index(state.previous_stage) + 1]


def next_stages(state: ProjectState) -> tuple[str, ...]:
    """The stages whose gates lie directly ahead."""
    return FORWARD.get(state.stage, ())


def allowed_moves(state: ProjectState) -> tuple[str, ...]:
    """Every stage the project may move to from where it stands, gates aside."""
    if state.stage in ENDED:
        return tuple(_resumable(state))
    if state.stage == "suspended":
        return (*_resumable(state), "moved_elsewhere", "terminated")
    behind = PATH[: PATH.index(state.stage)]
    return (*next_stages(state), *reversed(behind), *SIDE_DOORS)


def needs_reason(state: ProjectState, to_stage: str) -> bool:
    """Everything but a step ahead is explained in words."""
    return to_stage not in next_stages(state)


def missing_for(state: ProjectState, to_stage: str) -> list[Missing]:
    """What the gate of ``to_stage`` still asks for; nothing when the move goes back or aside."""
    if to_stage not in next_stages(state):
        return []
    found = (requirement(state) for requirement in GATES.get(to_stage, ()))
    return [item for item in found if item is not None]
