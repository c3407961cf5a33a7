"""Codes of vouchers: nobody guesses one, everybody can read and type it."""

import secrets
from math import ceil, log

#: Digits and capitals without those that look alike: 0 O, 1 I L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
#: So many possible codes there must be for each one that exists.
GUESSES_PER_CODE = 10_000_000
LONGEST = 32

_KEPT = 256 - 256 % len(ALPHABET)
_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_SURPLUS = bytes(range(_KEPT, 256))


def normal(code):
    """A code as it is stored, however it was typed: capitals, no blanks.

    >>> normal(" tet-7k 2m ")
    'TET-7K2M'
    """
    return "".join((code or "").split()).upper()


def least_length(count):
    """How many random characters make so many codes unguessable."""
    return ceil(log(GUESSES_PER_CODE * max(1, count), len(ALPHABET)))


def make_codes(count, length, prefix=""):
    """Different random codes; each character is as likely as any other."""
    codes = set()
    letters = ""
    while len(codes) < count:
        # Bytes beyond a multiple of the alphabet would make its first letters likelier.
        missing = (count - len(codes)) * length - len(letters)
        letters += (
            secrets.token_bytes(missing + 64).translate(_LETTERS, _SURPLUS).decode()
        )
        whole = len(letters) - len(letters) % length
        for start in range(0, whole, length):
            if len(codes) == count:
                break
            codes.add(prefix + letters[start : start + length])
        letters = letters[whole:]
    return list(codes)
