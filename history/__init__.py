"""The analysts' side: the whole history in files of their own, proved, asked, and replayed as of any moment."""

from contracts import experiments, ideas, lessons, notifications

EVENTS = (ideas, experiments, lessons, notifications)
"""Where every event is: whoever imports anything of this package can read all of them."""
