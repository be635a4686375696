"""Writes of the enterprises app, by theme."""

from enterprises.services.companies import FIELDS, create_enterprise, local_day, update_enterprise
from enterprises.services.figures import (
    RECOGNITION_FIELDS,
    YEAR_FIELDS,
    enter_recognition,
    enter_yearly_figures,
    verify_recognition,
    verify_yearly_figures,
)

__all__ = [
    "FIELDS",
    "RECOGNITION_FIELDS",
    "YEAR_FIELDS",
    "create_enterprise",
    "enter_recognition",
    "enter_yearly_figures",
    "local_day",
    "update_enterprise",
    "verify_recognition",
    "verify_yearly_figures",
]
