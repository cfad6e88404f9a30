"""Correction notes: the sentences by which a newsroom owns up to an edit, in the languages of our users."""

import functools
import re

# Two kinds of evidence. A label that opens a line ("Correction:", "[정정]"), and a sentence that speaks of this
# article and of a mistake in it. A market correction or a corrections officer is neither.
_LABELS = (
    r"corrections?(?: and clarifications?)?\s*(?:\([^)]{1,40}\)|\d[^:]{0,30}|,[^:]{1,40})?\s*[:：—–-]",
    r"clarifications?\b[^:.]{0,40}[:：—–-]",
    (
        r"(?:editor.?s?.? note|note to readers|amendment)\b[^:]{0,40}[:：—–-].{0,200}(?:version|correct|amend|misstat"
        r"|mistak|error|incorrect|clarif|headline|updated to)"
    ),
    r"erratum|errata",
    r"[\[［(【〈<]\s*(?:정정|바로잡|정정보도|반론|訂正|更正|更正啟事|勘误)[^\]］)】〉>]{0,12}[\]］)】〉>]",
    r"정정합니다|정정\s?[:：]|바로잡습니다|바로잡음|정정보도문?",
    r"訂正(?:して|します|があります|[:：])|おわびして訂正|お詫びして訂正|(?:お断り|おことわり)[:：].{0,120}(?:誤|訂正|修正)|※.{0,200}(?:誤り|誤って|失礼しました|訂正)",
    r"更正(?:啟事|启事|[:：])|勘[误誤][:：]?|澄清[:：]",
    r"(?:korrektur(?:hinweis)?|berichtigung|richtigstellung|korrigendum)\b[^:.]{0,30}[:：]",
    (
        r"(?:anmerkung|hinweis)(?: der redaktion)?\b[^:]{0,20}[:：].{0,200}(?:korrigier|berichtig|falsch|fehler"
        r"|irrtümlich|frühere[nr]? (?:version|fassung))"
    ),
    r"(?:rectificatif|correction|erratum|précision)\b[^:.]{0,30}\s?[:：]",
    r"mise à jour\b[^:.]{0,30}\s?[:：].{0,200}(?:corrig|inexact|erron|erreur)",
    r"(?:corrección|fe de err(?:ores|atas)|rectificación|aclaración)\b[^:.]{0,30}[:：]",
    r"nota (?:de la redacción|del editor|de redacción)\b[^:.]{0,20}[:：].{0,200}(?:corregi|erróne|error|rectific|modific|versión)",
    r"(?:correção|errata|retificação|esclarecimento)\b[^:.]{0,30}[:：]",
    r"nota (?:da redação|do editor)\b[^:.]{0,20}[:：].{0,200}(?:corrigi|errad|erro|retific|versão)",
    r"(?:rettifica|errata corrige|precisazione|correzione)\b[^:.]{0,30}(?:[:：]|$)",
    r"nota (?:della redazione|di redazione)\b[^:.]{0,20}[:：].{0,200}(?:corrett|errat|errore|rettific|versione)",
    r"(?:исправление|поправка|уточнение|опровержение)\b[^:.]{0,30}[:：.]",
    r"(?:تصحيح|تصويب|توضيح)\s?[:：]",
)
_SENTENCES = (
    # this article, and what was wrong with it
    (
        r"(?:earlier|previous|original|prior) (?:version|headline|edition|draft|caption|photo caption)s? (?:of|on|for"
        r"|to|in|with|accompanying) (?:this|the|our|an?)\b.{0,160}"
    ),
    (
        r"(?:this|the) (?:article|story|headline|report|piece|post|page|caption|column)[^.]{0,60}\b(?:was|has been"
        r"|have been|is|been) (?:\w+ )?(?:amended|corrected|updated to (?:correct|reflect|clarif|show|make clear)"
        r"|clarified|revised to (?:correct|show|reflect))"
    ),
    (
        r"(?:this|an earlier|a previous) (?:article|story|report|headline|version)[^.]{0,40}\b(?:misstated|misspelled"
        r"|misidentified|incorrectly|mistakenly|erroneously|wrongly)"
    ),
    r"we (?:regret|apologi[sz]e for) (?:the|this|our) (?:error|mistake)",
    r"(?:기사|보도|제목|본문)[^.]{0,40}(?:잘못|오류|오기|오보)[^.]{0,40}(?:바로잡|정정|수정|고쳤|고칩)",
    r"(?:기사|보도)[^.]{0,30}(?:정정|바로잡)(?:합니다|했습니다|았습니다|습니다)",
    r"(?:記事|本文|見出し|当初)[^。]{0,60}(?:誤り|誤って|間違|訂正|おわび)[^。]{0,40}(?:訂正|修正|おわび|お詫び|失礼|していました|ました)",
    r"(?:本文|文章|報道|报道|標題|标题|內文|较早前|早前|此前|先前)[^。]{0,40}(?:有誤|有误|錯誤|错误|誤植|误植)[^。]{0,30}(?:更正|修正|訂正|改正|致歉)",
    (
        r"(?:in einer )?(?:früheren?|ursprünglichen?|vorherigen?) (?:version|fassung)[^.]{0,120}(?:dieses|des"
        r"|unseres) (?:artikels?|textes|beitrags)|(?:früheren?|ursprünglichen?) (?:version|fassung)[^.]{0,20}(?:hieß"
        r"|stand|war|haben wir)"
    ),
    r"(?:wir haben|wurde)[^.]{0,80}(?:nachträglich )?(?:korrigiert|berichtigt)[^.]{0,40}\.?$",
    (
        r"(?:version (?:antérieure|précédente|initiale)) (?:de|du) (?:cet|notre|l.)\s?(?:article|texte|papier)"
        r"|contrairement à ce que nous (?:avions|avons)|(?:cet|l.) ?article a été (?:corrigé|modifié|rectifié|amendé)"
    ),
    (
        r"(?:versión (?:anterior|previa|inicial)) de (?:este|esta) (?:artículo|noticia|texto|información|nota)|(?:este"
        r"|esta) (?:artículo|noticia|texto|información) ha sido (?:corregid|modificad|rectificad)"
    ),
    (
        r"(?:versão (?:anterior|prévia|inicial)) (?:deste|desta|do|da) (?:artigo|texto|reportagem|matéria|notícia)"
        r"|(?:este|esta) (?:artigo|texto|reportagem|matéria|notícia) foi (?:corrigid|retificad|alterad)"
    ),
    (
        r"(?:versione precedente|precedente versione|prima versione) (?:di questo|dell.|del) ?(?:articolo|testo|pezzo)"
        r"|(?:questo|l.) ?articolo è stato (?:corretto|rettificato|modificato)"
    ),
    (
        r"(?:в )?(?:предыдущей|ранней|первоначальной) версии (?:этой |этого |данной |данного )?(?:статьи|текста"
        r"|материала|новости|заметки)|(?:статья|текст|материал|новость) (?:был[аи]? )?(?:исправлен|скорректирован)"
    ),
    r"(?:النسخة|نسخة) (?:السابقة|سابقة) من (?:هذا|هذه) (?:المقال|التقرير|الخبر)|تم تصحيح (?:هذا|هذه|المقال|الخبر|التقرير)",
)


@functools.cache
def _patterns() -> tuple["re.Pattern[str]", "re.Pattern[str]"]:
    return re.compile(rf"^\W*(?:{'|'.join(_LABELS)})", re.I | re.M), re.compile("|".join(_SENTENCES), re.I | re.M)


# One of these stands in every note; looking for them costs a tenth of the patterns.
_STEM_WORDS = """
    corr korr clarif amend misst missp misid mistak wrongly regret apolog version headline erron errat error
    erreur errad bericht richtigst fassung rectif rettif retif inexact modif contrair aclarac esclarec precisaz
    fe_de_err 정정 바로잡 반론 잘못 오류 오기 오보 訂正 更正 勘误 勘誤 澄清 誤 误
    ことわり お断り 失礼 間違 錯 错 précision verseh erróne correç versión
    versão исправ поправк уточнен опроверж верси скоррект تصحيح تصويب توضيح النسخة نسخة
"""
_STEMS = tuple(stem.replace("_", " ") for stem in _STEM_WORDS.split())
_LATIN_STEMS = tuple(stem for stem in _STEMS if stem.isascii())


def correction_note(text: str) -> str | None:
    """The words that make a text a correction note; None when it is none."""
    lowered = text.casefold()
    stems = _LATIN_STEMS if lowered.isascii() else _STEMS
    if not any(map(lowered.__contains__, stems)):
        return None
    label, sentence = _patterns()
    found = label.search(text) or sentence.search(text)
    return found[0].strip() if found else None
