import logging

from odoo.exceptions import ValidationError


class DuplicateCustomer(ValidationError):
    """Another customer has that phone number, that e-mail address …

    Like any validation error for other programs. The web client shows a button that
    opens the other customer, as far as the user may see it.

    :param str message: what is taken, and by whom.
    :param dict action: opens the other customer; none if the user mustn't see it.
    :param str button: the button's text.
    """

    #: Of everyday life, no warning in the log of the server.
    loglevel = logging.INFO

    def __init__(self, message, action=None, button=""):
        super().__init__(message)
        self.context = {"action": action, "button": button} if action else {}
