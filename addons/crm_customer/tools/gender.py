"""Gender from the words that shops write in their lists."""

from typing import Literal

from .text import cell_text, clean, fold
from .verdict import ValueRejected

Gender = Literal["male", "female", "other"]

_WORDS: dict[Gender, str] = {
    "male": "nam,trai,con trai,anh,ông,chú,bác trai,bé trai,male,m,man,boy,mr",
    "female": (
        "nữ,gái,con gái,chị,bà,cô,dì,bác gái,bé gái,female,f,woman,girl,ms,mrs,miss"
    ),
    "other": "khác,giới tính khác,other,o,x",
}
# Each word with its accents and without any; half-accented look-alikes ("có") stay out.
_GENDERS: dict[str, Gender] = {
    form: gender
    for gender, words in _WORDS.items()
    for word in words.split(",")
    for form in (word, fold(word))
}


def parse_gender(value: object) -> Gender | None:
    """Return the gender that a cell means, ``None`` for an empty cell.

    :raise ValueRejected: ``gender_invalid``.
    """
    typed = clean(cell_text(value))
    if not typed:
        return None
    gender = _GENDERS.get(typed.lower().rstrip(".").strip())
    if gender is None:
        raise ValueRejected("gender_invalid", value=typed)
    return gender
