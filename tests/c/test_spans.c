/* SPDX-License-Identifier: MIT */
/* Links: spans.c */
#include "spans.h"

#include <string.h> /* memset */

#include "mem_fake.h"
#include "random.h"

enum { ROOM = 8 };

static lc_span room[ROOM];

/* What was told, as sums: spans that came less those that went, and their addresses. */
typedef struct {
    int spans;
    int64_t addresses;
    int moves;
} tally;

static void
told(lc_span before, lc_span after, void *context)
{
    tally *t = context;
    t->spans += (before.end == 0) - (after.end == 0);
    t->moves += before.end != 0 && after.end != 0;
    t->addresses +=
        (int64_t)(after.end - after.start) - (int64_t)(before.end - before.start);
}

static lc_spans
empty(void)
{
    memset(room, 0, sizeof room);
    return (lc_spans){.spans = room, .room = ROOM};
}

static lc_status
map(lc_spans *s, uintptr_t start, uintptr_t end, tally *t)
{
    return lc_spans_map(s, (lc_span){start, end}, told, t);
}

static lc_status
unmap(lc_spans *s, uintptr_t start, uintptr_t end, tally *t)
{
    return lc_spans_unmap(s, (lc_span){start, end}, told, t);
}

static void
assert_span(const lc_spans *s, size_t index, uintptr_t start, uintptr_t end)
{
    assert_true(lc_spans_check(s));
    assert_true(index < s->count);
    assert_int_equal(s->spans[index].start, start);
    assert_int_equal(s->spans[index].end, end);
}

static void
a_span_goes_with_its_last_page_and_not_before(void **state)
{
    (void)state;
    lc_spans s = empty();
    tally t = {0};
    assert_int_equal(map(&s, 10, 20, &t), LC_OK);
    assert_int_equal(unmap(&s, 10, 13, &t), LC_OK);
    assert_int_equal(unmap(&s, 17, 20, &t), LC_OK);
    assert_span(&s, 0, 13, 17);
    assert_int_equal(t.spans, 1);
    assert_int_equal(t.moves, 2);
    assert_int_equal(unmap(&s, 13, 17, &t), LC_OK);
    assert_int_equal(t.spans, 0);
    assert_int_equal(t.addresses, 0);
    assert_int_equal(s.count, 0);
}

static void
one_that_loses_its_middle_is_two(void **state)
{
    (void)state;
    lc_spans s = empty();
    tally t = {0};
    assert_int_equal(map(&s, 10, 20, &t), LC_OK);
    assert_int_equal(unmap(&s, 14, 16, &t), LC_OK);
    assert_span(&s, 0, 10, 14);
    assert_span(&s, 1, 16, 20);
    assert_int_equal(t.spans, 2);
    assert_int_equal(t.addresses, 8);
    assert_int_equal(unmap(&s, 0, 100, &t), LC_OK);
    assert_int_equal(t.spans, 0);
}

static void
pages_mapped_over_within_a_span_are_the_same_block(void **state)
{
    (void)state;
    lc_spans s = empty();
    tally t = {0};
    assert_int_equal(map(&s, 10, 20, &t), LC_OK);
    assert_int_equal(map(&s, 10, 20, &t), LC_OK);
    assert_int_equal(map(&s, 12, 15, &t), LC_OK);
    assert_span(&s, 0, 10, 20);
    assert_int_equal(t.spans, 1);
    assert_int_equal(t.moves, 0);
}

static void
a_mapping_over_several_spans_takes_their_place(void **state)
{
    (void)state;
    lc_spans s = empty();
    tally t = {0};
    map(&s, 10, 20, &t);
    map(&s, 20, 30, &t);
    map(&s, 40, 50, &t);
    assert_int_equal(s.count, 3);
    assert_int_equal(map(&s, 15, 45, &t), LC_OK);
    assert_span(&s, 0, 10, 15);
    assert_span(&s, 1, 15, 45);
    assert_span(&s, 2, 45, 50);
    assert_int_equal(t.spans, 3);
    assert_int_equal(t.addresses, 40);
}

static void
what_is_not_known_or_empty_changes_nothing(void **state)
{
    (void)state;
    lc_spans s = empty();
    tally t = {0};
    map(&s, 10, 20, &t);
    assert_int_equal(unmap(&s, 0, 10, &t), LC_OK);
    assert_int_equal(unmap(&s, 20, 30, &t), LC_OK);
    assert_int_equal(unmap(&s, 15, 15, &t), LC_OK);
    assert_int_equal(map(&s, 5, 5, &t), LC_OK);
    assert_span(&s, 0, 10, 20);
    assert_int_equal(t.spans, 1);
}

static void
without_room_nothing_is_told_that_is_not_so(void **state)
{
    (void)state;
    lc_spans s = empty();
    tally t = {0};
    for (uintptr_t i = 0; i < ROOM; i++) {
        assert_int_equal(map(&s, 10 * i + 1, 10 * i + 9, &t), LC_OK);
    }
    assert_int_equal(map(&s, 200, 210, &t), LC_FULL);
    assert_int_equal(unmap(&s, 3, 5, &t), LC_FULL); /* The second half is lost. */
    assert_span(&s, 0, 1, 3);
    assert_int_equal(t.spans, ROOM);
    assert_int_equal(unmap(&s, 0, 1000, &t), LC_OK);
    assert_int_equal(t.spans, 0);
    assert_int_equal(t.addresses, 0);
}

/* Against one byte for each address: what is mapped, and that the sums follow. */
static void
random_pages_are_kept_account_of(void **state)
{
    (void)state;
    enum { ADDRESSES = 300, SPANS = ADDRESSES };
    static lc_span many[SPANS];
    bool mapped[ADDRESSES] = {false};
    lc_spans s = {.spans = many, .room = SPANS};
    tally t = {0};
    uint64_t seed = 7;
    for (int turn = 0; turn < 20000; turn++) {
        uintptr_t start = next_random(&seed) % ADDRESSES;
        uintptr_t end = start + next_random(&seed) % (ADDRESSES - start + 1) % 40;
        bool there = next_random(&seed) % 2 == 0;
        assert_int_equal((there ? map : unmap)(&s, start + 1, end + 1, &t), LC_OK);
        for (uintptr_t i = start; i < end; i++) {
            mapped[i] = there;
        }
        int64_t count = 0;
        for (size_t i = 0; i < s.count; i++) {
            for (uintptr_t at = s.spans[i].start; at < s.spans[i].end; at++) {
                assert_true(mapped[at - 1]);
                count++;
            }
        }
        int64_t truth = 0;
        for (int i = 0; i < ADDRESSES; i++) {
            truth += mapped[i];
        }
        assert_true(lc_spans_check(&s));
        assert_int_equal(count, truth);
        assert_int_equal(t.addresses, truth);
        assert_int_equal(t.spans, s.count);
    }
}

static void
a_broken_list_is_noticed(void **state)
{
    (void)state;
    lc_spans s = empty();
    tally t = {0};
    map(&s, 10, 20, &t);
    map(&s, 30, 40, &t);
    assert_true(lc_spans_check(&s));
    room[1].start = 15;
    assert_false(lc_spans_check(&s));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_goes_with_its_last_page_and_not_before),
        cmocka_unit_test(one_that_loses_its_middle_is_two),
        cmocka_unit_test(pages_mapped_over_within_a_span_are_the_same_block),
        cmocka_unit_test(a_mapping_over_several_spans_takes_their_place),
        cmocka_unit_test(what_is_not_known_or_empty_changes_nothing),
        cmocka_unit_test(without_room_nothing_is_told_that_is_not_so),
        cmocka_unit_test(random_pages_are_kept_account_of),
        cmocka_unit_test(a_broken_list_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
