"""Addresses of the admin's pages, and what stands on one, for the tests beside this file."""

from __future__ import annotations

import html
import re

from django.http import HttpResponse

from elections.models import Employee, Offer, Submission

LIST = "/admin/elections/submission/"
REVIEW = "/admin/review/"


def page(submission: Submission) -> str:
    """The page of a submission."""
    return f"{LIST}{submission.pk}/change/"


def decide(submission: Submission) -> str:
    """Where a decision on it is sent."""
    return f"{LIST}{submission.pk}/decide/"


def pdf(submission: Submission) -> str:
    """Its confirmation."""
    return f"{LIST}{submission.pk}/confirmation.pdf"


def offer_page(offer: Offer) -> str:
    """The page of an offer."""
    return f"/admin/elections/offer/{offer.pk}/change/"


def extend(offer: Offer) -> str:
    """Where it is extended."""
    return f"/admin/elections/offer/{offer.pk}/extend/"


def paper(employee: Employee) -> str:
    """Where a form on paper is keyed in for them."""
    return f"/admin/elections/employee/{employee.pk}/paper/"


def scan(submission: Submission) -> str:
    """The scan behind a form on paper."""
    return f"{LIST}{submission.pk}/scan/"


def review(submission: Submission) -> str:
    """Its page in the queue of reviewers."""
    return f"{REVIEW}{submission.pk}/"


def words(response: HttpResponse) -> str:
    """The text of a page as a person reads it: no tags, single spaces."""
    body = response.content.decode().partition("<body")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
