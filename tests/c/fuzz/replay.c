/* SPDX-License-Identifier: MIT */
/* Calls a fuzz target with pseudo-random inputs: its main where there is no libFuzzer.
 *
 * LEAKCHECK_REPLAY says how many (500). Half of them are short runs of few different bytes,
 * which repeat and undo more than noise does. */
#include <stdlib.h> /* getenv, atoi */

#include "fuzz.h"
#include "mem_fake.h"
#include "random.h"

enum { INPUTS = 500, LONGEST = 1500 };

static void
no_pseudo_random_input_breaks_an_invariant(void **state)
{
    (void)state;
    static uint8_t data[LONGEST];
    const char *asked = getenv("LEAKCHECK_REPLAY");
    int inputs = asked != NULL ? atoi(asked) : INPUTS;
    uint64_t random = 88172645463325252U;
    for (int i = 0; i < inputs; i++) {
        size_t size = next_random(&random) % (LONGEST + 1);
        uint64_t kinds = i % 2 == 0 ? 256 : 1 + next_random(&random) % 8;
        for (size_t k = 0; k < size; k++) {
            uint8_t any = (uint8_t)(next_random(&random) >> 24);
            data[k] = kinds == 256 ? any : (uint8_t)(any % kinds * 37);
        }
        assert_int_equal(LLVMFuzzerTestOneInput(data, size), 0);
        assert_int_equal(mem_fake_outstanding(), 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_pseudo_random_input_breaks_an_invariant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
