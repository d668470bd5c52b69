/* SPDX-License-Identifier: MIT */
#include "growth_plan.h"

enum {
    FIRST_WINDOW = 16,   /* Runs. */
    ITERATIONS_MIN = 12, /* Runs; three windows of 2, 3 and 7. */
    RUNS_MAX = 1 << 30,  /* Of a whole trace. */
};

const double lc_growth_plan_rate_least = 1e-6;
const double lc_growth_plan_rate_examined = 0.3;

/* Leaks due in an attempt; in the first by the rule of three. */
static const double SCREEN_LEAKS[LC_GROWTH_PLAN_ATTEMPTS] = {3.0, 4.5, 6.9};
static const double MISSED = 0.05; /* How often a leak of the rate may pass. */
static const double TRACE_LEAKS = 14.0; /* Leaks due in a trace, see the header. */
static const double CONFIRM_LEAKS = 56.0; /* The same in one that confirms. */
static const int32_t RESTLESS_SIZES[] = {3, 4, 5};
static const int32_t FIRST_SIZES[LC_GROWTH_PLAN_ATTEMPTS][3] = {
    {2, 3, 4}, {3, 5, 7}, {5, 7, 11}};

/* splitmix64: small, and good enough to order batches. */
static uint64_t
draw(uint64_t *random, uint64_t below)
{
    *random += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t bits = *random;
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (bits ^ (bits >> 31)) % below;
}

static void
shuffle(uint64_t *random, int32_t *values, int32_t count)
{
    for (int32_t i = count - 1; i > 0; i--) {
        int32_t j = (int32_t)draw(random, (uint64_t)i + 1);
        int32_t kept = values[i];
        values[i] = values[j];
        values[j] = kept;
    }
}

/* The fewest runs in which `leaks` leaks of `rate` are expected. */
static int32_t
runs_for(double leaks, double rate)
{
    double wanted = leaks / rate;
    int32_t runs = (int32_t)wanted;
    /* 3 / 0.3 is a hair over 10. */
    return runs + (wanted - runs > 1e-9);
}

/* Whether a number above 1 is one. */
static bool
is_prime(int32_t n)
{
    for (int32_t divisor = 2; divisor <= n / divisor; divisor++) {
        if (n % divisor == 0) {
            return false;
        }
    }
    return true;
}

static int32_t
prime_from(int32_t n)
{
    while (!is_prime(n)) {
        n++;
    }
    return n;
}

double
lc_growth_plan_bound(int32_t runs)
{
    return SCREEN_LEAKS[0] / (runs + 1);
}

/* The chance that a leak of `rate` shows in none of `runs` runs. */
static double
unseen(double rate, int32_t runs)
{
    double chance = 1.0;
    for (double power = 1.0 - rate; runs > 0; runs /= 2, power *= power) {
        chance *= runs % 2 == 1 ? power : 1.0;
    }
    return chance;
}

/* Runs of attempt 0. */
static int32_t
first_runs(double rate, bool restless)
{
    int32_t enough = runs_for(SCREEN_LEAKS[0], rate) - 1;
    if (!restless) {
        return enough;
    }
    double settled = unseen(rate, enough);
    double second_chance = 1.0 - unseen(rate, 2);
    int32_t runs = enough;
    while (settled + second_chance * unseen(rate, runs) > MISSED) {
        runs++;
    }
    return runs;
}

int32_t
lc_growth_plan_settled(double rate)
{
    return first_runs(rate, false) <= 3 ? 1 : 2;
}

int32_t
lc_growth_plan_screen(uint64_t *random, int32_t attempt, double rate, bool restless,
                      int32_t sizes[LC_GROWTH_PLAN_SCREEN_MAX])
{
    if (attempt == 0 && !restless && lc_growth_plan_settled(rate) == 1) {
        sizes[0] = 1;
        sizes[1] = 2;
        return 2;
    }
    int32_t missing = attempt == 0 ? first_runs(rate, restless)
                                   : runs_for(SCREEN_LEAKS[attempt], rate);
    const int32_t *first =
        attempt == 0 && restless ? RESTLESS_SIZES : FIRST_SIZES[attempt];
    int32_t size;
    int32_t batches = 0;
    /* Two batches are enough to see nothing, but not to see proportion. */
    do {
        size = first[batches];
        sizes[batches++] = size;
        missing -= size;
    } while (batches < 2 || (batches < 3 && (missing > 0 || attempt > 0)));
    int32_t small = batches;
    /* Then primes that grow by 1.4; the last is what is missing, made prime. */
    while (missing > 0) {
        int32_t next = prime_from(size + (size * 2) / 5 + (size < 10));
        if (missing < 2 * next) {
            next = prime_from(missing > size ? missing : size + 1);
        }
        size = next;
        sizes[batches++] = size;
        missing -= size;
    }
    shuffle(random, sizes, small);
    shuffle(random, sizes + small, batches - small);
    return batches;
}

static bool
is_fixed(const lc_growth_settings *settings)
{
    return settings->mode == LC_GROWTH_FIXED;
}

int32_t
lc_growth_plan_trace(const lc_growth_settings *settings,
                     int32_t ends[LC_GROWTH_PLAN_WINDOWS_MAX])
{
    int32_t windows = settings->windows;
    double first = settings->first_window;
    if (is_fixed(settings)) {
        double least = runs_for(2, settings->rate);
        least = least > FIRST_WINDOW ? least : FIRST_WINDOW;
        while (windows > LC_GROWTH_PLAN_WINDOWS_MIN &&
               settings->iterations < least * ((1 << windows) - 1)) {
            windows--;
        }
        first = settings->iterations / (double)((1 << windows) - 1);
    }
    else {
        if (settings->first_window == 0) {
            first = runs_for(2, settings->rate);
            first = first > FIRST_WINDOW ? first : FIRST_WINDOW;
        }
        double due = runs_for(TRACE_LEAKS / ((1 << windows) - 1), settings->rate);
        first = first > due ? first : due;
    }
    if (settings->mode == LC_GROWTH_CONFIRM) {
        double leaks = first * settings->rate;
        while (windows < LC_GROWTH_PLAN_WINDOWS_MAX &&
               leaks * ((1 << windows) - 1) < CONFIRM_LEAKS) {
            windows++;
        }
    }
    for (int32_t k = 0; k < windows; k++) {
        ends[k] = (int32_t)(first * ((1 << (k + 1)) - 1) + 0.5);
    }
    return windows;
}

int32_t
lc_growth_plan_cut(uint64_t *random, int32_t from, int32_t to,
                   int32_t cuts[LC_GROWTH_PLAN_BATCHES])
{
    int32_t weights[LC_GROWTH_PLAN_BATCHES] = {8, 11, 15, 19, 23, 28};
    int32_t total = 0;
    shuffle(random, weights, LC_GROWTH_PLAN_BATCHES);
    for (int32_t i = 0; i < LC_GROWTH_PLAN_BATCHES; i++) {
        weights[i] += (int32_t)draw(random, 4);
        total += weights[i];
    }
    int64_t sum = 0;
    int32_t before = from;
    int32_t count = 0;
    for (int32_t i = 0; i < LC_GROWTH_PLAN_BATCHES; i++) {
        sum += weights[i];
        int32_t at = from + (int32_t)((to - from) * sum / total);
        if (at > before) {
            cuts[count++] = at;
            before = at;
        }
    }
    return count;
}

bool
lc_growth_plan_valid(const lc_growth_settings *settings)
{
    if (!(settings->rate > 0 && settings->rate <= 1) || settings->warmup_max < 1 ||
        settings->first_window < 0 || settings->windows < LC_GROWTH_PLAN_WINDOWS_MIN ||
        settings->windows > LC_GROWTH_PLAN_WINDOWS_MAX) {
        return false;
    }
    if (is_fixed(settings)) {
        return settings->iterations >= ITERATIONS_MIN &&
               settings->iterations <= RUNS_MAX;
    }
    /* Overtime included, which is as long as the last window. */
    double parts = (double)(1 << (settings->windows + 1));
    double rate = settings->rate;
    rate = rate > lc_growth_plan_rate_least ? rate : lc_growth_plan_rate_least;
    return parts * settings->first_window < RUNS_MAX && parts * 2 / rate < RUNS_MAX;
}
