"""Lines that pages print between paragraphs and that are never an article's: labels of ads, boxes and buttons."""

import re

from monitor.extract.letters import letters

_LABELS = re.compile(
    r"(?:advertise?ments?|ads?|sponsored(?:content)?|paidcontent|promoted|story(?:continues|continued)(?:below|after)?(?:advertisement|thead)?"
    r"|article(?:continues|continued)(?:below|after)(?:advertisement|thead)?|continuereading(?:below)?|scroll(?:down)?(?:tocontinue|formore)?"
    r"|readmore|readalso|readnext|seealso|alsoread|related(?:stories|articles|news|topics|content)?|more(?:onthis(?:story|topic)?|stories|news|from\w{0,20})"
    r"|recommended(?:foryou|stories)?|mostread|mostpopular|trending(?:now)?|dontmiss|top\d+stories|newsletters?|signup|subscribe(?:now)?|share(?:this(?:article|story)?)?"
    r"|followus|print|email|facebook|twitter|whatsapp|telegram|reddit|linkedin|pinterest|copylink|linkcopied|comments?|loading|watch(?:now|live)?|listen|video|photos?|gallery"
    r"|광고|관련기사|관련뉴스|추천기사|많이본뉴스|이시각주요뉴스|기사더보기|더보기|공유하기|구독하기|기사공유|글자크기|인쇄|스크랩|댓글|이전기사|다음기사"
    r"|広告|pr|スポンサーリンク|関連記事|関連ニュース|おすすめ記事|あわせて読みたい|続きを読む|もっと見る|シェア(?:する)?|ツイート|ランキング|コメント"
    r"|广告|廣告|相关阅读|相关新闻|相關新聞|相關報導|延伸阅读|延伸閱讀|推荐阅读|推薦閱讀|点击查看更多|查看更多|更多|分享|评论|留言"
    r"|anzeige|werbung|advertorial|lesensieauch|mehrzumthema|zumthema|weiterlesen|auchinteressant|dasköntesieauchinteressieren|mehrlesen|teilen|drucken|merken|kommentare?"
    r"|publicité|annonce|lireaussi|àlireaussi|àlire|voiraussi|surlemêmesujet|lirelasuite|partager|commentaires?|plusdarticles"
    r"|publicidad|anuncio|leatambién|leetambién|vertambién|noticiasrelacionadas|temasrelacionados|teleerecomendamos|seguirleyendo|compartir|comentarios?"
    r"|publicidade|anúncio|leiatambém|leiamais|vejatambém|saibamais|notíciasrelacionadas|continuaapósapublicidade|compartilhar|comentários?"
    r"|pubblicità|leggianche|leggidipiù|articolicorrelati|potrebbeinteressarti|continuaaleggere|condividi|commenti?"
    r"|реклама|читайтетакже|читатьтакже|смотритетакже|потеме|материалыпотеме|подробнее|читатьдалее|поделиться|комментарии"
    r"|إعلان|اقرأأيضا|اقرأأيضاً|اقرأالمزيد|مواضيعذاتصلة|أخبارذاتصلة|شارك|تعليقات)",
)


_PROMPTS = re.compile(
    r"^\W*(?:(?:read (?:more|also|next)|see also|also read|related|more on this|don['’]?t miss|watch|listen|lesen sie (?:auch|mehr)|mehr zum thema|lire aussi"
    r"|à lire(?: aussi)?|voir aussi|lea también|lee también|ver también|leia (?:também|mais)|veja também|leggi anche|читайте также|관련 ?기사|더 읽기|関連記事|あわせて読みたい"
    r"|相关阅读|延伸阅读|延伸閱讀|اقرأ أيض[اً]+)\s*[:：|–—-]"
    r"|(?:sign up|subscribe|follow us|join (?:us|our)|download (?:the|our)|get (?:the|our) .{0,40}(?:newsletter|app)|click here|support (?:us|our)|abonnez-vous (?:à|au)"
    r"|inscrivez-vous|suivez-nous|suscr[ií]b(?:ete|ase) a|síguenos|siga-nos|inscreva-se|assine (?:nossa|a)|iscriviti|seguici|abonnieren sie|folgen sie uns|melden sie sich"
    r"|подпи(?:шитесь|сывайтесь)|следите за нами|تابعنا|اشترك في)\b)",
    re.IGNORECASE,
)
_LONGEST_PROMPT = 140


def is_label(text: str) -> bool:
    """Is this line nothing but such a label, or a short call to read, follow or subscribe?"""
    return _LABELS.fullmatch(letters(text)) is not None or (len(text) < _LONGEST_PROMPT and _PROMPTS.match(text) is not None)
