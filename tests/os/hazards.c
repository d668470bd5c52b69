/* SPDX-License-Identifier: MIT
 *
 * What programs do that a malloc of one's own can trip over, for tests/os/test_shim.py:
 * each function takes memory on such an occasion, and gives it back unless `keep`.
 */
#define _GNU_SOURCE /* open_memstream, dladdr */
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, CROWD = 64, RING = 16 };

void body_thread_storm(int keep);
void body_library_loop(int keep);
void body_fork_storm(int keep);
void body_spawn(int keep);
void body_handler_in_malloc(int keep);
void body_handler_that_mallocs(int keep);
void body_aligned_mapping(int keep);
void body_punched_mapping(int keep);
void body_reserved_mapping(int keep);
void body_replaced_mapping(int keep);
void body_streams(int keep);
void body_arenas(int keep);
void body_trim(int keep);
void start_timer(void);
void stop_timer(void);

static void *volatile hidden; /* So that no compiler leaves a request out. */

static void
take(int keep)
{
    hidden = malloc(100);
    if (!keep) {
        free(hidden);
    }
}

static void
must(int holds)
{
    if (!holds) {
        abort();
    }
}

static void *
map(void *at, size_t pages, int protection, int flags)
{
    void *mapping =
        mmap(at, pages * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    must(mapping != MAP_FAILED);
    return mapping;
}

static void *
in_thread(void *ignored)
{
    (void)ignored;
    void *blocks[RING];
    for (int i = 0; i < RING; i++) {
        blocks[i] = malloc((size_t)(i + 1) * 50);
    }
    for (int i = 0; i < RING; i++) {
        free(blocks[i]);
    }
    return NULL;
}

static void
crowd(pthread_t *threads)
{
    for (int i = 0; i < CROWD; i++) {
        must(pthread_create(&threads[i], NULL, in_thread, NULL) == 0);
    }
}

static void
join(const pthread_t *threads)
{
    for (int i = 0; i < CROWD; i++) {
        pthread_join(threads[i], NULL);
    }
}

/* Threads come and go by the dozen, all at once. */
void
body_thread_storm(int keep)
{
    pthread_t threads[CROWD];
    crowd(threads);
    take(keep);
    join(threads);
}

/* A library with thread-local storage and a block of its own is loaded and unloaded. */
void
body_library_loop(int keep)
{
    Dl_info here;
    must(dladdr((void *)(uintptr_t)body_library_loop, &here) != 0);
    char path[1024];
    snprintf(path, sizeof path, "%s", here.dli_fname);
    strcpy(strrchr(path, '/'), "/visitor.so");
    for (int i = 0; i < 5; i++) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        must(library != NULL);
        void (*visit)(void);
        *(void **)&visit = dlsym(library, "visit");
        visit();
        dlclose(library);
    }
    take(keep);
}

/* A process forks again and again while its threads allocate, as the child does too. */
void
body_fork_storm(int keep)
{
    pthread_t threads[CROWD];
    crowd(threads);
    for (int i = 0; i < 3; i++) {
        pid_t child = fork();
        must(child >= 0);
        if (child == 0) {
            for (int j = 0; j < 1000; j++) {
                take(j % 2);
            }
            in_thread(NULL);
            _exit(0);
        }
        int status;
        must(waitpid(child, &status, 0) == child && status == 0);
    }
    join(threads);
    take(keep);
}

void
body_spawn(int keep)
{
    char *words[] = {"true", NULL};
    pid_t child;
    int status;
    must(posix_spawnp(&child, "true", NULL, NULL, words, environ) == 0);
    must(waitpid(child, &status, 0) == child && status == 0);
    child = vfork();
    if (child == 0) {
        execvp("true", words);
        _exit(127);
    }
    must(waitpid(child, &status, 0) == child && status == 0);
    take(keep);
}

static void *ring[RING];
static unsigned turn;

/* Keeps its last mappings, so that what comes on one occasion goes on another. */
static void
on_map(int number)
{
    (void)number;
    void **at = &ring[turn++ % RING];
    if (*at != NULL) {
        munmap(*at, PAGE);
    }
    *at = map(NULL, 1, PROT_READ | PROT_WRITE, 0);
}

static void
empty_ring(void)
{
    for (int i = 0; i < RING; i++) {
        if (ring[i] != NULL) {
            munmap(ring[i], PAGE);
            ring[i] = NULL;
        }
    }
}

static struct sigaction before;

static void
timer(int microseconds, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct itimerval each = {{0, microseconds}, {0, microseconds}};
    must(sigaction(SIGALRM, &action, &before) == 0);
    must(setitimer(ITIMER_REAL, &each, NULL) == 0);
}

static void
no_timer(void)
{
    struct itimerval none = {{0, 0}, {0, 0}};
    must(setitimer(ITIMER_REAL, &none, NULL) == 0);
    must(sigaction(SIGALRM, &before, NULL) == 0);
}

/* For a body of Python: handlers that map break in on Python's own allocations. */
void
start_timer(void)
{
    timer(100, on_map);
}

void
stop_timer(void)
{
    no_timer();
    empty_ring();
}

/* A handler that maps breaks in on malloc and on what is done there besides. */
void
body_handler_in_malloc(int keep)
{
    static void *blocks[4096];
    timer(40, on_map);
    for (int turns = 0; turns < 4; turns++) {
        for (int i = 0; i < 4096; i++) {
            blocks[i] = malloc(64);
        }
        for (int i = 0; i < 4096; i++) {
            free(blocks[i]);
        }
    }
    no_timer();
    empty_ring();
    take(keep);
}

static volatile sig_atomic_t handled;

static void
on_malloc(int number)
{
    (void)number;
    take(0);
    handled++;
}

/* A handler that allocates, where its program knows that nobody else does just then. */
void
body_handler_that_mallocs(int keep)
{
    handled = 0;
    timer(50, on_malloc);
    while (handled < 20) {
    }
    no_timer();
    take(keep);
}

/* More is mapped than needed, and what is not aligned is given back at once. */
void
body_aligned_mapping(int keep)
{
    enum { PAGES = 64 };
    char *mapping = map(NULL, (size_t)2 * PAGES, PROT_READ | PROT_WRITE, 0);
    uintptr_t over = (uintptr_t)mapping % (PAGES * PAGE);
    size_t head = over == 0 ? PAGE : PAGES * PAGE - over;
    munmap(mapping, head);
    munmap(mapping + head + (size_t)PAGES * PAGE, (size_t)PAGES * PAGE - head);
    if (!keep) {
        munmap(mapping + head, (size_t)PAGES * PAGE);
    }
}

/* The middle goes first, and the rest at once. */
void
body_punched_mapping(int keep)
{
    char *mapping = map(NULL, 9, PROT_READ | PROT_WRITE, 0);
    munmap(mapping + 3 * PAGE, 3 * PAGE);
    munmap(mapping, 9 * PAGE);
    if (keep) {
        hidden = map(NULL, 1, PROT_READ, 0);
    }
}

/* Addresses are reserved, and then filled piece by piece. */
void
body_reserved_mapping(int keep)
{
    char *mapping = map(NULL, 32, PROT_NONE, 0);
    for (int i = 0; i < 32; i += 4) {
        map(mapping + i * PAGE, 4, PROT_READ | PROT_WRITE, MAP_FIXED);
    }
    if (!keep) {
        munmap(mapping, 32 * PAGE);
    }
}

/* A mapping is laid over two others. */
void
body_replaced_mapping(int keep)
{
    char *mapping = map(NULL, 8, PROT_NONE, 0);
    munmap(mapping, 8 * PAGE);
    map(mapping, 4, PROT_READ, MAP_FIXED);
    map(mapping + 4 * PAGE, 4, PROT_READ, MAP_FIXED);
    map(mapping, 8, PROT_READ | PROT_WRITE, MAP_FIXED);
    if (!keep) {
        munmap(mapping, 8 * PAGE);
    }
}

/* The C library's own buffers. */
void
body_streams(int keep)
{
    FILE *file = fopen("/proc/self/status", "r");
    must(file != NULL);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) > 0) {
    }
    fclose(file);
    free(line);
    char *text = NULL;
    FILE *memory = open_memstream(&text, &room);
    must(memory != NULL && fprintf(memory, "%0500d", 1) > 0);
    fclose(memory);
    free(text);
    must(asprintf(&text, "%0300d", 2) > 0);
    free(text);
    take(keep);
}

static void *
big(void *ignored)
{
    (void)ignored;
    return malloc(50000); /* Freed by another thread, into this one's arena. */
}

/* Blocks come in one thread's arena and go by another. */
void
body_arenas(int keep)
{
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
        must(pthread_create(&threads[i], NULL, big, NULL) == 0);
    }
    for (int i = 0; i < 8; i++) {
        void *block;
        pthread_join(threads[i], &block);
        free(block);
    }
    take(keep);
}

/* The heap grows, shrinks and is given back to the system. */
void
body_trim(int keep)
{
    enum { MANY = 2000 };
    static void *blocks[MANY];
    for (int i = 0; i < MANY; i++) {
        blocks[i] = malloc((size_t)(i % 50) * 97 + 1);
    }
    for (int i = 0; i < MANY; i++) {
        free(blocks[i]);
    }
    malloc_trim(0);
    hidden = malloc(1 << 20); /* Beyond the threshold, so mapped at first. */
    free(hidden);
    take(keep);
}
