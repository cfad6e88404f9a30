"""What becomes of an article, look by look."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import revise
from monitor.model import ArticleState, Content, KnownArticle, Listing, Page, Restamp, Revision, Said, Source, Stamp
from monitor.proof import text_key
from monitor.revise import Decision

START = datetime(2024, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
A = Content("Old cranes stay", body=("The board voted to keep both cranes.", "Three members voted against."))
B = replace(A, body=("The board voted to keep one crane.", "Three members voted against."))
C = replace(A, title="Old cranes go")
STAY, GO = {"a": Said("Old cranes stay")}, {"a": Said("Old cranes go")}


def page(content: Content = A, *, updated: datetime | None = None, posted: datetime | None = None, doubts: tuple[str, ...] = ()) -> Page:
    stamps = (Stamp(posted, source="json-ld") if posted else None, Stamp(updated, source="json-ld") if updated else None)
    return Page("article", None, "https://paper.example/1", None, content, *stamps, "blocks/1", doubts)


def wall(reason: str) -> Page:
    return Page("suspect", reason, "https://paper.example/1", None, Content(""))


@dataclass
class Story:
    """An article under watch: every decision is applied as the store would."""

    head: Revision | None = None
    texts: dict[bytes, int] = field(default_factory=dict)
    memo: str = "{}"
    state: ArticleState = "watched"
    now: datetime = START
    listed: tuple[Listing, ...] = ()

    def known(self) -> KnownArticle:
        rev = self.head.rev if self.head else 0
        return KnownArticle(1, "https://paper.example/1", None, self.state, self.head, self.texts, self.listed, self.memo, None, rev)

    def look(self, seen: Page, listings: Mapping[str, Said] | None = None) -> Decision:
        return self.apply(revise.decide(self.known(), seen, listings or {}, self.now), "page", listings or {})

    def poll(self, content: Content, listings: Mapping[str, Said] | None = None) -> Decision:
        return self.apply(revise.decide_feed(self.known(), content, None, None, listings or {}, self.now), "feed", listings or {})

    def hear(self, listings: Mapping[str, Said]) -> Decision:
        """A feed says something else beside the page."""
        assert self.head is not None
        said = revise.decide_feed(self.known(), self.head.content, *self.head.stamps, listings, self.now)
        return self.apply(said, "page", listings)

    def missing(self, status: int = 404) -> Decision:
        return self.apply(revise.decide_absence(self.known(), status, f"http_{status}", self.now), "page", {})

    def apply(self, said: Decision, source: Source, listings: Mapping[str, Said]) -> Decision:
        self.memo, self.state = said.memo, said.state or self.state
        if said.event and said.content is not None:
            kept = self.head.source if said.event == "gone" and self.head else source
            rev = self.head.rev + 1 if self.head else 1
            self.head = Revision(
                1, rev, "", None, said.event, said.confirmed, kept, "u", said.first_seen_at or self.now, self.now,
                said.posted, said.updated, said.content, dict(listings), (), said.extractor,
            )  # fmt: skip
            self.texts[text_key(said.content)] = rev
        elif self.head:
            restamps = self.head.restamps + ((said.restamp,) if said.restamp else ())
            self.head = replace(self.head, confirmed=self.head.confirmed or said.confirms_head, restamps=restamps)
        self.now += HOUR
        return said


def test_the_first_page_is_new_and_the_second_look_confirms_it() -> None:
    story = Story()

    first, second = story.look(page()), story.look(page())

    assert (first.verdict, first.event, first.confirmed) == ("new", "new", False)
    assert (second.verdict, second.event, second.confirms_head, second.rev_met) == ("same", None, True, 1)


def test_a_plain_edit_is_a_revision_at_once_and_confirmed_by_the_next_look() -> None:
    story = Story()
    story.look(page())

    edit, after = story.look(page(B)), story.look(page(B))

    assert (edit.verdict, edit.event, edit.confirmed, edit.rev_met) == ("edited", "edited", False, 2)
    assert (after.verdict, after.confirms_head) == ("same", True)


def test_white_space_unicode_form_and_invisible_characters_make_no_revision() -> None:
    story = Story()
    story.look(page(replace(A, body=("Caf\u00e9 by the quay. It is new.",))))

    said = story.look(page(replace(A, body=("Cafe\u0301  by\u00a0the quay.\u200b It is\nnew.",))))

    assert said.verdict == "same"


def test_other_quotes_make_a_revision() -> None:
    story = Story()
    story.look(page(replace(A, title='"Old" cranes stay')))

    assert story.look(page(replace(A, title="“Old” cranes stay"))).event == "edited"


def test_a_return_is_one_reverted_revision_and_further_flips_are_looks() -> None:
    story = Story()
    for content in (A, B):
        story.look(page(content))

    back, flip, flop = story.look(page(A)), story.look(page(B)), story.look(page(A))

    assert (back.event, back.reverts_to) == ("reverted", 1)
    assert (flip.verdict, flip.event, flip.rev_met, flip.flapping, flip.seen_head) == ("same", None, 2, True, False)
    assert (flop.verdict, flop.event, flop.rev_met, flop.seen_head) == ("same", None, 3, True)


def test_a_new_text_after_flips_is_an_edit() -> None:
    story = Story()
    for content in (A, B, A, B):
        story.look(page(content))

    assert story.look(page(C)).event == "edited"


def test_an_answer_304_while_the_article_flaps_meets_the_flipped_text() -> None:
    story = Story()
    for content in (A, B, A, B):
        story.look(page(content))

    said = revise.decide_same(story.known(), story.now)

    assert (said.verdict, said.rev_met, said.seen_head) == ("same", 2, False)


def test_a_doubtful_change_is_held_until_a_second_look_shows_it_again() -> None:
    story = Story()
    story.look(page())

    held = story.look(page(B, doubts=("much text lost",)))
    story_at = story.now
    believed = story.look(page(B, doubts=("much text lost",)))

    assert (held.verdict, held.event, held.sooner) == ("held", None, revise.AFTER_DOUBT)
    assert (believed.event, believed.confirmed, believed.first_seen_at) == ("edited", True, story_at - HOUR)


def test_a_text_that_builds_on_a_held_one_is_first_seen_then() -> None:
    story, short = Story(), replace(A, body=("This story was withdrawn.",))
    story.look(page())
    story.look(page(short, doubts=("much text lost",)))

    said = story.look(page(replace(short, body=(*short.body, "A new one follows.")), doubts=("much text lost",)))

    assert (said.event, said.confirmed, said.first_seen_at) == ("edited", False, START + HOUR)


def test_another_doubtful_text_starts_again() -> None:
    story = Story()
    story.look(page())
    story.look(page(replace(A, body=(*A.body, "Ferry fares rise again")), doubts=("only short lines came",)))

    said = story.look(page(replace(A, body=(*A.body, "Choir wins a prize")), doubts=("only short lines came",)))

    assert said.verdict == "held"


def test_a_doubt_that_is_over_is_forgotten() -> None:
    story = Story()
    for seen in (page(), page(B, doubts=("much text lost",)), page()):
        story.look(seen)

    assert story.look(page(B, doubts=("much text lost",))).verdict == "held"


def test_a_suspect_look_is_never_a_revision_and_asks_for_a_sooner_one() -> None:
    story = Story()
    story.look(page())

    said = story.look(wall("paywall"))

    assert (said.verdict, said.reason, said.event, said.seen_head) == ("suspect", "paywall", None, False)
    assert said.sooner == revise.AFTER_SUSPECT


def test_404_twice_is_gone_with_the_last_text_and_a_page_restores_it() -> None:
    story = Story()
    story.look(page(posted=START))

    first, second, third, back = story.missing(), story.missing(), story.missing(), story.look(page(B))

    assert (first.verdict, first.event) == ("failed", None)
    assert (second.verdict, second.event, second.content, second.state) == ("gone", "gone", A, "gone")
    assert (third.verdict, third.event) == ("gone", None)
    assert (back.event, back.content, back.state) == ("restored", B, "watched")


def test_a_good_look_between_two_404s_starts_the_count_again() -> None:
    story = Story()
    story.look(page())
    story.missing()
    story.look(page())

    assert story.missing().event is None


def test_a_failure_that_is_no_absence_leaves_all_as_it_was() -> None:
    story = Story()
    story.look(page())

    for _ in range(3):
        assert (story.missing(503).verdict, story.head.event if story.head else "") == ("failed", "new")


def test_an_article_unpublished_to_the_home_page_is_gone() -> None:
    story = Story()
    story.look(page())

    assert [story.look(wall("home_page")).event for _ in range(2)] == [None, "gone"]


def test_a_stamp_that_moves_alone_is_a_restamp() -> None:
    story = Story()
    story.look(page(posted=START))

    said = story.look(page(posted=START, updated=START + HOUR))

    assert (said.verdict, said.event) == ("restamped", None)
    assert said.restamp == Restamp(START + HOUR, Stamp(START, source="json-ld"), Stamp(START + HOUR, source="json-ld"))


def test_stamps_that_alternate_between_two_caches_are_one_restamp() -> None:
    story = Story()
    story.look(page(updated=START))

    verdicts = [story.look(page(updated=START + HOUR * (k % 2))).verdict for k in (1, 2, 3, 4)]

    assert verdicts == ["restamped", "same", "same", "same"]


def test_a_time_told_as_ago_is_no_restamp() -> None:
    story = Story()
    story.look(page())
    ago = replace(page(), updated=Stamp(START, text="2 hours ago", source="relative"))

    assert story.look(ago).verdict == "same"


def test_an_older_copy_is_stale_when_its_stamp_says_so_and_a_return_when_not() -> None:
    story = Story()
    story.look(page(A, updated=START))
    story.look(page(B, updated=START + HOUR))

    assert story.look(page(A, updated=START)).reason == "stale"
    assert story.look(page(A, updated=START + 2 * HOUR)).event == "reverted"


def test_an_updated_that_follows_within_one_look_discloses_the_edit() -> None:
    story = Story()
    story.look(page(A, updated=START))
    story.look(page(B, updated=START))

    assert story.look(page(B, updated=START + HOUR)).discloses
    assert not story.look(page(B, updated=START + 2 * HOUR)).discloses


def test_a_page_after_feed_text_is_new_without_an_edit() -> None:
    story = Story()
    story.poll(A)

    said = story.look(page(B))

    assert (said.verdict, said.event) == ("new", "new")


def test_feed_text_that_changes_is_an_edit_and_its_return_a_reverted_one() -> None:
    story = Story()

    events = [story.poll(content).event for content in (A, A, B, A, B)]

    assert events == ["new", None, "edited", "reverted", None]


def test_only_a_feed_that_changes_its_own_words_makes_an_edit_beside_a_page() -> None:
    story, said = Story(), Said("Cranes stay")
    story.look(page(), {"a": said})

    joined = story.look(page(), {"a": said, "b": Said("Board keeps cranes")})
    changed = story.look(page(), {"a": Said("Cranes to stay"), "b": Said("Board keeps cranes")})

    assert (joined.event, changed.event, changed.content) == (None, "edited", A)


def test_a_feed_that_follows_its_page_back_does_not_return_a_second_time() -> None:
    story = Story()
    story.look(page(A), STAY)
    story.look(page(C), GO)

    returned, followed = story.look(page(A), GO), story.look(page(A), STAY)
    flips = [story.look(page(A), said).event for said in (GO, STAY, GO, STAY)]

    assert (returned.event, followed.event, followed.reverts_to) == ("reverted", "edited", None)
    assert flips == [None, None, None, None]


def test_a_feed_that_takes_its_words_back_returns_no_text_of_the_article() -> None:
    story = Story()
    story.look(page(A), STAY)
    story.look(page(C), GO)
    story.look(page(replace(A, body=B.body)), GO)

    followed = story.look(page(replace(A, body=B.body)), STAY)

    assert (followed.event, followed.reverts_to) == ("edited", None)


def test_a_feed_that_flips_between_two_wordings_is_told_there_and_back() -> None:
    story = Story()

    looks = [story.look(page(), said) for said in (STAY, GO, STAY, GO, STAY, GO)]

    assert [said.event for said in looks] == ["new", "edited", "edited", None, None, None]
    assert [said.flapping for said in looks] == [None, None, None, True, None, True]


def test_flips_of_a_page_stay_looks_when_its_feed_follows_each_of_them() -> None:
    story = Story()
    for content, said in ((A, STAY), (C, GO), (A, GO), (A, STAY)):
        story.look(page(content), said)

    flips = [story.look(page(content), said).event for content, said in ((C, STAY), (C, GO), (A, GO), (A, STAY), (C, STAY))]

    assert flips == [None] * 5


def test_an_updated_that_comes_with_the_feeds_new_words_discloses_the_edit_before() -> None:
    story = Story()
    story.look(page(A, updated=START), STAY)
    story.look(page(C, updated=START), STAY)

    followed = story.look(page(C, updated=START + HOUR), GO)

    assert (followed.event, followed.discloses) == ("edited", 2)


def test_the_words_of_a_feed_are_no_look_that_an_updated_could_miss() -> None:
    story = Story()
    story.look(page(A, updated=START), STAY)
    story.look(page(C, updated=START), STAY)
    story.hear(GO)

    assert story.look(page(C, updated=START + HOUR), GO).discloses == 2


def test_the_words_of_a_feed_leave_a_doubt_as_it_was() -> None:
    story = Story()
    story.look(page(), STAY)
    held = story.look(page(B, doubts=("half of it went",)), STAY)
    story.hear(GO)

    settled = story.look(page(B, doubts=("half of it went",)), GO)

    assert (held.verdict, settled.event, settled.confirmed) == ("held", "edited", True)


def test_a_page_without_a_stamp_keeps_the_posted_that_is_known() -> None:
    story = Story()
    story.look(page(A, posted=START))

    assert story.look(page(B)).posted == Stamp(START, source="json-ld")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([A, B, C]), max_size=12))
def test_the_same_page_twice_says_nothing_the_second_time(contents: list[Content]) -> None:
    story = Story()
    for content in contents:
        story.look(page(content))
        again = story.look(page(content))
        assert (again.verdict, again.event) == ("same", None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([A, B]), min_size=1, max_size=20))
def test_two_texts_never_make_more_than_three_revisions(contents: list[Content]) -> None:
    story = Story()
    for content in contents:
        story.look(page(content))

    assert story.head is not None
    assert story.head.rev <= 3
