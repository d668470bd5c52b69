/* SPDX-License-Identifier: MIT */
/* Links: recorder.c ledger.c calltree.c blocks.c pairs.c stacks.c mem.c */
/* All books at once, for the thread sanitizer: threads without the interpreter lock write into
 * the raw and the native book and release what others made, while the thread that has the lock
 * uses the object book, the tree and the stacks, takes marks and asks for every sum. The lock
 * of the native book and the tree is ours, as pyrecord's is. */
#include "recorder.h"

#include <pthread.h> /* pthread_create */

#include "mem_fake.h" /* cmocka */
#include "together.h"

enum { THREADS = 4, ROUNDS = 6000, SHELF = 64, MARKS = 40, OWNED = 50 };

static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;

typedef struct {
    lc_recorder *recorder; /* Borrowed. */
    atomic_int *ready; /* Workers that have begun. Borrowed. */
    atomic_uintptr_t *shelf; /* SHELF blocks of the native book, 0: none. Borrowed. */
    uintptr_t base; /* Of this thread's own addresses. */
    int64_t kept; /* Blocks of the raw book that it left there. */
    int64_t mistakes; /* Blocks that came back other than they were put. */
} worker;

static const void *
at(uintptr_t address)
{
    return (const void *)address;
}

/* The size that a block of the shelf has: told by its address, whoever releases it. */
static size_t
size_of(uintptr_t address)
{
    return (size_t)(address >> 4) % 1000;
}

/* Puts a native block on the shelf, and releases the one that lay there. */
static void
exchange(worker *self, uintptr_t address, uint32_t node)
{
    uint32_t got_node;
    size_t got_size;
    pthread_mutex_lock(&shared);
    lc_recorder_put(self->recorder, LC_RECORDER_NATIVE, at(address), size_of(address),
                    node);
    pthread_mutex_unlock(&shared);
    uintptr_t other = atomic_exchange(&self->shelf[node % SHELF], address);
    if (other != 0) {
        pthread_mutex_lock(&shared);
        bool known = lc_recorder_take(self->recorder, LC_RECORDER_NATIVE, at(other),
                                      &got_node, &got_size);
        pthread_mutex_unlock(&shared);
        self->mistakes += !known || got_size != size_of(other) || got_node != node;
    }
}

static void *
work(void *argument)
{
    worker *self = argument;
    begin_together(self->ready, THREADS);
    for (uintptr_t i = 0; i < ROUNDS; i++) {
        uintptr_t address = self->base + i * 16;
        uint32_t node = LC_CALLTREE_FIXED + (uint32_t)(i % SHELF);
        uint32_t got_node;
        size_t got_size;
        exchange(self, address, node);
        lc_recorder_put(self->recorder, LC_RECORDER_RAW, at(address), i, node);
        if (i % 8 == 0) {
            self->kept++;
            continue;
        }
        bool known = lc_recorder_take(self->recorder, LC_RECORDER_RAW, at(address),
                                      &got_node, &got_size);
        self->mistakes += !known || got_node != node || got_size != i;
        if (i % 8 == 1) { /* A resize that failed. */
            lc_recorder_restore(self->recorder, LC_RECORDER_RAW, at(address), got_size,
                                got_node, known);
            self->kept++;
        }
    }
    return NULL;
}

static lc_status
counted(uintptr_t address, lc_block block, void *context)
{
    (void)address;
    *(int64_t *)context += block.size < ROUNDS;
    return LC_OK;
}

/* What the holder of the interpreter lock does meanwhile. */
static void
hold(lc_recorder *r)
{
    lc_calltree *tree = lc_recorder_tree(r);
    for (uint32_t i = 0; i < MARKS; i++) {
        uintptr_t addresses[2] = {i % 7 + 1, i + 1};
        pthread_mutex_lock(&shared);
        uint32_t node = lc_recorder_below(r, LC_CALLTREE_ROOT, addresses, 2);
        uint32_t child;
        assert_int_equal(lc_calltree_put(tree, LC_CALLTREE_ROOT, i + 1, i, i, &child),
                         LC_OK);
        for (uintptr_t k = 0; k < OWNED; k++) {
            lc_recorder_put(r, LC_RECORDER_OBJECT, at((i * OWNED + k + 1) * 32), 8,
                            k % 2 == 0 ? node : child);
        }
        lc_calltree_forget(tree, i);
        assert_int_equal(lc_recorder_mark(r), LC_OK);
        int64_t seen = 0;
        assert_int_equal(lc_recorder_each(r, LC_RECORDER_RAW, counted, &seen), LC_OK);
        assert_true(seen <= THREADS * ROUNDS);
        assert_true(lc_recorder_net(r, LC_RECORDER_RAW) >= 0);
        assert_true(lc_recorder_net(r, LC_RECORDER_NATIVE) >= 0);
        assert_true(lc_recorder_live(r, LC_RECORDER_NATIVE) <= SHELF + 2 * THREADS);
        assert_true(lc_recorder_footprint(r) > 0);
        assert_int_equal(lc_recorder_untracked(r), 0);
        assert_int_equal(lc_recorder_dropped(r), 0);
        assert_true(lc_recorder_check(r));
        pthread_mutex_unlock(&shared);
    }
}

static void
all_books_used_at_once_end_sound(void **state)
{
    (void)state;
    lc_recorder *r = lc_recorder_new();
    worker workers[THREADS];
    pthread_t threads[THREADS];
    atomic_int ready = 0;
    static atomic_uintptr_t shelf[SHELF];
    for (uint32_t t = 0; t < THREADS; t++) {
        workers[t] = (worker){
            .recorder = r,
            .ready = &ready,
            .shelf = shelf,
            .base = (t + UINT64_C(1)) << 32,
        };
        assert_int_equal(pthread_create(&threads[t], NULL, work, &workers[t]), 0);
    }
    hold(r);
    int64_t kept = 0;
    for (uint32_t t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_join(threads[t], NULL), 0);
        assert_int_equal(workers[t].mistakes, 0);
        kept += workers[t].kept;
    }
    assert_true(lc_recorder_check(r));
    assert_int_equal(lc_recorder_live(r, LC_RECORDER_RAW), kept);
    assert_int_equal(lc_recorder_live(r, LC_RECORDER_NATIVE), SHELF);
    assert_int_equal(lc_recorder_live(r, LC_RECORDER_OBJECT), MARKS * OWNED);
    assert_int_equal(lc_recorder_net(r, LC_RECORDER_RAW), kept);
    assert_int_equal(lc_recorder_marks(r), MARKS);
    lc_recorder_free(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_books_used_at_once_end_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
