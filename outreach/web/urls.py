"""Addresses of the pages of liaison."""

from django.urls import path

from outreach.web import agreements, contacts, events, files, lead, leads, mandates

urlpatterns = [
    path("leads/", leads.lead_list, name="lead-list"),
    path("leads/board/", leads.lead_board, name="lead-board"),
    path("leads/funnel/", leads.lead_funnel, name="lead-funnel"),
    path("leads/new/", lead.lead_create, name="lead-create"),
    path("leads/<int:pk>/", lead.lead_detail, name="lead-detail"),
    path("leads/<int:pk>/edit/", lead.lead_edit, name="lead-edit"),
    path("leads/<int:pk>/move/", lead.lead_move, name="lead-move"),
    path("leads/<int:pk>/convert/", lead.lead_convert, name="lead-convert"),
    path("leads/<int:pk>/link/", lead.lead_link, name="lead-link"),
    path("leads/<int:pk>/done/", lead.lead_done, name="lead-done"),
    path("leads/<int:pk>/delete/", lead.lead_delete, name="lead-delete"),
    path("events/", events.event_list, name="event-list"),
    path("events/new/", events.event_create, name="event-create"),
    path("events/<int:pk>/", events.event_detail, name="event-detail"),
    path("events/<int:pk>/edit/", events.event_edit, name="event-edit"),
    path("contacts/", contacts.contact_list, name="contact-list"),
    path("contacts/new/", contacts.contact_create, name="contact-create"),
    path("contacts/<int:pk>/", contacts.contact_detail, name="contact-detail"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="contact-edit"),
    path("contacts/<int:pk>/anonymise/", contacts.contact_anonymise, name="contact-anonymise"),
    path("log/", contacts.talk_list, name="contact-talk-list"),
    path("log/new/", contacts.talk_create, name="contact-talk-create"),
    path("log/<int:pk>/", contacts.talk_detail, name="contact-talk-detail"),
    path("log/<int:pk>/edit/", contacts.talk_edit, name="contact-talk-edit"),
    path("log/<int:pk>/done/", contacts.talk_done, name="contact-talk-done"),
    path("mandates/", mandates.mandate_list, name="mandate-list"),
    path("mandates/new/", mandates.mandate_create, name="mandate-create"),
    path("mandates/<int:pk>/", mandates.mandate_detail, name="mandate-detail"),
    path("mandates/<int:pk>/edit/", mandates.mandate_edit, name="mandate-edit"),
    path("mandates/<int:pk>/claim/", mandates.mandate_claim, name="mandate-claim"),
    path("introductions/<int:pk>/verify/", mandates.introduction_verify, name="mandate-credit-verify"),
    path("introductions/<int:pk>/return/", mandates.introduction_return, name="mandate-credit-return"),
    path("introductions/<int:pk>/withdraw/", mandates.introduction_withdraw, name="mandate-credit-withdraw"),
    path("agreements/", agreements.agreement_list, name="agreement-list"),
    path("agreements/new/", agreements.agreement_create, name="agreement-create"),
    path("agreements/<int:pk>/", agreements.agreement_detail, name="agreement-detail"),
    path("agreements/<int:pk>/edit/", agreements.agreement_edit, name="agreement-edit"),
    path("agreements/<int:pk>/actions/new/", agreements.action_create, name="agreement-action-create"),
    path("agreement-actions/<int:pk>/edit/", agreements.action_edit, name="agreement-action-edit"),
    path("agreement-actions/<int:pk>/done/", agreements.action_done, name="agreement-action-done"),
    path("agreement-actions/<int:pk>/reopen/", agreements.action_reopen, name="agreement-action-reopen"),
    *(
        path(f"{key}s/<int:pk>/files/", files.attach, {"key": key}, name=f"{key}-attach")
        for key in files.BEARERS
    ),
    *(
        path(f"{key}s/<int:pk>/files/<int:file_pk>/off/", files.detach, {"key": key}, name=f"{key}-detach")
        for key in files.BEARERS
    ),
]
