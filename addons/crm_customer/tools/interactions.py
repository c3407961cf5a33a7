"""What counts as an interaction with a customer, and what a switchboard may tell."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from .phone import repair_phone
from .text import clean
from .verdict import ValueRejected

#: Channels by which people really speak to each other: they make the last contact.
CONTACT_CHANNELS = ("call", "meeting", "email", "sms", "chat")
#: What other programs may tell of; orders and activities speak for themselves.
TOLD_CHANNELS = (*CONTACT_CHANNELS, "ticket", "note")

#: What the system says to the team; nobody said it to the customer.
_UNSEEN_TYPES = ("user_notification", "out_of_office", "email_outgoing")

LONGEST_CALL = 24 * 60 * 60  # seconds
LONGEST_TEXT = {
    **{"external_id": 200, "source": 64, "agent": 200, "result": 64},
    **{"note": 10_000, "recording_url": 2000},
}
_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Call:
    """A call or the like as told, checked. ``at`` is UTC without time zone."""

    phone: str | None
    direction: str
    at: datetime
    duration: int
    texts: dict[str, str]


def message_channel(
    message_type: str, *, discussion: bool, activity: bool
) -> str | None:
    """Return the channel of a message in the chatter; ``None`` if it is none.

    :param discussion: whether followers outside get it (subtype "Discussions").
    :param activity: whether it says that an activity is done.

    Mailings (``email_outgoing``) are left to the campaigns, which know what became
    of them; Odoo deletes those messages once they are sent.
    """
    if message_type in _UNSEEN_TYPES:
        return None
    if activity:
        return "activity"
    if message_type == "sms":
        return "sms"
    if message_type == "email" or discussion:
        return "email"
    return "note" if message_type == "comment" else None


def read_call(
    phone: object,
    *,
    direction: object,
    at: object,
    duration: object,
    now: datetime,
    region: str = "VN",
    **texts: object,
) -> Call:
    """Check what a switchboard tells about a call.

    :param now: the present, UTC without time zone.
    :param texts: the arguments named in ``LONGEST_TEXT``; empty ones are left out.
    :raise ValueRejected: its code begins with ``call_`` or is that of a wrong phone.
    """
    if not isinstance(phone, str | int) or len(str(phone)) > 40:
        raise ValueRejected("phone_invalid", value=_shown(phone))
    return read_told(
        repair_phone(phone, region).e164,
        direction=direction,
        at=at,
        duration=duration,
        now=now,
        **texts,
    )


def read_told(
    e164: str | None,
    *,
    direction: object,
    at: object,
    duration: object,
    now: datetime,
    **texts: object,
) -> Call:
    """Check what another program tells about an interaction, as ``read_call``.

    :param e164: the customer's number, if it is known by it.
    """
    if direction not in ("in", "out"):
        raise ValueRejected("call_direction", value=_shown(direction))
    if isinstance(duration, bool) or not isinstance(duration, int):
        raise ValueRejected("call_duration", value=_shown(duration))
    if not 0 <= duration <= LONGEST_CALL:
        raise ValueRejected("call_duration", value=_shown(duration))
    return Call(
        phone=e164,
        direction=direction,
        at=_moment(at, now),
        duration=duration,
        texts={
            name: text for name, value in texts.items() if (text := _text(name, value))
        },
    )


def _moment(value: object, now: datetime) -> datetime:
    """A date and time in ISO 8601, in UTC unless it names its offset."""
    if value in (None, False, ""):
        return now
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        too_late = moment > now + _CLOCK_SKEW
    except (TypeError, ValueError, OverflowError):
        raise ValueRejected("call_at", value=_shown(value)) from None
    if too_late or moment.year < 2000:
        raise ValueRejected("call_at", value=_shown(value))
    return moment.replace(microsecond=0)


def _text(name: str, value: object) -> str:
    if value in (None, False):
        return ""
    longest = LONGEST_TEXT[name]
    if not isinstance(value, str) or len(value) > longest:
        raise ValueRejected("call_text", name=name, limit=longest)
    if name == "recording_url" and value:
        address = urlsplit(value)
        if address.scheme not in ("http", "https") or not address.netloc:
            raise ValueRejected("call_recording", value=_shown(value))
    return value.strip() if name == "note" else clean(value)


def _shown(value: object) -> str:
    """A value in a sentence, cut: it came from outside."""
    return str(value)[:50]
