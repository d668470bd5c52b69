/* SPDX-License-Identifier: MIT
 *
 * Link seam: tests link mem_fake.c where the product links csrc/core/mem.c.
 *
 * It counts what is outstanding and can fail one allocation, so that a test sees our
 * own leaks and walks every out-of-memory path:
 *
 *     for (size_t n = 1;; n++) {
 *         mem_fake_fail_at(n);
 *         bool survived = exercise();
 *         assert_int_equal(mem_fake_outstanding(), 0);
 *         if (!mem_fake_failed()) { break; }
 *     }
 *
 * This header also is the only place that includes cmocka.h, because older releases
 * need four standard headers before it, in any order.
 *
 * Thread rule: none; call from one thread.
 */
#ifndef LC_TESTS_MEM_FAKE_H
#define LC_TESTS_MEM_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

/* From now on the nth request (1 is the next one) fails, once; 0: none fails. Both a
 * calloc and a resize are requests. */
void mem_fake_fail_at(size_t n);

/* Whether the request chosen by the last mem_fake_fail_at came and was refused. */
bool mem_fake_failed(void);

/* Requests since the last mem_fake_fail_at, the refused one included. */
size_t mem_fake_requests(void);

/* Blocks handed out and not yet given back. */
size_t mem_fake_outstanding(void);

#endif
