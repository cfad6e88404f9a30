"""What an edit is called: one case for each rule, and for what looks like it and is not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classify import Version, fingerprint, judge
from monitor.diff import compare
from monitor.model import KINDS, Content, Event, Judgement, Said

AT = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
FIELDS = set(KINDS[: KINDS.index("typography")])
REST = "The hearing goes on next week, and the court will decide before the summer break, the clerk said."


def judged(old: Content, new: Content, *, event: Event = "edited", language: str | None = None) -> Judgement:
    return judge(
        Version(old, None, None, AT), Version(new, None, None, AT), compare(old, new), event=event, source="page", language=language
    )


def nature(old: str, new: str, language: str = "en") -> set[str]:
    """The kinds of one edited paragraph, without its field."""
    return set(judged(Content("T", body=(old, REST)), Content("T", body=(new, REST)), language=language).kinds) - FIELDS


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        pytest.param('He said "no" - twice.', "He said “no” – twice.", {"typography"}, id="quotes and dashes"),
        pytest.param("Police Said It Was Over", "Police said it was over", {"typography"}, id="case"),
        pytest.param("He left ,and came back", "He left, and came back", {"typography"}, id="a blank"),
        pytest.param("They ran low energy tests there.", "They ran low-energy tests there.", {"typography"}, id="a hyphen"),
        pytest.param("The goverment will fall soon.", "The government will fall soon.", {"typo"}, id="a lost letter"),
        pytest.param("The reserach took a year.", "The research took a year.", {"typo"}, id="letters swapped"),
        pytest.param("The staff will setup a tent.", "The staff will set up a tent.", {"typo"}, id="words run together"),
        pytest.param("An anti-goverment crowd met.", "An anti-government crowd met.", {"typo"}, id="half of a compound"),
        pytest.param("It was the the last time.", "It was the last time.", {"typo"}, id="a doubled word"),
        pytest.param("At least 12 people died there.", "At least 45 people died there.", {"number"}, id="a figure"),
        pytest.param("It rose by 0.15 per cent.", "It rose by 15 per cent.", {"number"}, id="a decimal point"),
        pytest.param("It fell to -5 degrees at night.", "It fell to 5 degrees at night.", {"number"}, id="a minus sign"),
        pytest.param("It cost 3 million crowns then.", "It cost 3 billion crowns then.", {"number"}, id="a multiplier"),
        pytest.param("The toll stands at three now.", "The toll stands at 5 now.", {"number"}, id="a numeral"),
        pytest.param("The vote is on Monday at the town hall.", "The vote is on Tuesday at the town hall.", {"date"}, id="a weekday"),
        pytest.param("It opens at 09:00 on the pier.", "It opens at 10:30 on the pier.", {"date"}, id="a time of day"),
        pytest.param("It was built in 1987 by nuns.", "It was built in 1978 by nuns.", {"date"}, id="a year"),
        pytest.param(
            "“We will never give up this fight,” said the mayor of the town.",
            "“We may well give up this fight,” said the mayor of the town.",
            {"quote", "hedge"},
            id="words in a quotation",
        ),
        pytest.param(
            "The letter was sent to Martin Kovar in spring.", "The letter was sent to Stefan Kovar in spring.", {"name"}, id="a name"
        ),
        pytest.param("The alleged thief was seen here twice.", "The thief was seen here twice.", {"hedge"}, id="a hedge gone"),
        pytest.param("The ministry denies it knew of the plan.", "The ministry admits it knew of the plan.", {"hedge"}, id="the claim"),
        pytest.param("He did not sign the paper that night.", "He did sign the paper that night.", {"hedge"}, id="a negation"),
        pytest.param("A free speech march was held in the town.", "A 'free speech' march was held in the town.", {"hedge"}, id="distance"),
        pytest.param("The council met in the old hall.", "The council gathered in the old hall.", set(), id="other words"),
        pytest.param("Australia sends a team to the games.", "Australian teams go to the games.", set(), id="a form of a name"),
        pytest.param("They say it will rain for days.", "They said it would rain for days.", set(), id="tense"),
    ],
)
def test_a_paragraph_is_called(old: str, new: str, kinds: set[str]) -> None:
    assert nature(old, new) == kinds


@pytest.mark.parametrize(
    ("old", "new", "language", "kinds"),
    [
        pytest.param("피해액은 3천만 원으로 집계됐다.", "피해액은 30,000,000원으로 집계됐다.", "ko", set(), id="the same sum"),
        pytest.param("피해액은 3천만 원으로 집계됐다.", "피해액은 4천만 원으로 집계됐다.", "ko", {"number"}, id="another sum"),
        pytest.param("경찰은 혐의를 확인했다고 밝혔다.", "경찰은 사실을 확인했다고 밝혔다.", "ko", {"hedge"}, id="혐의"),
        pytest.param("회의는 18:00에 시작한다.", "회의는 오후 6시에 시작한다.", "ko", set(), id="the same time"),
        pytest.param("集團虧損1億美元，減少兩成。", "集團虧損2億美元，減少兩成。", "zh", {"number"}, id="億"),
        pytest.param("會議將於10月5日舉行，歡迎參加。", "會議將於11月5日舉行，歡迎參加。", "zh", {"date"}, id="月"),
        pytest.param("學校將於本月24日開課，歡迎參加。", "學校將於5月24日開課，歡迎參加。", "zh", {"date"}, id="本月"),
        pytest.param(
            "公司要求員工都要帶口罩上班，並登記。", "公司要求員工都要戴口罩上班，並登記。", "zh", {"typo"}, id="a Han character for another"
        ),
        pytest.param(
            "橋樑由各政府出資重建，明年完工。", "橋樑由各地政府出資重建，明年完工。", "zh", {"typo"}, id="a Han character left out"
        ),
        pytest.param("代表說，大橋下月通車，票價不變。", "代表說，大橋本月通車，票價不變。", "zh", {"date"}, id="a word of one character"),
        pytest.param("歌手德羅西亞昨晚在廣場演出一場。", "歌手德羅西婭昨晚在廣場演出一場。", "zh", {"typo"}, id="not all of it by sound"),
        pytest.param("歌手德羅西亞昨晚在廣場演出一場。", "歌手特羅西亞昨晚在廣場演出一場。", "zh", {"name"}, id="a name by sound"),
        pytest.param("公司說，橋樑可能會重建，費用未定。", "公司說，橋樑不可能會重建，費用未定。", "zh", {"hedge"}, id="不"),
        pytest.param(
            "市長指責工程「拖延」民生，要求交代。", "市長指責工程「摧毀」民生，要求交代。", "zh", {"quote"}, id="a word of speech in 「」"
        ),
        pytest.param(
            "대표는 &quot;공사는 내년에 끝난다&quot;고 말했다.",
            "대표는 &quot;공사는 올해 안에 끝난다&quot;고 말했다.",
            "ko",
            {"quote"},
            id="&quot;",
        ),
        pytest.param(
            "He said “the ‘old’ bridge must go at once” today.",
            "He said “the ‘new’ bridge must go at once” today.",
            "en",
            {"quote"},
            id="nested",
        ),
        pytest.param(
            "Il a dit « le pont doit fermer demain » hier.", "Il a dit « le pont doit rouvrir demain » hier.", "fr", {"quote"}, id="«»"
        ),
        pytest.param(
            "Er sagte, „die Brücke muss sofort weg“, und ging.",
            "Er sagte, „die Brücke muss niemals weg“, und ging.",
            "de",
            {"quote", "hedge"},
            id="„“",
        ),
        pytest.param(
            "The so-called 'bridge king' sold his ship.", "The so-called 'harbour king' sold his ship.", "en", set(), id="scare quotes"
        ),
        pytest.param(
            "Mayor Ann 'Bo' Steward left the town hall.",
            "Mayor Ann 'Bo' Stewart left the town hall.",
            "en",
            {"name"},
            id="a name after a quoted one",
        ),
        pytest.param("Die Bank verlor 1.000 Euro am Tag.", "Die Bank verlor 10.000 Euro am Tag.", "de", {"number"}, id="German"),
        pytest.param("В аварии погибли 12 человек утром.", "В аварии погибли 14 человек утром.", "ru", {"number"}, id="Russian"),
    ],
)
def test_a_paragraph_in_another_language_is_called(old: str, new: str, language: str, kinds: set[str]) -> None:
    assert nature(old, new, language) == kinds


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("en", "The reportedly stolen car stood at the gate.", "The stolen car stood at the gate."),
        ("ko", "경찰은 사고 차량을 찾았다고 주장했다 어제.", "경찰은 사고 차량을 찾았다고 확인했다 어제."),
        ("ja", "市は橋の工事が遅れることを否認と発表した。", "市は橋の工事が遅れることを確認と発表した。"),
        ("zh", "市政府否認收到報告，並交代橋樑工程。", "市政府承認收到報告，並交代橋樑工程。"),
        ("de", "Der mutmaßliche Dieb stand vor dem Tor.", "Der Dieb stand vor dem Tor."),
        ("fr", "Le présumé voleur attendait devant la porte.", "Le voleur attendait devant la porte."),
        ("es", "El presunto ladrón esperaba ante la puerta.", "El ladrón esperaba ante la puerta."),
        ("pt", "O suposto ladrão esperava diante da porta.", "O ladrão esperava diante da porta."),
        ("it", "Il presunto ladro aspettava davanti alla porta.", "Il ladro aspettava davanti alla porta."),
        ("ru", "Утром предполагаемый вор стоял у ворот дома.", "Утром вор стоял у ворот дома."),
        ("ar", "اللص المزعوم وقف أمام باب البيت.", "اللص وقف أمام باب البيت."),
    ],
)  # fmt: skip
def test_a_hedge_is_known_in(language: str, old: str, new: str) -> None:
    assert "hedge" in nature(old, new, language)


def test_another_han_character_may_be_another_minister_and_is_no_trifle() -> None:
    slip = judged(Content("T", body=("局長昨日會見外相，商討橋樑工程。",)), Content("T", body=("局長昨日會見防相，商討橋樑工程。",)))
    spelling = judged(Content("T", body=("The goverment met at the bridge.",)), Content("T", body=("The government met at the bridge.",)))

    assert slip.severity.score > spelling.severity.score


def test_of_a_rewritten_paragraph_no_details_are_told() -> None:
    old = "Prices in the 12 markets rose by a tenth last month, the office said, and Anna Novak blamed “the late and heavy frost”."
    new = "A strike of the 9 ferry crews has left thousands on the island; Peter Hajek, of the union, saw no end to it yesterday."

    assert nature(old.replace("Prices", "Prices all over the island,"), new) <= {
        "rewritten",
        "paragraph-added",
        "paragraph-removed",
        "quote",
    }
    assert set(judged(Content(old), Content(new)).kinds) == {"headline", "rewritten"}


def test_a_text_written_anew_is_rewritten_and_nothing_finer() -> None:
    old = Content("T", body=tuple(f"Paragraph {n} about the harbour and the many ships in it." for n in range(6)))
    new = Content("T", body=tuple(f"Quite other words, number {n}, on schools, teachers, and money." for n in range(6)))

    assert set(judged(old, new).kinds) == {"body", "rewritten"}


def test_a_text_cut_short_is_not_rewritten() -> None:
    body = tuple(f"Paragraph {n} tells of the {n * 7}th ship that came into the harbour." for n in range(1, 9))

    kinds = set(judged(Content("T", body=body), Content("T", body=body[:2])).kinds)

    assert kinds == {"body", "paragraph-removed"}


NOTES = {
    "en": "Correction: an earlier version of this story gave the wrong day for the vote.",
    "ko": "[정정] 본지 기사에서 회의 날짜를 잘못 적어 바로잡습니다.",
    "ja": "【訂正】記事の中で会議の日付を誤って記載していました。",
    "zh": "更正：本文較早前版本的會議日期有誤，現已更正。",
    "de": "Korrektur: In einer früheren Fassung dieses Textes stand ein falscher Tag.",
    "fr": "Rectificatif : une version antérieure de cet article donnait un mauvais jour.",
    "es": "Fe de errores: la votación será el martes, no el lunes.",
    "pt": "Correção: uma versão anterior deste texto trazia o dia errado da votação.",
    "it": "Rettifica: in una versione precedente di questo articolo il giorno era sbagliato.",
    "ru": "Исправление: в предыдущей версии этой статьи был указан неверный день.",
    "ar": "تصحيح: ذكرت نسخة سابقة من هذا المقال يوما خاطئا.",
}


@pytest.mark.parametrize("language", NOTES)
def test_a_correction_note_is_known_in(language: str) -> None:
    found = judged(Content("T", body=(REST,)), Content("T", body=(REST, NOTES[language])), language=language)

    assert "correction-note" in found.kinds
    assert found.disclosed is True


MORE_NOTES = [
    "(Corrects headline to say Tuesday, not Monday)",
    "Due to an editing error, an earlier version gave the wrong date.",
    "This piece was updated to clarify that the firm denies it.",
    "A previous headline said the mayor had resigned. He has not.",
    "알려왔습니다: 기사에 나온 인물의 직책은 부장입니다.",
    "※記事の一部を修正しました。",
    "當初，本文已更正人名。",
    "特此更正，并向读者致歉。",
    "Der Artikel wurde nachträglich korrigiert.",
    "Dans une première version de cet article, nous écrivions que le pont était fermé.",
    "Esta información ha sido corregida.",
    "ERRAMOS: a votação é na terça.",
    "Questo articolo è stato corretto: la data era sbagliata.",
    "В тексте исправлена ошибка.",
    "جرى تصحيح هذا المقال لتوضيح التاريخ.",
]


@pytest.mark.parametrize("note", MORE_NOTES)
def test_a_correction_note_is_known_in_other_words(note: str) -> None:
    assert "correction-note" in judged(Content("T", body=(REST,)), Content("T", body=(REST, note))).kinds


@pytest.mark.parametrize(
    "text",
    [
        "The prison's corrections officers went on strike on Monday, the union said.",
        "Brokers spoke of a healthy correction after a week of gains.",
        "La corrección de los exámenes durará dos semanas.",
        "교정 시설이 부족하다고 법무부가 밝혔다.",
        "The earlier law was amended by the new parliament.",
        "The bank said that its earlier version of the plan was wrong.",
        "The minister apologised for the error on Friday.",
        "Die Prognose wurde von der Regierung nach unten korrigiert.",
        "Суд исправил ошибку в своем решении.",
        "회사는 사업보고서를 정정 공시했다.",
    ],
)
def test_a_sentence_about_corrections_is_no_note(text: str) -> None:
    assert "correction-note" not in judged(Content("T", body=(REST,)), Content("T", body=(REST, text))).kinds


def test_a_note_that_is_taken_out_is_told_in_the_reasons() -> None:
    found = judged(Content("T", body=(REST, NOTES["en"])), Content("T", body=(REST,)))

    assert "correction-note" not in found.kinds
    assert "a correction note was taken out" in found.severity.reasons


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        pytest.param(Content("Council votes on tram"), Content("Council rejects tram"), "headline", id="headline"),
        pytest.param(Content("T", subtitle="It is late"), Content("T", subtitle="It is early"), "subheading", id="subheading"),
        pytest.param(Content("T", authors=("Ann Lee",)), Content("T", authors=("Ann Lee", "Bo Chi")), "byline", id="byline"),
        pytest.param(Content("T", section="World"), Content("T", section="Local"), "section", id="section"),
        pytest.param(Content("T", captions=("A tram.",)), Content("T", captions=("A bus.",)), "caption", id="caption"),
        pytest.param(Content("T", body=("A tram.",)), Content("T", body=("A bus.",)), "body", id="body"),
    ],
)
def test_a_field_is_named(old: Content, new: Content, kind: str) -> None:
    assert set(judged(old, new).kinds) & FIELDS == {kind}


@pytest.mark.parametrize("event", ["gone", "restored", "reverted"])
def test_an_event_is_a_kind_and_words_are_not_told_as_deleted(event: Event) -> None:
    content = Content("T", body=(REST,))

    found = judged(content, content, event=event)

    assert found.kinds == (event,)
    assert found.severity.score >= 30
    assert all(change.op == "equal" for change in found.changes)


def test_typography_alone_is_noise_and_says_so() -> None:
    found = judged(Content('A "big" day'), Content("A “big” day"))

    assert found.severity.level == "noise"
    assert found.kinds == ("headline", "typography")
    assert found.severity.reasons == ("only looks differ: marks, blanks or case",)


def test_a_rewritten_headline_is_quoted_once() -> None:
    found = judged(Content("Why you should not trust your cravings for sugar"), Content("What dogs and humans have in common after all"))

    assert found.kinds == ("headline", "rewritten")
    assert [reason.count("What dogs") for reason in found.severity.reasons] == [1]


def test_severity_orders_edits_as_a_reader_would() -> None:
    def score(old: Content, new: Content) -> int:
        return judged(old, new).severity.score

    typo = score(Content("T", body=("The goverment fell.", REST)), Content("T", body=("The government fell.", REST)))
    wording = score(Content("T", body=("The council met at noon.", REST)), Content("T", body=("The council gathered at noon.", REST)))
    figure = score(Content("T", body=("There were 12 dead.", REST)), Content("T", body=("There were 45 dead.", REST)))
    headline = score(Content("Council met on the tram at noon"), Content("Council gathered on the tram at noon"))
    both = score(Content("Storm kills 12 in the north"), Content("Storm kills 45 in the north"))

    assert 0 < typo < wording < headline < figure < both <= 100
    assert judged(Content("Storm kills 12 in the north"), Content("Storm kills 45 in the north")).severity.level == "high"


def test_the_same_edit_in_two_articles_has_one_fingerprint() -> None:
    box = "Sign up for our morning letter and never miss a story."
    first = judged(Content("One", body=("Aa.", REST)), Content("One", body=("Aa.", REST, box)))
    second = judged(Content("Two", body=("Bb.",)), Content("Two", body=("Bb.", box)))
    other = judged(Content("Two", body=("Bb.",)), Content("Two", body=("Bb.", REST)))

    assert fingerprint(first.changes) == fingerprint(second.changes) != fingerprint(other.changes)
    assert fingerprint(judged(Content("One"), Content("One")).changes) is None


def test_an_excerpt_that_was_cut_elsewhere_is_noise() -> None:
    old = "The council will decide next week on the tram, the mayor said in a letter to..."
    new = "The council will decide next week on the tram, the mayor said in a letter to the ci..."

    changes = compare(Content("T"), Content("T"), {"a": Said("T", old)}, {"a": Said("T", new)})
    version = Version(Content("T"), None, None, AT)
    found = judge(version, version, changes, event="edited", source="page", language="en")

    assert found.severity.level == "noise"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(["en", "ko", "zh", "de", "ar", "xx", None]))
def test_any_two_texts_can_be_judged(old: str, new: str, language: str | None) -> None:
    found = judged(Content(old, body=(new, old)), Content(new, body=(old,)), language=language)

    assert set(found.kinds) <= set(KINDS)
    assert list(found.kinds) == sorted(found.kinds, key=KINDS.index)
    assert 0 <= found.severity.score <= 100
    assert all(set(change.kinds) <= set(KINDS) for change in found.changes)
