"""Models of the incubators app, by theme."""

from incubators.models.base import (
    Named,
    Recognisable,
    Returnable,
    Sourced,
    TenantQuerySet,
    Tracked,
    Verifiable,
    half_open,
)
from incubators.models.contracts import ContractTarget, IncubatorRecognition, OperatorContract, Space
from incubators.models.places import Incubator, Membership, Organisation, Park
from incubators.models.published import Agreement, ReferenceProcess, ReportedFigure

__all__ = [
    "Agreement",
    "ContractTarget",
    "Incubator",
    "IncubatorRecognition",
    "Membership",
    "Named",
    "OperatorContract",
    "Organisation",
    "Park",
    "Recognisable",
    "ReferenceProcess",
    "ReportedFigure",
    "Returnable",
    "Sourced",
    "Space",
    "TenantQuerySet",
    "Tracked",
    "Verifiable",
    "half_open",
]
