"""Lines that name who wrote an article."""

import re

_BYLINE = re.compile(
    r"^(?:by|von|par|por|di|da|de|door|av|af|autor(?:in)?:?|текст:?|автор:?)\s+(?P<names>[^\W\d_][^\d|@]{3,80})$|^(?P<reporter>[가-힣]{2,4})\s*(?:기자|특파원)$"
    r"|^(?:記者|文)[：:／/\s]\s*(?P<writer>\S{2,8})$",
    re.IGNORECASE,
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


def byline_names(text: str) -> tuple[str, ...]:
    """The names in a line that is nothing but a byline; empty for anything else."""
    if len(text) > 100:
        return ()
    match = _BYLINE.match(MAIL.sub("", text).strip(" |·,"))
    if match is None:
        return ()
    if not match["names"]:
        return (match["reporter"] or match["writer"],)
    names = re.split(r"\s*(?:,|;|&|\band\b|\bund\b|\bet\b|\by\b|\be\b)\s*", match["names"].strip())
    # a byline is names: each word begins with a capital, or the script has none
    are_names = all(name and len(name.split()) <= 5 and (name[0].isupper() or not name[0].islower()) for name in names)
    return tuple(names) if are_names and len(names) <= 6 and not match["names"].rstrip().endswith((".", "!", "?")) else ()
