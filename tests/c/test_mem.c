/* SPDX-License-Identifier: MIT */
/* Links: mem.c */
#include "mem.h"

#include <string.h> /* memset */

#include "mem_fake.h" /* cmocka.h; the real mem.c is linked */

#ifdef __SANITIZE_ADDRESS__
/* Else the sanitizer ends the program where malloc would return NULL. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}
#endif

static void
calloc_gives_zeroed_bytes(void **state)
{
    (void)state;
    unsigned char *block = lc_mem_calloc(100, 3);
    assert_non_null(block);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(block[i], 0);
    }
    lc_mem_free(block);
}

static void
calloc_refuses_a_product_that_overflows(void **state)
{
    (void)state;
    volatile size_t many = SIZE_MAX / 2;
    assert_null(lc_mem_calloc(many, 3));
}

static void
resize_keeps_the_contents_up_to_the_smaller_size(void **state)
{
    (void)state;
    unsigned char *block = lc_mem_resize(NULL, 10, 4);
    assert_non_null(block);
    memset(block, 0x5A, 40);
    block = lc_mem_resize(block, 10000, 4);
    assert_non_null(block);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(block[i], 0x5A);
    }
    block = lc_mem_resize(block, 5, 1);
    assert_non_null(block);
    assert_int_equal(block[4], 0x5A);
    lc_mem_free(block);
}

static void
a_refused_resize_leaves_the_block_valid(void **state)
{
    (void)state;
    volatile size_t many = SIZE_MAX / 2;
    unsigned char *block = lc_mem_calloc(1, 8);
    assert_non_null(block);
    block[7] = 9;
    assert_null(lc_mem_resize(block, many, 3)); /* Would wrap around to a small size. */
    assert_null(lc_mem_resize(block, many, 1)); /* No machine has that. */
    assert_int_equal(block[7], 9);
    lc_mem_free(block);
}

/* realloc(block, 0) may give the block back and return NULL, which reads as a failure. */
static void
a_resize_to_nothing_is_no_release(void **state)
{
    (void)state;
    volatile size_t none = 0;
    void *block = lc_mem_calloc(1, 8);
    void *empty = lc_mem_resize(block, none, 8);
    assert_non_null(empty);
    empty = lc_mem_resize(empty, 8, none);
    assert_non_null(empty);
    lc_mem_free(empty);
}

static void
free_ignores_null(void **state)
{
    (void)state;
    lc_mem_free(NULL);
    void *block = lc_mem_calloc(1, 1);
    assert_non_null(block);
    lc_mem_free(block);
}

static void
a_handler_that_broke_in_on_malloc_gets_nothing(void **state)
{
    (void)state;
    void *block = lc_mem_calloc(1, 8);
    lc_mem_denied = true;
    assert_null(lc_mem_calloc(1, 8));
    assert_null(lc_mem_resize(block, 1, 16));
    lc_mem_denied = false;
    block = lc_mem_resize(block, 1, 16);
    assert_non_null(block);
    lc_mem_free(block);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calloc_gives_zeroed_bytes),
        cmocka_unit_test(calloc_refuses_a_product_that_overflows),
        cmocka_unit_test(resize_keeps_the_contents_up_to_the_smaller_size),
        cmocka_unit_test(a_refused_resize_leaves_the_block_valid),
        cmocka_unit_test(a_resize_to_nothing_is_no_release),
        cmocka_unit_test(free_ignores_null),
        cmocka_unit_test(a_handler_that_broke_in_on_malloc_gets_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
