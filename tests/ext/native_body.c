/* SPDX-License-Identifier: MIT
 *
 * What a library does to the C library's memory, for tests/ext/test_pynative.py: each
 * function takes memory in one way, and gives it back unless `keep`.
 */
#define _GNU_SOURCE /* mremap, reallocarray */
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, THREADS = 8, TURNS = 2000 };

void body_malloc(int keep);
void body_calloc(int keep);
void body_realloc(int keep);
void body_reallocarray(int keep);
void body_failed_realloc(int keep);
void body_memalign(int keep);
void body_aligned_alloc(int keep);
void body_posix_memalign(int keep);
void body_valloc(int keep);
void body_mmap(int keep);
void body_mremap(int keep);
void body_foreign_thread(int keep);
void body_storm(int keep);
void body_fork(int keep);
void body_signals(int keep);
void body_libraries(int keep);

static void *volatile hidden; /* So that no compiler leaves a request out. */

static void
done_with(void *block, int keep)
{
    hidden = block;
    if (!keep) {
        free(block);
    }
}

void
body_malloc(int keep)
{
    done_with(malloc(100), keep);
}

void
body_calloc(int keep)
{
    done_with(calloc(10, 10), keep);
}

void
body_realloc(int keep)
{
    hidden = malloc(10);
    done_with(realloc(hidden, 100000), keep);
}

void
body_reallocarray(int keep)
{
    hidden = reallocarray(NULL, 10, 10);
    done_with(reallocarray(hidden, 100, 10), keep);
}

void
body_failed_realloc(int keep)
{
    hidden = malloc(10);
    volatile size_t too_much = (size_t)-1 / 2;
    void *none = realloc(hidden, too_much);
    done_with(none == NULL ? hidden : none, keep);
}

void
body_memalign(int keep)
{
    done_with(memalign(64, 100), keep);
}

void
body_aligned_alloc(int keep)
{
    done_with(aligned_alloc(64, 128), keep);
}

void
body_posix_memalign(int keep)
{
    void *block = NULL;
    if (posix_memalign(&block, 3, 100) == 0 || posix_memalign(&block, 64, 100) != 0) {
        abort();
    }
    done_with(block, keep);
}

void
body_valloc(int keep)
{
    done_with(valloc(100), keep);
}

static void *
pages(size_t count)
{
    return mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
}

void
body_mmap(int keep)
{
    void *mapping = pages(4);
    if (!keep) {
        munmap(mapping, 4 * PAGE);
    }
}

void
body_mremap(int keep)
{
    void *mapping = mremap(pages(1), PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    if (!keep) {
        munmap(mapping, 64 * PAGE);
    }
}

static void *
in_thread(void *keep)
{
    body_malloc(*(int *)keep);
    return NULL;
}

/* A thread that Python has never heard of. */
void
body_foreign_thread(int keep)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, in_thread, &keep) != 0) {
        abort();
    }
    pthread_join(thread, NULL);
}

static void *
in_storm(void *ignored)
{
    (void)ignored;
    void *blocks[16] = {NULL};
    for (int i = 0; i < TURNS; i++) {
        void **at = &blocks[i % 16];
        *at = realloc(*at, (size_t)(i % 700) + 1);
    }
    for (int i = 0; i < 16; i++) {
        free(blocks[i]);
    }
    return NULL;
}

void
body_storm(int keep)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, in_storm, NULL) != 0) {
            abort();
        }
    }
    body_malloc(keep);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

void
body_fork(int keep)
{
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 100; i++) {
            body_malloc(1);
        }
        _exit(0);
    }
    waitpid(child, NULL, 0);
    body_malloc(keep);
}

/* Libraries come and go while others allocate. */
void
body_libraries(int keep)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, in_storm, NULL) != 0) {
            abort();
        }
    }
    for (int i = 0; i < 20; i++) {
        void *library = dlopen("libanl.so.1", RTLD_NOW); /* Nobody else needs it. */
        if (library == NULL || dlclose(library) != 0) {
            abort();
        }
    }
    body_malloc(keep);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

static void
on_signal(int number)
{
    (void)number;
    body_mmap(0); /* malloc itself is not safe in a handler; this is. */
}

/* Handlers that map memory break in wherever they like, into the recording too. */
void
body_signals(int keep)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction before;
    struct itimerval each = {{0, 50}, {0, 50}};
    struct itimerval none = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &each, NULL);
    for (int i = 0; i < 2000; i++) {
        body_malloc(0);
    }
    setitimer(ITIMER_REAL, &none, NULL);
    sigaction(SIGALRM, &before, NULL);
    body_malloc(keep);
}
