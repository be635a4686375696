"""Addresses of due dates and notices."""

from django.urls import path

from insight.api.views import DueView, NoticeViewSet, WaitingView

urlpatterns = [
    path("due-items/", DueView.as_view()),
    path("waiting-items/", WaitingView.as_view()),
    path("notices/", NoticeViewSet.as_view({"get": "list"})),
    path("notices/read/", NoticeViewSet.as_view({"post": "read"})),
    path("notices/<id:pk>/", NoticeViewSet.as_view({"get": "retrieve"})),
]
