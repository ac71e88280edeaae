"""The addresses of the own account."""

from __future__ import annotations

from django.urls import path

from identity_cloud.operators.sessions_page import SessionLeftPage, SessionsPage

app_name = "operators"

urlpatterns = [
    path("sessions/", SessionsPage.as_view(), name="sessions"),
    path("sessions/left/", SessionLeftPage.as_view(), name="session_left"),
]
