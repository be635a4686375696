"""Writes of the enterprises app, by theme."""

from enterprises.services import financing as _financing  # noqa: F401  registers its kinds of records
from enterprises.services.companies import (
    FIELDS,
    create_enterprise,
    delete_enterprise,
    local_day,
    update_enterprise,
)
from enterprises.services.figures import (
    RECOGNITION_FIELDS,
    YEAR_FIELDS,
    enter_recognition,
    enter_yearly_figures,
    remove_yearly_figures,
    verify_recognition,
    verify_yearly_figures,
)
from enterprises.services.ip import (
    RIGHT_FIELDS,
    Share,
    enter_filing,
    enter_grant,
    remove_right,
    save_right,
    set_owners,
)
from enterprises.services.ladder import replace_rule
from enterprises.services.records import (
    LONGEST_REASON,
    Kind,
    kind_of,
    remove_record,
    return_record,
    save_record,
    verify_record,
)
from enterprises.services.spaces import OCCUPANCY_FIELDS, end_occupancy, remove_occupancy, save_occupancy
from enterprises.services.talents import PERSON_FIELDS, remove_person, save_person

__all__ = [
    "FIELDS",
    "LONGEST_REASON",
    "OCCUPANCY_FIELDS",
    "PERSON_FIELDS",
    "RECOGNITION_FIELDS",
    "RIGHT_FIELDS",
    "YEAR_FIELDS",
    "Kind",
    "Share",
    "create_enterprise",
    "delete_enterprise",
    "end_occupancy",
    "enter_filing",
    "enter_grant",
    "enter_recognition",
    "enter_yearly_figures",
    "kind_of",
    "local_day",
    "remove_occupancy",
    "remove_person",
    "remove_record",
    "remove_right",
    "remove_yearly_figures",
    "replace_rule",
    "return_record",
    "save_occupancy",
    "save_person",
    "save_record",
    "save_right",
    "set_owners",
    "update_enterprise",
    "verify_recognition",
    "verify_record",
    "verify_yearly_figures",
]
