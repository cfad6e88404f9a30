"""Pages that are no version of the article, in the languages they speak; and articles that only sound like one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import SUSPECT_REASONS
from tests.extract.pages import BODY, TITLE, html, read, read_after


def wall(title: str, *lines: str, lang: str = "en", more: str = "") -> str:
    texts = "".join(f"<p>{line}</p>" for line in lines)
    return f'<!doctype html><html lang="{lang}"><head><title>{title}</title></head><body><h1>{title}</h1>{texts}{more}</body></html>'


WALLS = {
    "consent": wall("Your privacy", "We value your privacy. We and our 612 partners store information.", "Accept all. Manage preferences."),
    "consent de": wall("Datenschutz", "Wir benötigen Ihre Zustimmung.", "Alle akzeptieren oder mit Werbung weiterlesen.", lang="de"),
    "captcha": wall("Just a moment...", "Verify you are human by completing the action below."),
    "captcha ja": wall("確認", "私はロボットではありません。画像認証を完了してください。", lang="ja"),
    "login": wall("Please log in", "To continue reading, please sign in.", more='<form><input type="password"></form>'),
    "login ru": wall("Вход", "Авторизуйтесь, чтобы читать дальше. Зарегистрируйтесь бесплатно.", lang="ru"),
    "blocked": wall("Access denied", "You have been blocked from this site."),
    "blocked zh": wall("访问被拒绝", "您的访问被拦截。", lang="zh"),
    "soft_404": wall("Page not found", "The page you are looking for may have been moved or deleted."),
    "soft_404 fr": wall("Page introuvable", "Cette page n'existe plus.", lang="fr"),
    "soft_404 ar": wall("الصفحة غير موجودة", "لم يتم العثور على الصفحة المطلوبة.", lang="ar"),
    "maintenance": wall("Be right back", "The site is under maintenance. We'll be back soon."),
    "maintenance ko": wall("서비스 점검 안내", "시스템 점검 중입니다. 점검 시간은 두 시간입니다.", lang="ko"),
    "maintenance es": wall("Sitio en mantenimiento", "Estamos en mantenimiento. Vuelva pronto.", lang="es"),
    "error_page": wall("Error", "Fatal error: Uncaught Exception: connection refused. Stack trace: #0"),
    "error_page pt": wall("Erro interno", "Ocorreu um erro no servidor.", lang="pt"),
    "paywall it": wall("Riservato agli abbonati", "Per continuare a leggere, abbonati ora.", lang="it"),
}


@pytest.mark.parametrize("name", WALLS)
@pytest.mark.parametrize("looked", ["first", "later"])
def test_a_wall_is_suspect_with_its_reason(name: str, looked: str) -> None:
    page = read(WALLS[name]) if looked == "first" else read_after(html(), WALLS[name])[1]

    assert (page.verdict, page.reason) == ("suspect", name.split()[0])


def test_an_article_cut_at_a_wall_is_suspect() -> None:
    _, page = read_after(html(), html(*BODY[:1], "Subscribe to continue reading. This article is for subscribers only."))

    assert (page.verdict, page.reason) == ("suspect", "paywall")


def test_half_a_page_is_truncated() -> None:
    _, page = read_after(html(), html()[: html().index("The board set") + 40])

    assert (page.verdict, page.reason) == ("suspect", "truncated")


def test_another_article_is_suspect() -> None:
    other = html(
        "A storm moved along the coast on Friday and closed several schools, the weather service reported in the evening.",
        "Emergency crews counted downed trees on three roads and asked drivers to stay at home until further notice.",
        "Electricity returned to most households before noon, according to the regional company that supplies them.",
        title="Storm closes schools",
    )
    _, page = read_after(html(), other)

    assert (page.verdict, page.reason) == ("suspect", "other_article")


def test_the_front_page_in_the_place_of_an_article_is_the_home_page() -> None:
    cards = "".join(f'<article><h2><a href="/{k}">Headline number {k} of today</a></h2><p>Teaser {k}.</p></article>' for k in range(12))
    _, page = read_after(html(), f"<!doctype html><html><head><title>The Paper</title></head><body><main>{cards}</main></body></html>")

    assert (page.verdict, page.reason) == ("suspect", "home_page")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "reason"),
    [
        (b'{"error": "rate limited"}', "application/json", 200, "not_html"),
        (b"%PDF-1.7", "application/pdf", 200, "not_html"),
        (b"  \n\t ", "text/html", 200, "empty"),
        (b"<html><body><div id=root></div></body></html>", "text/html", 200, "empty"),
        (b"<html><body><p>No.</p></body></html>", "text/html", 403, "blocked"),
    ],
)
def test_answers_that_are_no_page(body: bytes, content_type: str, status: int, reason: str) -> None:
    assert read(body, headers=(("content-type", content_type),), status=status).reason == reason


def test_an_article_about_walls_is_an_article() -> None:
    texts = (
        "The browser check that asks visitors to verify you are human has become the most seen page of the web, a study says.",
        "Readers met the words access denied on one page in nine, and a page not found on one in thirty, the authors write.",
        "Their advice to newspapers is short: whoever asks for a login on the first visit will not see the reader a second time.",
    )

    assert read(html(*texts, *BODY[:3], title="Are you a robot? The page that everyone sees")).verdict == "article"


def test_a_subscription_box_beside_a_whole_text_is_no_wall() -> None:
    _, page = read_after(
        html(), html(after='<div class="box"><p>Subscribe to read more. Already a subscriber? Log in.</p><a href="/s">Go</a></div>')
    )

    assert (page.verdict, page.content.title) == ("article", TITLE)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/=\"' abcdivp&;#x0pré\x00\ud7ff가")), st.booleans())
def test_nothing_that_a_page_holds_raises(text: str, known: bool) -> None:
    page = read_after(html(), f"<html><body>{text}")[1] if known else read(text)

    assert page.verdict == "article" or page.reason in SUSPECT_REASONS


BANNER = '<div class="notice"><p>We value your privacy. We and our 612 partners use cookies. Accept all. Reject all.</p></div>'


@pytest.mark.parametrize(
    "then",
    [(BODY[0], BODY[1].replace("forty", "fifty"), BODY[2]), (BODY[0], BODY[2])],
    ids=["an edited paragraph", "a paragraph less"],
)
def test_an_edit_of_a_short_article_is_none_of_the_banner_that_stood_there_before(then: tuple[str, ...]) -> None:
    known, page = read_after(html(*BODY[:3], after=BANNER), html(*then, after=BANNER))

    assert (page.verdict, page.content.body) == ("article", then)
    assert page.content != known


def test_a_banner_in_the_place_of_most_of_a_short_article_is_a_wall() -> None:
    _, page = read_after(html(*BODY[:3]), html(BODY[0], after=BANNER))

    assert (page.verdict, page.reason) == ("suspect", "consent")
