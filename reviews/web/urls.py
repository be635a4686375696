"""Addresses of expert reviews."""

from django.urls import path

from reviews.web import assigning, cases, experts, mine, notices, rounds

urlpatterns = [
    path("", rounds.review_list, name="review-list"),
    path("new/", rounds.review_create, name="review-create"),
    path("mine/", mine.review_mine, name="review-mine"),
    path("experts/", experts.expert_list, name="expert-list"),
    path("experts/new/", experts.expert_create, name="expert-create"),
    path("experts/<int:pk>/", experts.expert_detail, name="expert-detail"),
    path("experts/<int:pk>/edit/", experts.expert_edit, name="expert-edit"),
    path("notices/", notices.notice_list, name="review-notice-list"),
    path("notices/new/", notices.notice_create, name="review-notice-create"),
    path("notices/<int:pk>/", notices.notice_detail, name="review-notice-detail"),
    path("notices/<int:pk>/print/", notices.notice_print, name="review-notice-print"),
    path("notices/<int:pk>/object/", notices.notice_object, name="review-notice-object"),
    path("notices/<int:pk>/withdraw/", notices.notice_withdraw, name="review-notice-withdraw"),
    path("objections/<int:pk>/rule/", notices.objection_rule, name="review-objection-rule"),
    path("cases/<int:pk>/", cases.review_case, name="review-case"),
    path("cases/<int:pk>/answer/", mine.case_answer, name="review-case-answer"),
    path("cases/<int:pk>/score/", mine.case_score, name="review-case-score"),
    path("cases/<int:pk>/declare/", mine.case_declare, name="review-case-declare"),
    path("cases/<int:pk>/files/<int:file_pk>/", cases.case_file, name="review-case-file"),
    path("cases/<int:pk>/upload/", cases.case_upload, name="review-case-upload"),
    path("cases/<int:pk>/result/", cases.case_result, name="review-case-result"),
    path("cases/<int:pk>/confirm/", cases.case_confirm, name="review-case-confirm"),
    path("cases/<int:pk>/remove/", cases.case_remove, name="review-case-remove"),
    path("cases/<int:pk>/choose/", assigning.case_choose, name="review-case-choose"),
    path("assignments/<int:pk>/drop/", assigning.assignment_drop, name="review-assignment-drop"),
    path("assignments/<int:pk>/recuse/", assigning.assignment_recuse, name="review-assignment-recuse"),
    path("assignments/<int:pk>/withdraw/", assigning.assignment_withdraw, name="review-assignment-withdraw"),
    path("assignments/<int:pk>/reopen/", assigning.assignment_reopen, name="review-assignment-reopen"),
    path("<int:pk>/", rounds.review_detail, name="review-detail"),
    path("<int:pk>/edit/", rounds.review_edit, name="review-edit"),
    path("<int:pk>/move/", rounds.review_move, name="review-move"),
    path("<int:pk>/cases/", rounds.review_add_case, name="review-add-case"),
    path("<int:pk>/assign/", assigning.review_assign, name="review-assign"),
    path("<int:pk>/summary.xlsx", rounds.review_excel, name="review-excel"),
    path("<int:pk>/summary.docx", rounds.review_word, name="review-word"),
]
