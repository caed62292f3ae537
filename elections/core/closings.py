"""Days on which federal offices closed by order of the President, in part or as a whole.

They are not among the federal holidays of 5 U.S.C. 6103, so the tender-offer rules count them as
business days all the same; whoever relies on a day near one should know.
"""

from datetime import date

SPECIAL_CLOSINGS: dict[date, str] = {
    date(2001, 12, 24): "federal offices were closed",
    date(2002, 12, 24): "federal offices closed for half a day",
    date(2003, 12, 26): "federal offices were closed",
    date(2004, 6, 11): "federal offices were closed",
}
