"""Feeds of our own making, one per dialect and fault; also the seeds of the fuzzer."""

RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Harbour Gazette &amp; Tide</title><link>https://gazette.example.org/</link>
<atom:link rel="self" href="https://gazette.example.org/rss"/><atom:link rel="hub" href="https://hub.example.org/"/>
<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
<skipHours><hour>1</hour><hour>2</hour></skipHours><skipDays><day>Sunday</day></skipDays>
<item><title>Ferry &lt;b&gt;late&lt;/b&gt; again</title><link>/a/1?utm_source=rss</link><guid isPermaLink="false">g-1</guid>
<pubDate>Tue, 19 Sep 2023 16:20:00 +0900</pubDate><dc:creator>Mina Holt</dc:creator><itunes:title>Podcast name</itunes:title>
<media:content url="x.jpg"><media:title>A picture</media:title></media:content>
<description>&lt;p&gt;The ferry was late.&lt;/p&gt;&lt;p&gt;Nobody &amp;amp; nothing moved.&lt;/p&gt;</description></item>
<item><title><![CDATA[Council votes on sea wall]]></title><guid>https://gazette.example.org/a/2</guid>
<pubDate>Tue, 19 Sep 2023 10:00:00 GMT</pubDate>
<content:encoded><![CDATA[<div>First line.<br/>Second line.<script>track()</script></div>]]></content:encoded></item>
<item><title>Third story</title><link>https://gazette.example.org/a/3</link><pubDate>yesterday or so</pubDate></item>
</channel></rss>
"""

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://atoll.example.org/news/"><title>Atoll Daily</title>
<link href="https://atoll.example.org/"/><id>urn:atoll</id><updated>2024-02-01T00:00:00Z</updated>
<entry><id>tag:atoll.example.org,2024:1</id><title type="text">Five &lt; six, says board</title><link href="story-1"/>
<updated>2024-02-01T10:00:00Z</updated><published>2024-02-01T09:00:00+01:00</published>
<author><name>Ilse Brandt</name><email>ilse@example.org</email></author><author><name>Jo Okafor</name></author>
<summary>A short one.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One &amp; <em>only</em>.</p><p>Two.</p></div></content></entry>
<entry><id>tag:atoll.example.org,2024:2</id><title type="html">Caf&amp;eacute; closes</title><link rel="alternate" href="story-2"/>
<updated>2024-02-02T10:00:00Z</updated><source><title>Elsewhere</title><id>other</id></source><content>Plain words.</content></entry>
</feed>
"""

RDF = b"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://rdf.example.org/"><title>Old Format</title><link>https://rdf.example.org/</link>
<items><rdf:Seq><rdf:li rdf:resource="https://rdf.example.org/1"/></rdf:Seq></items></channel>
<item rdf:about="https://rdf.example.org/1"><title>An item of RDF</title><link>https://rdf.example.org/1</link>
<dc:date>2004-05-06T07:08:09Z</dc:date><description>Words.</description></item>
</rdf:RDF>
"""

JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Json Post", "home_page_url": "https://json.example.org/",
"items": [{"id": 17, "url": "https://json.example.org/17", "title": "Seventeen", "content_html": "<p>One.</p><p>Two.</p>",
"date_published": "2024-03-01T12:00:00+09:00", "authors": [{"name": "Ana"}]},
{"id": "x", "external_url": "https://elsewhere.example.org/x", "content_text": "Only text.", "summary": "Sum"}, "no object"]}
"""

SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://map.example.org/a?x=1&amp;y=2</loc><lastmod>2024-05-01T10:00:00Z</lastmod>
<image:image><image:loc>https://map.example.org/p.jpg</image:loc><image:title>Photo</image:title></image:image>
<news:news><news:publication><news:name>Map News</news:name></news:publication>
<news:publication_date>2024-04-30T09:00:00Z</news:publication_date><news:title>Tower &amp; bridge</news:title></news:news></url>
</urlset>
"""

KOREAN = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>강변 신문</title>
<item><title>뷁 강변 산책로 공사 다시 시작</title><link>https://k.example.org/1</link><guid>k1</guid>
<pubDate>2023. 9. 19. 오후 4:20</pubDate>
<description>시는 화요일 공사를 다시 시작한다고 밝혔다.</description></item></channel></rss>
""".encode("cp949")

BROKEN = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Broken & proud</title>
<item><title>AT&T grows</title><link>https://b.example.org/?a=1&b=2</link><guid>b1</guid><description>Fish &nbsp; chips</description></item>
<item><title>Tags <b>cross</title></b><link>https://b.example.org/2</link><guid>b2</guid></item>
<item><title>Good one</title><link>https://b.example.org/3</link><guid>b3</guid><undeclared:x>1</undeclared:x></item>
</channel></rss>"""

CUT = RSS[: RSS.index(b"<item><title>Third") + 30]

ALL = {
    "rss": RSS,
    "atom": ATOM,
    "rdf": RDF,
    "json": JSON,
    "sitemap": SITEMAP,
    "korean": KOREAN,
    "broken": BROKEN,
    "cut": CUT,
    "utf16": ATOM.decode().replace("utf-8", "utf-16").encode("utf-16"),
}
