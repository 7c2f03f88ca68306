"""What a policy's own words must not say: that prices are agreed with rivals, or that rivals are to be led or punished.

A list of phrases is no lawyer. It stops what would be a matter for one, and says nothing of everyday words: following,
matching and undercutting what rivals show in public is what a policy is for.
"""

import re
import unicodedata
from collections.abc import Collection

DENIED_WITHIN = 3

_RIVALS = frozenset({
    "competitor", "competitors", "competition", "rival", "rivals", "seller", "sellers", "retailer", "retailers",
    "dealer", "dealers", "merchant", "merchants", "wettbewerber", "wettbewerbern", "konkurrenz", "konkurrent",
    "konkurrenten", "mitbewerber", "mitbewerbern",
})  # fmt: skip
_ALONE = re.compile(
    r"\b(?:collu(?:de|des|ded|ding|sion|sive)|cartels?|kartelle?|kartel|preisabsprachen?|price ?fixing|bid ?rigging|"
    r"conspir(?:e|es|ed|ing|acy)|gentle ?m[ae]ns? agreement|price truce|each other s prices|"
    r"fix(?:es|ed|ing)? (?:\w+ ){0,2}?prices? (?:together|jointly)|"
    r"(?:divid|split|shar|carv|allocat)(?:e|es|ed|ing|ting|ion)?(?: up| of)? "
    r"(?:(?:the|our) market\b(?! shar)|(?:the |our )?(?:territor(?:y|ies)|customers))|"
    r"tacit(?:ly)? (?:agree|coordinat|understand)\w*|(?:do|does|will) not undercut each other)\b"
)
_WITH = re.compile(
    r"\b(?:agree(?:s|d|ing|ment|ments)?|coordinat(?:e|es|ed|ing|ion)|concert(?:ed)?|pact|truce|understanding|arranged|"
    r"arrangement|fix(?:es|ed|ing)?|exchang(?:e|es|ed|ing)|absprachen?|abgesprochen|abgestimmt)"
    r"(?: \w+){0,4}? (?:with|between|among|amongst|mit)(?= (?P<who>(?:\w+ ?){1,3}))"
)
_TOWARDS = re.compile(
    r"\b(?:signal(?:s|led|ling|ing)?(?: \w+){0,4}? (?:to|towards|at)|"
    r"(?:punish|retaliat|threaten|disciplin|boycott)(?:e|es|s|ed|ing|ling)?(?: against)?|"
    r"invit(?:e|es|ed|ing))(?= (?P<who>(?:\w+ ?){1,3}))"
)
_DENIALS = frozenset({"no", "not", "never", "without", "nor", "cannot", "avoid", "avoids", "against", "kein", "keine"})


def anti_competitive(text: str, names: Collection[str] = ()) -> str | None:
    """The words that speak of an agreement with rivals, or of steering them; None where there are none.

    Rivals are the usual words and `names`, as `plain` writes them. A denial right before («never agreed with a
    competitor») takes the words back.
    """
    said = plain(text)
    for asked in (_ALONE, _WITH, _TOWARDS):
        for found in asked.finditer(said):
            who = found.groupdict().get("who")
            if (who is None or _names_a_rival(who, names)) and not _is_denied(said[: found.start()]):
                return f"{found[0]} {who or ''}".strip()
    return None


def plain(text: str) -> str:
    """Lower-case words with single spaces between them, however they were spaced, joined or dressed up."""
    made = "".join(
        " " if (kind := unicodedata.category(one)) == "Cc" else "" if kind in {"Cf", "Mn"} else one
        for one in unicodedata.normalize("NFKD", text)
    )
    return " ".join(re.findall(r"[^\W_]+", made.replace("'", "").replace("’", "").casefold()))


def _names_a_rival(who: str, names: Collection[str]) -> bool:
    words = who.split()
    spans = [" ".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1)]
    return not _RIVALS.isdisjoint(words) or "each other" in who or any(span in names for span in spans)


def _is_denied(before: str) -> bool:
    return not _DENIALS.isdisjoint(before.split()[-DENIED_WITHIN:])
