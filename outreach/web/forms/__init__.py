"""Forms of liaison. They read what people type; the services decide."""

from outreach.web.forms.base import PlacedForm, ReasonForm, RecentField, UploadForm
from outreach.web.forms.filters import (
    AgreementFilterForm,
    ContactFilterForm,
    EventFilterForm,
    LeadFilterForm,
    MandateFilterForm,
    TalkFilterForm,
)
from outreach.web.forms.leads import ConvertForm, LeadForm, LeadMoveForm
from outreach.web.forms.records import (
    ActionForm,
    AgreementForm,
    ClaimForm,
    ContactForm,
    DoneForm,
    EventForm,
    MandateForm,
    TalkForm,
)

__all__ = [
    "ActionForm",
    "AgreementFilterForm",
    "AgreementForm",
    "ClaimForm",
    "ContactFilterForm",
    "ContactForm",
    "ConvertForm",
    "DoneForm",
    "EventFilterForm",
    "EventForm",
    "LeadFilterForm",
    "LeadForm",
    "LeadMoveForm",
    "MandateFilterForm",
    "MandateForm",
    "PlacedForm",
    "ReasonForm",
    "RecentField",
    "TalkFilterForm",
    "TalkForm",
    "UploadForm",
]
