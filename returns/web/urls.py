"""Addresses of the pages of period returns."""

from django.urls import path

from returns.web import closes, duties, entry, exports, lists, offline, review, reviews, versions

urlpatterns = [
    path("", lists.page, name="return-list"),
    path("export/", exports.of_list, name="return-list-export"),
    path("of-month/", lists.of_month, name="return-of-month"),
    path("reviews/", reviews.page, name="return-reviews"),
    path("sw.js", offline.worker, name="return-worker"),
    path("closes/", closes.page, name="return-closes"),
    path("closes/<int:pk>/reopen/", closes.reopen, name="return-reopen"),
    path("duties/of/<int:contract>/", duties.page, name="return-duty-list"),
    path("duties/of/<int:contract>/defaults/", duties.defaults, name="return-duty-defaults"),
    path("duties/of/<int:contract>/new/", duties.edit, name="return-duty-create"),
    path("duties/of/<int:contract>/<int:pk>/", duties.edit, name="return-duty-edit"),
    path("<int:pk>/", entry.page, name="return-detail"),
    path("<int:pk>/save/", entry.save, name="return-save"),
    path("<int:pk>/state/", entry.state, name="return-state"),
    path("<int:pk>/submit/", entry.submit, name="return-submit"),
    path("<int:pk>/estimate/", entry.estimate, name="return-estimate"),
    path("<int:pk>/files/", entry.files, name="return-files"),
    path("<int:pk>/receipt/", versions.receipt, name="return-receipt"),
    path("<int:pk>/correct/", versions.correct, name="return-correct"),
    path("<int:pk>/publish/", versions.publish, name="return-publish"),
    path("<int:pk>/review/", review.page, name="return-review"),
    path("<int:pk>/decide/", review.decide, name="return-decide"),
    path("<int:pk>/export/", exports.of_one, name="return-export"),
]
