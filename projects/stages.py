"""The stages of a project, the moves between them, and what each gate asks for. Pure: no database, no clock.

The path: lead 线索 → screening 洽谈评审 → incubating 签约入驻·在孵 → accelerating 加速 →
relocating 搬迁回流 → landed 注册落户 → industrialising 开工 → industrialised 投产 → alumni 毕业跟踪.
Projects may skip acceleration and relocation (Uppsala projects came straight home). Side doors:
suspended, moved elsewhere, terminated. A gate is checked only when a project moves forward into its
stage, so that a new rule never locks old records.

What each gate asks for is a ``Table``. ``DEFAULT`` holds until a park publishes one of its own; the check
itself takes any table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    verified_evidence_kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Missing:
    """One thing that a gate still asks for: the field to go to and a sentence with the remedy.

    ``waits``: everything is there; a second person has to verify it.
    """

    field: str
    message: str
    waits: bool = False


@dataclass(frozen=True)
class Condition:
    """Something that is true of the record as a whole; the field to go to where it is not."""

    field: str
    holds: Callable[[ProjectState], bool]
    message: str


#: Fields of the record that a gate may ask for, with what is said while they are empty.
FIELDS: Mapping[str, str] = {
    "sector": _("Choose the sector."),
    "team_lead": _("Name the person who leads the team."),
    "lead_source": _("Say where the lead came from."),
    "summary": _("Describe the project in a few sentences."),
    "destination_site": _("Say which site in the park the project moves to."),
    "contact": _("Enter how the team can be reached."),
}

#: Facts that a gate may ask for: what is said until they are entered, proved, verified.
FACTS: Mapping[str, tuple[str, str, str]] = {
    "signed": (
        _("Enter the date on which the incubation agreement was signed."),
        _("Attach the signed incubation agreement."),
        _("A second person at the park has to verify the agreement."),
    ),
    "registered": (
        _("Enter the date on which the company was registered."),
        _("Attach the business licence to the registration."),
        _("A second person at the park has to verify the registration."),
    ),
    "paid_in": (
        _("Enter the capital that was paid in."),
        _("Attach the bank receipt or capital verification."),
        _("A second person has to verify the paid-in capital."),
    ),
    "started": (
        _("Enter the date on which construction or fitting-out started."),
        _("Attach proof that construction started."),
        _("A second person at the park has to verify the start of construction."),
    ),
    "producing": (
        _("Enter the date on which production started."),
        _("Attach proof of production."),
        _("A second person at the park has to verify the start of production."),
    ),
}

#: Kinds of files that a gate may ask for.
PAPERS: Mapping[str, str] = {
    "agreement": _("Attach the agreement."),
    "licence": _("Attach the business licence."),
    "bank": _("Attach the bank receipt or capital verification."),
    "lease": _("Attach the lease or the land document of the production site."),
    "permit": _("Attach the permit."),
    "production": _("Attach proof of production."),
    "milestone": _("Attach proof of the milestone that makes the project ready to accelerate."),
    "certificate": _("Attach the certificate or title."),
}
VERIFY_PAPER = _("A second person at the park has to verify this file.")

#: Conditions that a gate may ask for. The list is closed: each is a few lines of code with a test.
CONDITIONS: Mapping[str, Condition] = {
    "enterprise_identified": Condition(
        "enterprise",
        lambda state: state.enterprise_identified,
        _("Link the company registered in the park, with its registration number."),
    ),
    "leg_planned": Condition(
        "legs", lambda state: state.legs_planned > 0, _("Plan at least one leg of the relocation.")
    ),
    "legs_arrived": Condition(
        "legs",
        lambda state: state.legs_under_way == 0,
        _("Enter the arrival date of the relocation that is still under way."),
    ),
    "credit_divided": Condition(
        "credit_shares",
        lambda state: state.credit_total == 100,
        _("Divide the credit for this landing; the shares have to total 100%."),
    ),
    "year_verified": Condition(
        "yearly_figures",
        lambda state: state.verified_years > 0,
        _("At least one year of the enterprise's figures has to be verified."),
    ),
}

#: What may be asked, by kind, in the order in which the editor offers it.
ASKABLE: Mapping[str, Sequence[str]] = {
    "field": tuple(FIELDS),
    "fact": tuple(FACTS),
    "evidence": tuple(PAPERS),
    "condition": tuple(CONDITIONS),
}


@dataclass(frozen=True)
class Requirement:
    """One thing that a gate asks for. ``words`` replace the sentence said while it is not there."""

    kind: str
    key: str
    proof: bool = False
    verify: bool = False
    words: str = ""
    clause: str = ""

    @property
    def field(self) -> str:
        """Where it is mended."""
        if self.kind == "condition":
            return CONDITIONS[self.key].field
        return {"fact": "facts.", "evidence": "evidence."}.get(self.kind, "") + self.key

    @property
    def message(self) -> str:
        """What is said while it is not there."""
        if self.words:
            return self.words
        if self.kind == "condition":
            return CONDITIONS[self.key].message
        return FACTS[self.key][0] if self.kind == "fact" else {**FIELDS, **PAPERS}[self.key]

    def __call__(self, state: ProjectState) -> Missing | None:
        if self.kind == "fact":
            return self._fact(state.facts.get(self.key, FactState()))
        if self.kind == "evidence" and self.key in state.evidence_kinds:
            waits = self.verify and self.key not in state.verified_evidence_kinds
            return Missing(self.field, VERIFY_PAPER, waits=True) if waits else None
        if self.kind == "field" and self.key in state.filled:
            return None
        if self.kind == "condition" and CONDITIONS[self.key].holds(state):
            return None
        return Missing(self.field, self.message)

    def _fact(self, known: FactState) -> Missing | None:
        """A dated fact is entered, proved by evidence and, where asked, verified by a second person."""
        _enter, prove, verify = FACTS[self.key]
        if not known.entered:
            return Missing(self.field, self.message)
        if self.verify and known.verified:
            return None
        if self.proof and not known.proved:
            return Missing(self.field, prove)
        return Missing(self.field, verify, waits=True) if self.verify else None


def filled(name: str) -> Requirement:
    """The record's own field has a value."""
    return Requirement("field", name)


def fact(kind: str, *, verified: bool = False) -> Requirement:
    """A dated fact with its proof."""
    return Requirement("fact", kind, proof=True, verify=verified)


def evidence(kind: str) -> Requirement:
    """A file of this kind is attached to the project."""
    return Requirement("evidence", kind, proof=True)


def condition(name: str) -> Requirement:
    return Requirement("condition", name)


#: What the default table asks for.
GATES: Mapping[str, tuple[Requirement, ...]] = {
    "screening": (filled("sector"), filled("team_lead"), filled("lead_source")),
    "incubating": (filled("summary"), fact("signed")),
    "accelerating": (evidence("milestone"),),
    "relocating": (filled("destination_site"), condition("leg_planned")),
    "landed": (
        condition("enterprise_identified"),
        fact("registered", verified=True),
        condition("legs_arrived"),
        condition("credit_divided"),
    ),
    "industrialising": (evidence("lease"), fact("paid_in", verified=True), fact("started")),
    "industrialised": (fact("producing", verified=True),),
    "alumni": (condition("year_verified"),),
}

#: Whoever may enter may also move or request a move, unless a park's table says otherwise.
MOVERS: tuple[str, ...] = ("operator", "park_admin", "api_client")
#: Facts on which money and official counts rest: no table may do without the second person.
ALWAYS_VERIFIED: frozenset[str] = frozenset({"registered", "paid_in", "producing"})
#: The fact that a gate always asks for, whatever else a park's table changes.
ALWAYS_ASKED: Mapping[str, str] = {
    "landed": "registered",
    "industrialising": "paid_in",
    "industrialised": "producing",
}


@dataclass(frozen=True)
class Gate:
    """The gate before one stage: what it asks, who may move, whether a second person decides, in how many
    days."""

    requirements: tuple[Requirement, ...] = ()
    movers: tuple[str, ...] = MOVERS
    second_person: bool = False
    days: int | None = None

    @property
    def is_decided_by_second_person(self) -> bool:
        return self.second_person or any(item.verify for item in self.requirements)


@dataclass(frozen=True)
class Table:
    """The gates of all stages in one version; ``version`` is its record, None for the table built in."""

    gates: Mapping[str, Gate]
    version: int | None = None

    def gate(self, stage: str) -> Gate:
        return self.gates.get(stage) or Gate()


DEFAULT = Table(
    {
        stage: Gate(
            requirements, second_person=stage in ALWAYS_ASKED, days=10 if stage in ALWAYS_ASKED else None
        )
        for stage, requirements in GATES.items()
    }
)


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


def missing_for(state: ProjectState, to_stage: str, table: Table = DEFAULT) -> list[Missing]:
    """What the gate of ``to_stage`` still asks for; nothing when the move goes back or aside."""
    if to_stage not in next_stages(state):
        return []
    found = (requirement(state) for requirement in table.gate(to_stage).requirements)
    return [item for item in found if item is not None]


def is_requestable(missing: Iterable[Missing]) -> bool:
    """Whether everything that the operator can do is there."""
    return all(item.waits for item in missing)


def must_be_requested(state: ProjectState, to_stage: str, table: Table) -> bool:
    """Whether the step itself has to be decided by a second person.

    Where one has verified every fact that the gate wants verified, the step needs no further decision.
    """
    gate = table.gate(to_stage)
    if to_stage not in next_stages(state) or not gate.second_person:
        return False
    return not any(item.verify for item in gate.requirements)
