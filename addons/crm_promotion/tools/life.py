"""Where a promotion is in its life; pure."""

from datetime import date


def state_of(
    today: date,
    *,
    started: bool,
    stopped_on: date | None = None,
    date_to: date | None = None,
) -> str:
    """``draft`` until it is started, then ``running`` until it is stopped or over.

    A program whose first day is still to come is running: conditions say from when
    orders get it. What was over before it was stopped has ended.

    :param stopped_on: the first day on which orders get it no more.
    :param date_to: the last day on which they do.
    """
    if not started:
        return "draft"
    over = date_to is not None and date_to < today
    if stopped_on is not None and stopped_on <= today:
        before = date_to is not None and date_to < stopped_on
        return "ended" if over and before else "stopped"
    return "ended" if over else "running"
