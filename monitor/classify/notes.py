"""Correction notes: the sentences by which a newsroom owns up to an edit, in the languages of our users."""

import functools
import re

# Two kinds of evidence, by language: labels that open a line ("Correction:", "[정정]"), and sentences that speak of this
# very article and of a mistake in it. A market correction or a corrections officer is neither.
_LABELS: dict[str, tuple[str, ...]] = {
    "en": (
        r"corrections?(?: and clarifications?)?\s*(?:\([^)]{1,40}\)|\d[^:]{0,30}|,[^:]{1,40})?\s*[:：—–-]",
        r"clarifications?\b[^:.]{0,40}[:：—–-]",
        (r"(?:editor.?s?.? note|note to readers|amendment)\b[^:]{0,40}[:：—–-].{0,200}"
        r"(?:version|correct|amend|misstat|mistak|error|incorrect|clarif|headline)"),
        r"\(corrects\b|\(this (?:story|version|article|item) (?:has been )?(?:corrects|corrected)\b",
        r"this version corrects\b",
        r"(?:due to|because of) an? (?:editing|editorial|production|reporting) error",
        r"errat(?:um|a)",
    ),
    "ko": (
        r"[\[［(【〈<]\s*(?:정정|바로잡|반론|추후보도)[^\]］)】〉>]{0,12}[\]］)】〉>]",
        r"정정합니다|정정\s?[:：]|바로잡습니다|바로잡음|정정보도문?|알려왔습니다\s?[:：]",
    ),
    "ja": (
        r"[\[［(（【〈<]\s*(?:訂正|お?わび|お詫び|更正)[^\]］)）】〉>]{0,12}[\]］)）】〉>]",
        r"訂正(?:して|します|があります|[:：])|(?:おわび|お詫び)(?:と|して)訂正|(?:お断り|おことわり)[:：].{0,120}(?:誤|訂正|修正)",
        r"※.{0,200}(?:誤り|誤って|失礼しました|訂正)|※.{0,12}(?:記事|見出し|本文).{0,20}(?:修正|訂正)",
    ),
    "zh": (
        r"[\[［(（【〈<]\s*(?:更正|勘误|勘誤|澄清)[^\]］)）】〉>]{0,12}[\]］)）】〉>]",
        r"更正(?:啟事|启事|及致歉|[:：])|勘[误誤][:：]?|澄清[:：]|特此更正",
        r"(?:編者按|编者按|編按|编按|注|註)[:：].{0,80}(?:有誤|有误|误写|誤寫|更正|改正)",
    ),
    "de": (
        r"(?:korrektur(?:hinweis)?|berichtigung|richtigstellung|korrigendum)\b(?:,? (?:vom )?\d[^:]{0,30}|[^:.]{0,30})[:：]",
        (r"(?:anmerkung|hinweis|transparenzhinweis|anm\.)(?: der redaktion| d\. ?red\.)?[^:.]{0,20}[:：].{0,200}"
        r"(?:korrigier|berichtig|falsch|fehler|irrtümlich|frühere[nr]? (?:version|fassung))"),
    ),
    "fr": (
        r"(?:rectificatif|correction|erratum|précision)\b[^:.]{0,30}\s?[:：]",
        r"(?:mise à jour|ndlr)\b[^:.]{0,30}\s?[:：].{0,200}(?:corrig|inexact|erron)",
    ),
    "es": (
        r"(?:corrección|rectificación|aclaración)\b[^:.]{0,30}[:：]|fe de err(?:ores|atas)\b",
        r"nota (?:de la redacción|del editor|de redacción)\b[^:.]{0,20}[:：].{0,200}(?:corregi|erróne|error|rectific|modific|versión)",
    ),
    "pt": (
        r"(?:correção|errata|retificação|esclarecimento|erramos)\b[^:.]{0,30}[:：]",
        r"nota (?:da redação|do editor)\b[^:.]{0,20}[:：].{0,200}(?:corrigi|errad|erro|retific|versão)",
    ),
    "it": (
        r"(?:rettifica|errata corrige|precisazione|correzione)\b[^:.]{0,30}(?:[:：]|$)|rettifica\.",
        r"nota (?:della redazione|di redazione)\b[^:.]{0,20}[:：].{0,200}(?:corrett|errat|errore|rettific|versione)",
    ),
    "ru": (r"(?:исправление|поправка|уточнение|опровержение|исправлено)\b[^:.]{0,30}[:：.]",),
    "ar": (r"(?:تصحيح|تصويب|توضيح)\s?[:：]", r"تنويه\s?[:：].{0,80}تصحيح"),
}  # fmt: skip
_SENTENCES: dict[str, tuple[str, ...]] = {
    "en": (
        (r"(?:earlier|previous|original|prior) (?:version|headline|edition|caption|photo caption)s? (?:of|on|for|to|in|with|accompanying) "
        r"(?:this|our|(?:the|an?) (?:article|story|report|headline|piece|post|page|column|photo|caption))\b.{0,160}"),
        (r"(?:this|the) (?:article|story|headline|report|piece|post|page|caption|column)[^.]{0,60}\b(?:was|has been|have been|is|been) "
        r"(?:\w+ )?(?:amended|corrected|clarified|(?:updated|revised|changed) to (?:correct|reflect|clarif|show|make clear))"),
        (r"(?:this|an earlier|a previous) (?:article|story|report|headline|version)[^.]{0,40}\b"
        r"(?:misstated|misspelled|misidentified|incorrectly|mistakenly|erroneously|wrongly)"),
        r"we (?:regret|apologi[sz]e for) (?:the|this|our) (?:error|mistake)",
        r"we (?:have )?(?:corrected|amended) (?:this|the) (?:article|story|report|headline|piece)",
        r"(?:a|an|the) (?:previous|earlier|original) headline (?:on|said|stated|incorrectly|wrongly)",
    ),
    "ko": (
        r"(?:기사|보도|제목|본문)[^.]{0,40}(?:잘못|오류|오기|오보)[^.]{0,40}(?:바로잡|정정|수정|고쳤|고칩)",
        r"(?:기사|보도)[^.]{0,30}(?:정정|바로잡)(?:합니다|했습니다|았습니다|습니다)",
    ),
    "ja": (
        r"(?:記事|本文|見出し|当初|初出)[^。]{0,60}(?:誤り|誤って|間違|訂正|おわび)[^。]{0,40}(?:訂正|修正|おわび|お詫び|失礼|ました)",
        r"当初、?[^。]{0,60}正しくは[^。]{0,40}(?:でした|です)",
    ),
    "zh": (
        r"(?:本文|文章|報道|报道|標題|标题|內文|较早前|早前|此前|先前)[^。]{0,40}(?:有誤|有误|錯誤|错误|誤植|误植|误写|誤寫)[^。]{0,30}(?:更正|修正|訂正|改正|致歉)",
        r"本文(?:已|現已|现已)(?:作出|經|经)?(?:更正|修正|改正)|更正[^。]{0,12}致歉",
    ),
    "de": (
        r"(?:früheren?|ursprünglichen?|vorherigen?) (?:version|fassung)[^.]{0,120}(?:dieses|des|unseres) (?:artikels?|textes|beitrags)",
        r"(?:früheren?|ursprünglichen?) (?:version|fassung)[^.]{0,20}(?:hieß|stand|haben wir)",
        r"(?:artikel|text|beitrag|meldung|überschrift)[^.]{0,40}(?:wurde|haben wir)[^.]{0,40}(?:korrigiert|berichtigt)",
        r"wir haben[^.]{0,80}(?:diesem|im) (?:text|artikel|beitrag)[^.]{0,40}(?:korrigiert|berichtigt)",
        r"wir haben (?:den|diesen|einen) fehler[^.]{0,30}(?:korrigiert|berichtigt)",
    ),
    "fr": (
        r"(?:version (?:antérieure|précédente|initiale)|première version) (?:de|du) (?:cet|notre|l.)\s?(?:article|texte|papier)",
        r"contrairement à ce que nous (?:avions|avons)",
        r"(?:cet|l.) ?article a été (?:corrigé|modifié|rectifié|amendé)|nous avons corrigé[^.]{0,60}(?:article|texte|titre)",
    ),
    "es": (
        r"versión (?:anterior|previa|inicial) de (?:este|esta) (?:artículo|noticia|texto|información|nota)",
        r"(?:este|esta) (?:artículo|noticia|texto|información) (?:ha sido|se ha) (?:corregid|modificad|rectificad)",
    ),
    "pt": (
        r"versão (?:anterior|prévia|inicial) (?:deste|desta|do|da) (?:artigo|texto|reportagem|matéria|notícia)",
        r"(?:este|esta) (?:artigo|texto|reportagem|matéria|notícia) foi (?:corrigid|retificad|alterad)",
    ),
    "it": (
        r"(?:versione precedente|precedente versione|prima versione) (?:di questo|dell.|del) ?(?:articolo|testo|pezzo)",
        r"(?:questo|l.) ?articolo è stato (?:corretto|rettificato|modificato)",
    ),
    "ru": (
        r"(?:предыдущей|ранней|первоначальной) версии (?:этой |этого |данной |данного )?(?:статьи|текста|материала|новости|заметки)",
        r"(?:статья|текст|материал|новость) (?:был[аи]? )?(?:исправлен|скорректирован)",
        r"в (?:тексте|статье|материале|заголовке|новости) (?:была )?(?:исправлена|допущена) (?:ошибка|неточность)",
        r"редакция приносит извинения за (?:ошибку|неточность)",
    ),
    "ar": (
        r"(?:النسخة|نسخة) (?:السابقة|سابقة) من (?:هذا|هذه) (?:المقال|التقرير|الخبر)",
        r"(?:تم|جرى) تصحيح (?:هذا|هذه|المقال|الخبر|التقرير)",
    ),
}  # fmt: skip


@functools.cache
def _patterns() -> tuple["re.Pattern[str]", "re.Pattern[str]"]:
    labels, sentences = ("|".join(pattern for patterns in table.values() for pattern in patterns) for table in (_LABELS, _SENTENCES))
    # marks may stand before a label; as few as can be, because some labels begin with a bracket of their own
    return re.compile(rf"^\W{{0,4}}?(?:{labels})", re.I | re.M), re.compile(sentences, re.I | re.M)


# One of these stands in every note; looking for them costs a tenth of the patterns.
_STEM_WORDS = """
    corr korr clarif amend misst missp misid mistak wrongly regret apolog version headline editing erron errat error
    erreur errad bericht richtigst fassung rectif rettif retif inexact modif contrair aclarac esclarec precisaz
    fe_de_err 정정 바로잡 반론 알려왔 추후보도 잘못 오류 오기 오보 訂正 更正 勘误 勘誤 澄清 誤 误
    ことわり お断り 失礼 間違 錯 错 précision verseh erróne correç versión
    versão erramos rettific 改正 わび 詫び 修正 извинен неточн исправ поправк
    уточнен опроверж верси скоррект تصحيح تنويه تصويب توضيح النسخة نسخة
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
