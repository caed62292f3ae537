"""The rules of the offer: pure functions over plain facts.

Standard library only. Nothing here asks for the time, reads a database or knows Django: every
instant, every calendar of holidays and every fact about a person is handed in. A form that breaks
a rule is answered with problems (`problems.py`); an exception means that the caller is mistaken.
"""
