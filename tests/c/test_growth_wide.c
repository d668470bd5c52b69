/* SPDX-License-Identifier: MIT */
/* Links: growth.c growth_plan.c growth_retained.c growth_screen.c growth_series.c growth_trace.c */
/* The metrics that need a walk over the heap: when they are asked for, and what they decide. */
#include "growth_drive.h"

typedef struct {
    int32_t new;
    int32_t all;
} wide_readings;

typedef struct {
    int64_t blocks; /* A run. */
    int64_t references; /* A run. */
    wide_readings asked;
} wide_body;

/* What is fed for the wide metrics at readings that are not wide is rubbish. */
static void
read_wide(void *body, const lc_growth_step *step, int64_t runs,
          int64_t values[LC_GROWTH_METRICS])
{
    wide_body *b = body;
    b->asked.new += step->wide == LC_GROWTH_WIDE_NEW;
    b->asked.all += step->wide == LC_GROWTH_WIDE_ALL;
    int64_t rubbish = runs * runs + 1000000;
    values[LC_GROWTH_BLOCKS] = 500 + b->blocks * runs;
    values[LC_GROWTH_OBJECTS] = step->wide == LC_GROWTH_WIDE_NOT   ? rubbish
                                : step->wide == LC_GROWTH_WIDE_NEW ? 7
                                                                   : 70000;
    values[LC_GROWTH_REFERENCES] =
        step->wide == LC_GROWTH_WIDE_NOT ? rubbish : b->references * runs;
}

static wide_readings
drive_wide(lc_growth *machine, int64_t blocks, int64_t references)
{
    wide_body body = {.blocks = blocks, .references = references};
    drive_body(machine, read_wide, &body, 0);
    return body.asked;
}

static void
a_clean_check_walks_no_heap(void **state)
{
    (void)state;
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    wide_readings readings = drive_wide(machine, 0, 0);
    assert_int_equal(readings.new, 2 + 1);
    assert_int_equal(readings.all, 0);
    assert_int_equal(lc_growth_judge(machine).verdict, LC_GROWTH_CLEAN);
    assert_int_equal(lc_growth_judge(machine).runs, 9);
    lc_growth_free(machine);
}

static void
references_alone_are_a_leak(void **state)
{
    (void)state;
    for (int64_t references = 1; references <= 2; references++) {
        lc_growth *machine = lc_growth_new(&ADAPTIVE);
        drive_wide(machine, 0, references);
        lc_growth_result result = lc_growth_judge(machine);
        assert_int_equal(result.verdict, LC_GROWTH_LEAK);
        assert_int_equal(result.metric, LC_GROWTH_REFERENCES);
        assert_true(result.exact);
        assert_true(result.slope > (double)references - 0.001);
        lc_growth_free(machine);
    }
}

typedef struct {
    int32_t which; /* Probe. */
    int64_t each; /* That it counts more a run; the others stand at what they are. */
} probed_body;

static void
read_probes(void *body, const lc_growth_step *step, int64_t runs,
            int64_t values[LC_GROWTH_METRICS])
{
    (void)step;
    const probed_body *b = body;
    values[LC_GROWTH_BLOCKS] = 500;
    values[LC_GROWTH_PROBES] = 12;
    values[LC_GROWTH_PROBES + b->which] += b->each * runs;
}

static lc_growth_result
judge_probe(int32_t which, int64_t each)
{
    probed_body body = {which, each};
    return judged_body(ADAPTIVE, read_probes, &body);
}

static void
each_probe_is_a_metric_of_its_own(void **state)
{
    (void)state;
    for (int32_t which = 0; which < LC_GROWTH_PROBES_MAX; which++) {
        lc_growth_result leaks = judge_probe(which, 1);
        assert_int_equal(leaks.verdict, LC_GROWTH_LEAK);
        assert_int_equal(leaks.metric, LC_GROWTH_PROBES + which);
        assert_true(leaks.exact);
        assert_int_equal(judge_probe(which, 0).verdict, LC_GROWTH_CLEAN);
        assert_int_equal(judge_probe(which, 0).runs, 9);
    }
}

static void
a_trace_reads_the_wide_metrics_only_where_blocks_do_not_tell(void **state)
{
    (void)state;
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    assert_int_equal(drive_wide(machine, 3, 1).all, 0);
    assert_int_equal(lc_growth_judge(machine).metric, LC_GROWTH_BLOCKS);
    lc_growth_free(machine);

    lc_growth_settings confirm = ADAPTIVE;
    confirm.mode = LC_GROWTH_CONFIRM;
    machine = lc_growth_new(&confirm);
    assert_int_equal(drive_wide(machine, 0, 1).all, 0);
    assert_int_equal(lc_growth_judge(machine).verdict, LC_GROWTH_CLEAN);
    lc_growth_free(machine);

    confirm.wide = true;
    machine = lc_growth_new(&confirm);
    assert_true(drive_wide(machine, 0, 1).all > 12);
    assert_int_equal(lc_growth_judge(machine).metric, LC_GROWTH_REFERENCES);
    lc_growth_free(machine);
}

static void
ten_references(void *body, const lc_growth_step *step, int64_t runs,
               int64_t values[LC_GROWTH_METRICS])
{
    (void)body;
    (void)step;
    values[LC_GROWTH_REFERENCES] = runs < 10 ? runs : 10;
}

static void
references_that_grew_in_the_first_screen_only_are_clean(void **state)
{
    (void)state;
    lc_growth *machine = lc_growth_new(&ADAPTIVE);
    assert_int_equal(drive_body(machine, ten_references, NULL, 0), 0);
    assert_int_equal(lc_growth_judge(machine).verdict, LC_GROWTH_CLEAN);
    assert_int_equal(lc_growth_judge(machine).why, LC_GROWTH_WHY_QUIET);
    assert_int_equal(lc_growth_judge(machine).judged, 15);
    lc_growth_free(machine);
}

typedef struct {
    int64_t per_run; /* Objects that a run makes, ... */
    int64_t replaced; /* ... of which so many take the place of older ones. */
} replacing_body;

static void
read_objects(void *body, const lc_growth_step *step, int64_t runs,
             int64_t values[LC_GROWTH_METRICS])
{
    const replacing_body *b = body;
    values[LC_GROWTH_OBJECTS] = step->wide == LC_GROWTH_WIDE_NEW
                                    ? b->per_run * runs
                                    : 70000 + (b->per_run - b->replaced) * runs;
}

static lc_growth_result
judge_objects(int64_t per_run, int64_t replaced)
{
    replacing_body body = {per_run, replaced};
    return judged_body(ADAPTIVE, read_objects, &body);
}

static void
objects_that_replace_older_ones_are_clean_and_others_a_leak(void **state)
{
    (void)state;
    assert_int_equal(judge_objects(1, 1).verdict, LC_GROWTH_CLEAN);
    lc_growth_result kept = judge_objects(1, 0);
    assert_int_equal(kept.verdict, LC_GROWTH_LEAK);
    assert_int_equal(kept.metric, LC_GROWTH_OBJECTS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_check_walks_no_heap),
        cmocka_unit_test(references_alone_are_a_leak),
        cmocka_unit_test(each_probe_is_a_metric_of_its_own),
        cmocka_unit_test(a_trace_reads_the_wide_metrics_only_where_blocks_do_not_tell),
        cmocka_unit_test(references_that_grew_in_the_first_screen_only_are_clean),
        cmocka_unit_test(objects_that_replace_older_ones_are_clean_and_others_a_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
