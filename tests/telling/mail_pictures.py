"""Makes pictures of the mails in light and dark, wide and narrow, with headless Chromium: `python tests/telling/mail_pictures.py DIR`.

Chromium shows what Apple Mail and Thunderbird show. `gmail` is the same mail as Gmail leaves it: without style sheets, without <ins>,
<del> and <svg>, so that one sees what inline styles alone achieve.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path

from newsdesk import NEW, NOON, OLD, edited

from monitor.figures import tally
from monitor.model import Report, Trouble
from monitor.render.mail import Letter, compose
from monitor.report import build

LETTER = Letter(
    "Monitor <monitor@example.org>", "desk@example.org", "a1" * 32, "desk", "https://edits.example.org", "https://edits.example.org/u/x"
)
LOOKS = {
    "light": ("light", 760),
    "dark": ("dark", 760),
    "phone": ("light", 390),
    "phone-dark": ("dark", 390),
}


def reports() -> dict[str, Report]:
    """An instant message, one in Korean, one in Arabic, a week and a digest."""
    long = replace(NEW, body=(*NEW.body, "The inquiry will be led by a judge, who has asked for all papers by the end of the month. " * 3))
    korean_old = replace(
        OLD,
        title="장관, 홍수 보고서 “본 적 없다”",
        body=("장관은 목요일 청사 앞에서 기자들과 만났다.", "보고서는 5월 3일에 전달됐으나 열람되지 않았다."),
    )
    korean_new = replace(
        korean_old,
        title="장관, 홍수 보고서 봤다고 인정",
        body=("장관은 목요일 청사 앞에서 기자들과 만났다.", "보고서는 5월 3일에 전달됐으며 당일 열람됐다."),
    )
    arabic_old = replace(OLD, title="الوزير ينفي علمه بتقرير الفيضان", body=("قال مسؤولون إن التقرير أُرسل في 3 مايو ولم يُفتح.",))
    arabic_new = replace(
        OLD, title="الوزير يقر بأنه اطلع على تقرير الفيضان", body=("قال مسؤولون إن التقرير أُرسل في 3 مايو وفُتح في اليوم نفسه.",)
    )
    outlets = {"harbour": "Harbour Post", "hills": "The Hills Gazette", "bay": "Bay Radio"}
    many = [
        edited(n, new=replace(NEW, title=f"Minister admits seeing flood report {n}"), feeds=(slug,), level=level)
        for n, slug, level in zip(range(1, 13), ["harbour", "hills", "bay"] * 4, ["high", "medium", "low"] * 4, strict=True)
    ]
    figures = tally(
        [diff.edit for diff in many],
        posted={n: NOON - timedelta(minutes=17 * n) for n in range(1, 13)},
        outlets=outlets,
        since=NOON - timedelta(days=6),
        until=NOON,
        timezone="UTC",
    )
    trouble = Trouble("feed bay", "http_503, 14 times in a row")
    return {
        "instant": build([edited(new=long)], since=None, until=NOON, outlets=outlets, rules={4201: "headlines"}),
        "korean": build([edited(old=korean_old, new=korean_new)], since=None, until=NOON, outlets=outlets, timezone="Asia/Seoul"),
        "arabic": build([edited(old=arabic_old, new=arabic_new)], since=None, until=NOON, outlets=outlets),
        "week": replace(build(many, since=None, until=NOON, outlets=outlets), figures=figures),
        "digest": build(many, since=None, until=NOON, outlets=outlets, reason="digest", troubles=[trouble]),
    }


def pages(report: Report) -> dict[str, str]:
    """The HTML part as it is, and as Gmail leaves it."""
    message = message_from_bytes(compose(report, LETTER), policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("html",))
    assert part is not None
    html = part.get_content()
    return {"": html, "gmail-": re.sub(r"<style>.*?</style>|\sclass=\"[^\"]*\"|</?(?:ins|del|svg)\b[^>]*>", "", html, flags=re.DOTALL)}


def chromium() -> str | None:
    """The browser's name, where there is one."""
    return next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


def picture(html: str, path: Path, *, scheme: str, width: int, height: int = 1400) -> None:
    """One picture of a page; `scheme` is what the reader's system prefers."""
    browser = chromium()
    assert browser is not None, "no Chromium: apt-get install -y chromium"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "mail.html"
        # headless Chromium makes no window as narrow as a phone: the mail stands in a frame
        frame = f'<body style="margin:0"><iframe width="{width}" height="{height}" style="border:0" srcdoc="{escape(html)}"></iframe>'
        page.write_text(frame, encoding="utf-8")
        dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else ["--blink-settings=preferredColorScheme=1"]
        subprocess.run(
            [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile", *dark,
             f"--window-size={max(width, 500)},{height}", f"--screenshot={path.resolve()}", page.as_uri()],
            check=True, capture_output=True, timeout=90,
        )  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """All pictures into the folder."""
    folder = Path(arguments[0] if arguments else "mail-pictures")
    folder.mkdir(parents=True, exist_ok=True)
    for name, report in reports().items():
        for kind, html in pages(report).items():
            for look, (scheme, width) in LOOKS.items():
                if kind and look != "light":
                    continue
                path = folder / f"{name}-{kind}{look}.png"
                picture(html, path, scheme=scheme, width=width)
                print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
