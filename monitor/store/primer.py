"""What the compressor knows before it reads a first text: the shape of our JSON, and words that news use.

A short text alone has nothing to refer to; with this a first feed item is a third smaller (bench/store.py). Frozen: every first text of
every store is packed against TEXT, every stored diff against CHANGES and its old text. A better primer would be another number in
`text.primer`.
"""

NONE, FIRST = 0, 1

_WORDS = (
    "yesterday tomorrow tonight morning afternoon evening weekend hours minutes seconds January February March April May "
    "June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday million "
    "billion thousand hundred per cent percent government president prime minister parliament police officials spokesman "
    "spokeswoman ministry court judge lawyer charges arrested investigation election vote party leader campaign opposition "
    "economy market shares company business bank trade prices hospital health virus vaccine patients cases deaths people "
    "children women family residents students school university teachers company's country's world's United States United "
    "Kingdom European Union South Korea North Korea China Japan Russia Ukraine Israel Britain France Germany India Australia "
    "New York London Washington Seoul Beijing weather storm fire flood earthquake emergency services killed injured died "
    "found dead attack killed at least after the wife husband mother father son daughter man woman who was report reported "
    "reports reporters according to a statement said in a statement told reporters on Monday that the, the newspaper photo "
    "Photograph Getty Images Reuters AP AFP News agency minutes ago breaking live updates here's what you need to know has "
    "been have been will be would be had been could be should be is expected to, as well as, one of the, in the first, for "
    "the first time more than, less than, as part of the, because of the, during the, between the, against the, before the, "
    "until the, under the, over the, into the, about the, from the, with the, by the, at the, to the, for the, on the, in "
    "the, of the, and the, that the 기자 뉴스 정부 대통령 국회 의원 경찰 검찰 법원 장관 후보 대표 "
    "위원장 지난 오늘 오전 오후 서울 한국 미국 중국 일본 북한 코로나19 확진자 시장 기업 경제 "
    "사업 투자 금융 증권 주가 지난해 올해 이번 최근 밝혔다. 말했다. 전했다. 했다. 있다. 것으로 "
    "대해 위해 통해 따르면 관련 으로 에서 에게 까지 부터 하는 있는 이라고 했다고 한다. 됐다. "
    "것이다. 때문에 그러나 또한 그리고 "
)

_SHAPE = (
    '"},"harbour":{"summary":null,"title":"{"authors":["By ","],"body":["","],"captions":[],"language":"ko","listings":{},"section":"'
    '","subtitle":null,"title":"},"section":null,"subtitle":null,"title":"{"authors":[],"body":["https://www. said. "," ","“ ” ’s …"],'
    '"captions":[],"language":null,"listings":{"feed":{"summary":"","title":""}},"section":null,"subtitle":null,"title":""}'
    '{"authors":[],"body":["The "],"captions":[],"language":"en","listings":{"":{"summary":"'
)

TEXT = (_WORDS + _SHAPE).encode()

CHANGES = (
    b'[["headline","replace",[1],[1],[["=",""],["-",""],["+",""],["=",""]],["headline","typography","typo","number","quote","name","hedge",'
    b'"date","paragraph-added","paragraph-removed","paragraph-moved","correction-note","rewritten"]],["subheading","equal",[1],[1],[["="'
    b',""]],[]],["byline","equal",[1],[1],[["=",""]],[]],["section","equal",[1],[1],[["=",""]],[]],["caption","equal",[1],[1],[["=",""]],[]],'
    b'["feed-headline:harbour","replace",[1],[1],[["-",""],["+",""]],["feed-headline"]],["feed-summary:harbour","equal",[1],[1],[["=",""]]'
    b',[]],["body","insert",[],[2],[["+",""]],["paragraph-added"]],["body","delete",[3],[],[["-",""]],["paragraph-removed"]],["body",'
    b'"replace",[4],[4],[["=",""],["-",""],["+",""],["=",""]],["number"]],["body","equal",[5],[5],[["=",""]],[]],["body","equal",[6],[6],[["="'
    b',""]],[]],["headline","equal",[1],[1],[["=","'
)
