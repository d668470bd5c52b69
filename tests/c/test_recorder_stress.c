/* SPDX-License-Identifier: MIT */
/* Links: recorder.c ledger.c calltree.c blocks.c pairs.c stacks.c */
/* The recorder with many threads, and without memory. */
#include "recorder.h"

#include <pthread.h> /* pthread_create */

#include "mem_fake.h"
#include "together.h"

enum { THREADS = 4, ROUNDS = 40000 };

/* The block at an address: the recorder never looks inside. */
static const void *
at(uintptr_t address)
{
    return (const void *)address;
}

typedef struct {
    lc_recorder *recorder; /* Borrowed. */
    atomic_int *ready; /* Workers that have begun. Borrowed. */
    uintptr_t base; /* Of this thread's own addresses. */
    uint32_t node; /* Of this thread's blocks that stay. */
    int64_t mistakes; /* Blocks that came back other than they were put. */
} worker;

/* Puts and takes its own blocks, through growth of table and ledger, and releases some
 * that nobody recorded. One block in four stays. */
static void *
hammer(void *argument)
{
    worker *self = argument;
    begin_together(self->ready, THREADS);
    for (uintptr_t i = 0; i < ROUNDS; i++) {
        const void *block = at(self->base + i * 16);
        uint32_t node = i % 4 == 0 ? self->node : LC_CALLTREE_FIXED + (uint32_t)i % 700;
        uint32_t got_node;
        size_t got_size;
        lc_recorder_put(self->recorder, LC_RECORDER_RAW, block, i, node);
        if (i % 4 != 0) {
            bool known = lc_recorder_take(self->recorder, LC_RECORDER_RAW, block,
                                          &got_node, &got_size);
            self->mistakes += !known || got_node != node || got_size != i;
        }
        if (i % 100 == 0) {
            self->mistakes +=
                lc_recorder_take(self->recorder, LC_RECORDER_RAW,
                                 at(self->base + i * 16 + 8), &got_node, &got_size);
        }
    }
    return NULL;
}

/* Marks are taken meanwhile. The fake allocator is not made for threads: here it is only
 * asked under the raw book's lock, because the object book is empty and has room for the
 * marks already. */
static void
a_raw_book_used_by_four_threads_ends_sound(void **state)
{
    (void)state;
    enum { MARKS = 12, STAY = ROUNDS / 4 };
    lc_recorder *r = lc_recorder_new();
    worker workers[THREADS];
    pthread_t threads[THREADS];
    atomic_int ready = 0;
    mem_fake_fail_at(0);
    assert_int_equal(lc_recorder_mark(r), LC_OK);
    for (uint32_t t = 0; t < THREADS; t++) {
        workers[t] = (worker){
            .recorder = r,
            .ready = &ready,
            .base = (t + UINT64_C(1)) << 32,
            .node = 1000 + t,
        };
        assert_int_equal(pthread_create(&threads[t], NULL, hammer, &workers[t]), 0);
    }
    for (int i = 0; i < MARKS; i++) {
        assert_int_equal(lc_recorder_mark(r), LC_OK);
        assert_true(lc_recorder_check(r));
        assert_true(lc_recorder_live(r, LC_RECORDER_RAW) <= THREADS * (STAY + 1));
    }
    for (uint32_t t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_join(threads[t], NULL), 0);
        assert_int_equal(workers[t].mistakes, 0);
    }
    assert_true(lc_recorder_check(r));
    assert_int_equal(lc_recorder_dropped(r), 0);
    assert_int_equal(lc_recorder_untracked(r), THREADS * ROUNDS / 100);
    assert_int_equal(lc_recorder_live(r, LC_RECORDER_RAW), THREADS * STAY);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_RAW),
                     THREADS * STAY - THREADS * ROUNDS / 100);
    assert_int_equal(lc_recorder_mark(r), LC_OK);
    int64_t bytes = 0;
    for (int64_t i = 0; i < ROUNDS; i += 4) {
        bytes += i;
    }
    for (uint32_t t = 0; t < THREADS; t++) {
        lc_ledger_entry entry = lc_recorder_at(
            r, LC_RECORDER_RAW, lc_recorder_marks(r) - 1, workers[t].node);
        assert_int_equal(entry.blocks, STAY);
        assert_int_equal(entry.bytes, bytes);
    }
    lc_recorder_free(r);
    assert_int_equal(mem_fake_outstanding(), 0);
}

/* Fails one request while one book is filled and marked; returns what was dropped. A
 * mark that fails is taken again. */
static int64_t
fill_with_one_failure(lc_recorder *r)
{
    int64_t missing = 0;
    uint32_t marks = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        lc_recorder_book which = (lc_recorder_book)(i % 2);
        lc_recorder_put(r, which, at(16 + i * UINT64_C(16)), i, i / 2);
        if (i % 100 == 0) {
            if (lc_recorder_mark(r) != LC_OK) {
                missing++;
                assert_int_equal(lc_recorder_marks(r), marks);
                assert_int_equal(lc_recorder_mark(r), LC_OK);
            }
            marks++;
            assert_int_equal(lc_recorder_marks(r), marks);
        }
    }
    return lc_recorder_dropped(r) - missing;
}

/* No caller is failed; what is missing is counted, and both books agree on their marks. */
static void
every_allocation_may_fail(void **state)
{
    (void)state;
    bool lost_block = false;
    bool lost_mark = false;
    size_t n = 1;
    for (;; n++) {
        mem_fake_fail_at(n);
        lc_recorder *r = lc_recorder_new();
        if (r == NULL) {
            assert_true(mem_fake_failed());
            assert_int_equal(mem_fake_outstanding(), 0);
            continue;
        }
        int64_t lost = fill_with_one_failure(r);
        assert_int_equal(lc_recorder_dropped(r), mem_fake_failed());
        assert_int_equal(lc_recorder_net(r, LC_RECORDER_OBJECT), 1500);
        assert_int_equal(lc_recorder_net(r, LC_RECORDER_RAW), 1500);
        assert_true(lc_recorder_check(r));
        for (uint32_t mark = 0; mark < lc_recorder_marks(r); mark++) {
            int64_t seen[LC_RECORDER_BOOKS] = {0};
            for (uint32_t node = 0; node < 1500; node++) {
                seen[0] += lc_recorder_at(r, LC_RECORDER_OBJECT, mark, node).blocks;
                seen[1] += lc_recorder_at(r, LC_RECORDER_RAW, mark, node).blocks;
            }
            /* The object book is asked first: one more, less what was lost in either. */
            int64_t most = (int64_t)mark * 50;
            assert_true(seen[0] >= most + 1 - lost && seen[0] <= most + 1);
            assert_true(seen[1] >= most - (mark > 0 ? lost : 0) && seen[1] <= most);
        }
        uint32_t node;
        size_t size;
        for (uintptr_t i = 0; i < 3000; i++) {
            lc_recorder_take(r, (lc_recorder_book)(i % 2), at(16 + i * 16), &node,
                             &size);
        }
        assert_int_equal(lc_recorder_untracked(r), lost);
        assert_int_equal(lc_recorder_net(r, LC_RECORDER_OBJECT), 0);
        assert_int_equal(lc_recorder_net(r, LC_RECORDER_RAW), 0);
        lc_recorder_free(r);
        assert_int_equal(mem_fake_outstanding(), 0);
        lost_block = lost_block || lost > 0;
        lost_mark = lost_mark || (mem_fake_failed() && lost == 0);
        if (!mem_fake_failed()) {
            break;
        }
    }
    assert_true(lost_block);
    assert_true(lost_mark);
    mem_fake_fail_at(0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_raw_book_used_by_four_threads_ends_sound),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
