"""What one Han character more, less or in place of another means: a slip of the pen, another name, another word."""

from monitor.classify.hunks import Hunk

# Characters that are words: one of them for another, put in or taken out, says something else.
_WORDS = frozenset(
    "的了着著過过在於于是有無无沒没不未非勿別别可能會会應应須须要將将已曾正仍還还又再也亦都就才便即只均各每此該该本這这那某同另其他她它我你您"
    "和及與与或而但並并且因由為为被把對对從从向至到自往以用按據据經经隨随等後后前時时內内外中間间上下左右東西南北大小多少高低長长新舊旧"
    "說说指稱称謂谓道曰問问答看見见聽听去來来回出入進进升降漲涨跌增減减約约逾超近達达約餘余半全首次又更最較较很太極极"
    "年月日號号週周天分秒元點点厘角人名個个位宗間家座輛辆隻只件張张條条萬万億亿兆千百十一二三四五六七八九零〇兩两幾几數数第"
    "男女父母兄弟姐妹生死傷伤美英法德俄日韓韩中台港澳加印泰越獲获續续今明昨早晚接讓让令使給给後先做作當当底落市否承確确認认證证肯"
)

# Characters by which Chinese writes foreign names; the most frequent ones that are words as well are left out.
_SOUNDS = frozenset(
    "阿亞亚巴拉馬马里理利莉黎萊莱羅罗蘭兰勒雷魯鲁盧卢洛倫伦隆克柯卡凱凯嘉吉傑杰斯史士西希錫锡謝谢薩萨沙莎森桑瑟塞塔達达德特泰托圖图杜丹登頓顿迪蒂帝丁汀"
    "溫温維维威韋韦瓦華华沃渥弗夫佛福菲費费凡范芬恩昂奧奥歐欧愛艾埃伊英因尼納纳娜諾诺努奈寧宁米密麥麦梅莫默姆穆摩蒙曼敏比彼畢毕皮波博伯布勃貝贝賓宾班邦鮑包"
    "普帕佩珀龐庞哈漢汉赫黑霍胡豪侯休許许夏查切齊齐奇恰喬乔朱茲兹澤泽佐扎哲珍簡简詹肖蕭萧舒修烏乌賈贾古戈格葛蓋盖荷何爾尔俄科坦根烈戴柏"
)
_LEAST_SOUNDS = 3


def is_han(text: str) -> bool:
    """Whether nothing but Han characters stands there."""
    return not text.isascii() and all("一" <= character <= "鿿" for character in text)


def is_slip(hunk: Hunk) -> bool:
    """Whether one character was written for another, which in Chinese sounds or looks alike, or was left out of a word."""
    old, new = hunk.removed.strip(), hunk.added.strip()
    if not hunk.stands_alone or max(len(old), len(new)) > 1 or set(old + new) <= _WORDS or names_by_sound(hunk):
        return False
    if old and new:
        return True
    # what is more or less is a slip inside of a longer word only
    left, right = hunk.old[: hunk.old_start][-1:], hunk.old[hunk.old_end :][:1]
    return is_han(left) and is_han(right) and (old or new) not in _WORDS and not {left, right} <= _WORDS


def names_by_sound(hunk: Hunk) -> tuple[str, str] | None:
    """The foreign name before and after, where characters of one that is written by sound were exchanged."""
    if not hunk.stands_alone or not is_han(hunk.removed) or not is_han(hunk.added):
        return None
    was, now = _sounded(hunk.old, hunk.old_start, hunk.old_end), _sounded(hunk.new, hunk.new_start, hunk.new_end)
    return (was, now) if was and now else None


def _sounded(text: str, start: int, end: int) -> str | None:
    if not set(text[start:end]) <= _SOUNDS:
        return None
    while start and text[start - 1] in _SOUNDS:
        start -= 1
    while end < len(text) and text[end] in _SOUNDS:
        end += 1
    return text[start:end] if end - start >= _LEAST_SOUNDS else None
