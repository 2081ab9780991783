/* Fourier transforms of eight frames at a time, one in each lane of a vector. */
#ifndef TONMEISTER_FFT_H
#define TONMEISTER_FFT_H

#include "kernels.h"

/* Bring eight rows of eight into columns. */
#if defined(__clang__) || __GNUC__ >= 12
#define MIX(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef int32_t mask8 __attribute__((vector_size(32)));
#define MIX(a, b, ...) __builtin_shuffle(a, b, (mask8){__VA_ARGS__})
#endif

static inline void transpose8(const f8 *r, f8 *out)
{
    f8 t[8], u[8];
    for (int j = 0; j < 8; j += 2) {
        t[j] = MIX(r[j], r[j + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        t[j + 1] = MIX(r[j], r[j + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int j = 0; j < 8; j += 4) {
        u[j] = MIX(t[j], t[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        u[j + 1] = MIX(t[j], t[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        u[j + 2] = MIX(t[j + 1], t[j + 3], 0, 1, 8, 9, 4, 5, 12, 13);
        u[j + 3] = MIX(t[j + 1], t[j + 3], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int j = 0; j < 4; j++) {
        out[j] = MIX(u[j], u[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        out[j + 4] = MIX(u[j], u[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

typedef struct {
    f8 re, im;
} c8;

static inline c8 turn(c8 z, float re, float im) { return (c8){z.re * re - z.im * im, z.re * im + z.im * re}; }

/* Forward transform in place, decimation in frequency by four; bins come out in bit-reversed order.
 *
 * Depth first, so that parts of the transform stay in the first cache. twiddles: re, im of exp(-2 pi i k / n).
 */
static void transform(c8 *z, int64_t n, const float *twiddles, int64_t step)
{
    if (n == 2) {
        const c8 a = z[0], b = z[1];
        z[0] = (c8){a.re + b.re, a.im + b.im};
        z[1] = (c8){a.re - b.re, a.im - b.im};
        return;
    }
    const int64_t quarter = n / 4;
    for (int64_t j = 0; j < quarter; j++) {
        const c8 a = z[j], b = z[j + quarter], c = z[j + 2 * quarter], d = z[j + 3 * quarter];
        const c8 s = {a.re + c.re, a.im + c.im}, t = {a.re - c.re, a.im - c.im};
        const c8 u = {b.re + d.re, b.im + d.im}, v = {b.im - d.im, d.re - b.re};
        const float *w = twiddles + 2 * j * step, *w2 = w + 2 * j * step, *w3 = w2 + 2 * j * step;
        z[j] = (c8){s.re + u.re, s.im + u.im};
        z[j + quarter] = turn((c8){s.re - u.re, s.im - u.im}, w2[0], w2[1]);
        z[j + 2 * quarter] = turn((c8){t.re + v.re, t.im + v.im}, w[0], w[1]);
        z[j + 3 * quarter] = turn((c8){t.re - v.re, t.im - v.im}, w3[0], w3[1]);
    }
    if (quarter > 1)
        for (int part = 0; part < 4; part++)
            transform(z + part * quarter, quarter, twiddles, 4 * step);
}

/* What `transform` does, undone, but for a factor of n: takes bins in its order and leaves samples in theirs. */
static inline void transform_back(c8 *z, int64_t n, const float *twiddles, int64_t step)
{
    if (n == 2) {
        const c8 a = z[0], b = z[1];
        z[0] = (c8){a.re + b.re, a.im + b.im};
        z[1] = (c8){a.re - b.re, a.im - b.im};
        return;
    }
    const int64_t quarter = n / 4;
    if (quarter > 1)
        for (int part = 0; part < 4; part++)
            transform_back(z + part * quarter, quarter, twiddles, 4 * step);
    for (int64_t j = 0; j < quarter; j++) {
        const float *w = twiddles + 2 * j * step, *w2 = w + 2 * j * step, *w3 = w2 + 2 * j * step;
        const c8 a = z[j], b = turn(z[j + quarter], w2[0], -w2[1]);
        const c8 c = turn(z[j + 2 * quarter], w[0], -w[1]), d = turn(z[j + 3 * quarter], w3[0], -w3[1]);
        const c8 s = {a.re + b.re, a.im + b.im}, u = {a.re - b.re, a.im - b.im};
        const c8 t = {c.re + d.re, c.im + d.im}, v = {d.im - c.im, c.re - d.re};
        z[j] = (c8){s.re + t.re, s.im + t.im};
        z[j + quarter] = (c8){u.re + v.re, u.im + v.im};
        z[j + 2 * quarter] = (c8){s.re - t.re, s.im - t.im};
        z[j + 3 * quarter] = (c8){u.re - v.re, u.im - v.im};
    }
}

#endif
