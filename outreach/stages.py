"""The funnel of leads and how it follows the projects that leads became. Pure: no database, no clock."""

from collections.abc import Mapping

#: From first word to landing; a lead counts in every stage up to the furthest that it reached.
PATH: tuple[str, ...] = ("contact", "talk", "signed", "landed")
#: What a person may choose; the rest is read off the project.
BY_HAND: tuple[str, ...] = ("contact", "talk", "dropped")

#: Where a lead stands while its project is in this stage. A suspended project leaves its lead where it is.
OF_PROJECT: Mapping[str, str] = {
    "lead": "talk",
    "screening": "talk",
    "incubating": "signed",
    "accelerating": "signed",
    "relocating": "signed",
    "landed": "landed",
    "industrialising": "landed",
    "industrialised": "landed",
    "alumni": "landed",
    "moved_elsewhere": "dropped",
    "terminated": "dropped",
}


def following(project_stage: str, lead_stage: str) -> str:
    """The stage of a lead whose project is in ``project_stage``."""
    return OF_PROJECT.get(project_stage, lead_stage)


def reached_after(reached: str, to_stage: str) -> str:
    """The furthest stage reached, after a move.

    Dropping a lead takes nothing back; a step back to an earlier stage says that the later one did not hold.
    """
    return to_stage if to_stage in PATH else reached


def reached_at_least(stage: str) -> tuple[str, ...]:
    """The values of ``reached`` that count as this stage of the funnel."""
    return PATH[PATH.index(stage) :]
