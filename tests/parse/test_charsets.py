"""Which characters bytes mean: marks, declarations, and what the result looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.parse.charset import codec_named, decode

TEXTS = {
    "ko": "시의회가 화요일 방조제 예산을 통과시켰다. 시장은 곧 서명한다",
    "ja": "市議会は火曜日に防波堤の予算を可決した。市長がまもなく署名する",
    "zh": "市议会星期二通过了防波堤预算，市长很快会签字",
    "tw": "市議會星期二通過了防波堤預算，市長很快會簽字",
    "ru": "Городской совет во вторник утвердил бюджет волнореза",
    "el": "Το δημοτικό συμβούλιο ενέκρινε τον προϋπολογισμό την Τρίτη",
    "he": "מועצת העיר אישרה ביום שלישי את תקציב שובר הגלים",
    "ar": "وافق مجلس المدينة يوم الثلاثاء على ميزانية كاسر الأمواج",
    "th": "สภาเมืองอนุมัติงบประมาณเขื่อนกันคลื่นเมื่อวันอังคาร",
    "fr": "Le conseil a voté mardi le budget de la digue, déjà contesté à l'été",
}
LEGACY = [
    ("ko", "cp949"), ("ja", "cp932"), ("ja", "euc_jp"), ("zh", "gb18030"), ("tw", "big5"), ("ru", "cp1251"), ("ru", "koi8_r"),
    ("ru", "cp866"), ("el", "cp1253"), ("he", "cp1255"), ("ar", "cp1256"), ("th", "cp874"), ("fr", "cp1252"),
]  # fmt: skip


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "euc-kr", "shift_jis", "no-such-thing", None])
@pytest.mark.parametrize(("language", "codec"), LEGACY)
def test_a_wrong_declaration_does_no_harm(language: str, codec: str, declared: str | None) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""

    decoded = decode(f"{head}<title>{TEXTS[language]}</title>".encode(codec), None)

    assert TEXTS[language] in decoded.text


@pytest.mark.parametrize(("language", "codec"), LEGACY)
def test_a_right_declaration_is_believed(language: str, codec: str) -> None:
    body = f"<title>{TEXTS[language]}</title>".encode(codec)

    assert TEXTS[language] in decode(body, f"text/xml; charset={codec.replace('_', '-')}").text


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_unicode_shows_itself(codec: str) -> None:
    body = f'<?xml version="1.0" encoding="iso-8859-1"?><t>{TEXTS["ru"]}</t>'.encode(codec)

    assert TEXTS["ru"] in decode(body, "text/xml; charset=windows-1252").text


def test_two_encodings_in_one_body_are_both_read() -> None:
    body = f"<a>{TEXTS['ko']}</a>".encode() + f"<b>{TEXTS['ko']}</b>".encode("cp949")

    assert decode(body, "text/xml; charset=utf-8").text.count(TEXTS["ko"]) == 2


def test_one_bad_byte_changes_one_character() -> None:
    good = f"<a>{TEXTS['ko']}</a>"
    cut = good.encode().replace("화".encode(), "화".encode()[:2])

    text = decode(cut, None).text

    assert sum(one != other for one, other in zip(text, good, strict=False)) <= 3


@pytest.mark.parametrize("label", ["utf-7", "unicode_escape", "idna", "rot13", "hex", "punycode"])
def test_codecs_that_are_no_charsets_are_not_used(label: str) -> None:
    assert codec_named(label) is None
    assert decode(b"+ADw-script+AD4-", f"text/xml; charset={label}").text == "+ADw-script+AD4-"


def test_labels_mean_what_browsers_take_them_for() -> None:
    assert [codec_named(label) for label in ("EUC-KR", "ISO-8859-1", "gb2312", "TIS-620", "Shift_JIS")] == [
        "cp949",
        "cp1252",
        "gb18030",
        "cp874",
        "cp932",
    ]


@given(st.binary(max_size=300), st.sampled_from([None, "text/xml; charset=euc-kr", "text/xml; charset=utf-16", "x; charset='"]))
def test_any_bytes_become_some_text(body: bytes, content_type: str | None) -> None:
    decode(body, content_type)


@given(st.text(max_size=200))
def test_utf8_is_read_exactly(text: str) -> None:
    if not text.startswith("\ufeff") and not any(mark in text[:8] for mark in "\0"):
        assert decode(text.encode("utf-8", "ignore"), None).text == text.encode("utf-8", "ignore").decode()
