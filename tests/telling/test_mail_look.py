"""What a reader's eye meets in a mail: every text can be read on its ground, light and dark, without a style sheet."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from mail_pictures import reports

from monitor.model import Report
from monitor.render.html import report_html
from monitor.render.mail import Letter, compose

LETTER = Letter("monitor@example.org", "desk@example.org", "7c" * 32, "desk", "https://e.example", "https://e.example/u/x")
VOID = {"meta", "br", "link"}
REPORTS = reports()


def html_of(report: Report) -> str:
    message = message_from_bytes(compose(report, LETTER), policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@dataclass
class Eye(HTMLParser):
    """Each text with its colour and the ground it stands on, as a mail program finds them: from the elements, then `sheet` by class."""

    sheet: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    stack: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag in VOID:
            return
        _, color, ground, hidden = self.stack[-1] if self.stack else ("", "#000000", "#ffffff", False)
        style = given.get("style") or ""
        rules = [style, *(self.sheet.get(name, "") for name in (given.get("class") or "").split())]
        for rule in rules:
            color, ground = _colour(rule, "color") or color, _colour(rule, "background-color") or ground
        self.stack.append((tag, color, ground, hidden or "display:none" in style or tag in ("style", "title", "head")))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        if data.strip() and self.stack and not self.stack[-1][3]:
            self.seen.append((data.strip(), *self.stack[-1][1:3]))


def _colour(rule: str, name: str) -> str | None:
    found = re.search(rf"(?:^|;)\s*{name}:\s*(#[0-9a-f]{{6}})", rule)
    return found[1] if found else None


def _dark_sheet(html: str) -> dict[str, str]:
    """What is left of the style sheet: a rule for each class, for the dark."""
    (sheet,) = re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL)
    assert sheet.strip().startswith("@media (prefers-color-scheme: dark)"), "only the rules for the dark stay in the sheet"
    rules: dict[str, str] = {}
    for names, rule in re.findall(r"((?:\.[\w-]+[,\s]*)+)\{([^{}]*)\}", sheet):
        for name in re.findall(r"\.([\w-]+)", names):
            rules[name] = rules.get(name, "") + rule
    return rules


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's ratio of two colours."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", REPORTS)
def test_every_text_can_be_read_on_its_ground(name: str, scheme: str) -> None:
    html = html_of(REPORTS[name])
    eye = Eye(sheet=_dark_sheet(html) if scheme == "dark" else {})
    eye.feed(html)

    faint = [(text, color, ground) for text, color, ground in eye.seen if contrast(color, ground) < 4.5]
    grounds = {ground for _, _, ground in eye.seen}
    assert len(eye.seen) > 15
    assert faint == []
    assert grounds == ({"#f6f8fa", "#ffffff", "#ffebe9", "#dafbe1"} if scheme == "light" else {"#0d1117", "#161b22", "#5d1a1d", "#12401f"})


def test_the_measure_bites() -> None:
    eye = Eye()
    eye.feed('<p style="color:#777777;background-color:#ffffff">grey</p>')

    assert [contrast(color, ground) < 4.5 for _, color, ground in eye.seen] == [True]
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0


@pytest.mark.parametrize("name", REPORTS)
def test_a_mail_needs_no_style_sheet_no_image_and_no_ins_or_del(name: str) -> None:
    eye = Eye()
    eye.feed(html_of(REPORTS[name]))

    bare = [
        (tag, given) for tag, given in eye.tags if tag in ("p", "td", "th", "h1", "h2", "h3", "span", "a", "div") and "style" not in given
    ]
    assert bare == []
    assert not {tag for tag, _ in eye.tags} & {"ins", "del", "img", "script", "link", "svg", "object", "form"}


def test_words_that_changed_are_marked_without_colour_too() -> None:
    eye = Eye()
    eye.feed(html_of(REPORTS["instant"]))
    bare = " ".join(text.replace("\xa0", " ") for text, _, _ in eye.seen)

    assert "[−never opened−] [+opened the same day+]" in bare
    assert "− Minister denies knowing of flood report + Minister admits seeing flood report" in bare


def test_outlook_gets_a_table_of_its_own_width_and_gmail_a_sheet_it_takes() -> None:
    html = html_of(REPORTS["digest"])
    (sheet,) = re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL)

    assert '<!--[if mso]><table role="presentation" width="640"' in html
    assert html.count("<!--[if mso]>") == html.count("<![endif]-->") == 2
    assert len(sheet) < 8192, "Gmail drops a longer one"


def test_tables_that_only_lay_out_say_so() -> None:
    eye = Eye()
    eye.feed(html_of(REPORTS["instant"]))

    assert {given.get("role") for tag, given in eye.tags if tag == "table"} == {"presentation"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_of_the_page_of_a_report_can_be_read_on_its_ground(scheme: str) -> None:
    sheet = report_html(REPORTS["week"], title="A week").partition("<style>")[2]
    light, dark = (part.partition("}")[0] for part in sheet.split(":root {")[1:3])
    colours = {name: _whole(colour) for name, colour in re.findall(r"--([\w-]+): (#[0-9a-f]+)", dark if scheme == "dark" else light)}

    assert len(colours) == 10
    pairs = [(text, ground) for text in ("text", "meta", "link") for ground in ("page", "card")]
    pairs += [("old", "old-on"), ("new", "new-on"), ("link", "new-on"), ("old", "card")]
    assert {pair: ratio for pair in pairs if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < 4.5} == {}


def _whole(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(digit * 2 for digit in colour[1:])
