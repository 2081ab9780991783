/* A phase vocoder whose channels turn together: eight frames at a time, two real channels in one complex transform. */
#include "fft.h"

#define THIRD 0.866025403784438647f /* sin(2 pi / 3) */

typedef float f8_anywhere __attribute__((vector_size(32), aligned(4), may_alias));

/* Transforms of three times a power of two: one step by three, then powers of two. */
static void forth(c8 *z, int64_t n, const float *twiddles)
{
    if (n % 3) {
        transform(z, n, twiddles, 1);
        return;
    }
    const int64_t m = n / 3;
    for (int64_t j = 0; j < m; j++) {
        const c8 a = z[j], b = z[j + m], c = z[j + 2 * m];
        const c8 s = {b.re + c.re, b.im + c.im}, d = {THIRD * (b.im - c.im), THIRD * (c.re - b.re)};
        const c8 t = {a.re - 0.5f * s.re, a.im - 0.5f * s.im};
        const float *w = twiddles + 2 * j, *w2 = twiddles + 4 * j;
        z[j] = (c8){a.re + s.re, a.im + s.im};
        z[j + m] = turn((c8){t.re + d.re, t.im + d.im}, w[0], w[1]);
        z[j + 2 * m] = turn((c8){t.re - d.re, t.im - d.im}, w2[0], w2[1]);
    }
    for (int part = 0; part < 3; part++) transform(z + part * m, m, twiddles, 3);
}

static void back(c8 *z, int64_t n, const float *twiddles)
{
    if (n % 3) {
        transform_back(z, n, twiddles, 1);
        return;
    }
    const int64_t m = n / 3;
    for (int part = 0; part < 3; part++) transform_back(z + part * m, m, twiddles, 3);
    for (int64_t j = 0; j < m; j++) {
        const float *w = twiddles + 2 * j, *w2 = twiddles + 4 * j;
        const c8 a = z[j], b = turn(z[j + m], w[0], -w[1]), c = turn(z[j + 2 * m], w2[0], -w2[1]);
        const c8 s = {b.re + c.re, b.im + c.im}, d = {THIRD * (c.im - b.im), THIRD * (b.re - c.re)};
        const c8 t = {a.re - 0.5f * s.re, a.im - 0.5f * s.im};
        z[j] = (c8){a.re + s.re, a.im + s.im};
        z[j + m] = (c8){t.re + d.re, t.im + d.im};
        z[j + 2 * m] = (c8){t.re - d.re, t.im - d.im};
    }
}

/* What all parts of the work are told. */
typedef struct {
    int64_t n, n_window, hop, n_bins; /* bins to the next eight above n / 2 */
    const float *window, *twiddles;
    const int32_t *order; /* where each bin lies after the transform; n entries */
    c8 *z;
} Plan;

/* Spectra of up to eight frames of a pair of channels: for each frame real and imaginary parts of bin k, then those of
 * the conjugate of bin n - k. */
static void analyse(const Plan *p, const float *left, const float *right, const int64_t *starts, int64_t earlier,
                    int32_t n_frames, float *spectra)
{
    for (int64_t i = 0; i < p->n_window; i += 8) {
        f8 w, in[8], re[8], im[8] = {{0}};
        memcpy(&w, p->window + i, sizeof w);
        for (int side = 0; side < (right ? 2 : 1); side++) {
            const float *x = side ? right : left;
            for (int j = 0; j < 8; j++) {
                in[j] = (f8){0};
                if (j < n_frames) in[j] = w * *(const f8_anywhere *)(x + starts[j] - earlier + i);
            }
            transpose8(in, side ? im : re);
        }
        for (int j = 0; j < 8; j++) p->z[i + j] = (c8){re[j], im[j]};
    }
    memset(p->z + p->n_window, 0, (size_t)(p->n - p->n_window) * sizeof(c8));
    forth(p->z, p->n, p->twiddles);
    for (int64_t k = 0; k < p->n_bins; k += 8)
        for (int part = 0; part < 4; part++) {
            f8 in[8], out[8];
            for (int j = 0; j < 8; j++) {
                const int64_t bin = k + j <= p->n / 2 ? k + j : p->n / 2;
                const c8 *from = p->z + p->order[part < 2 || !bin ? bin : p->n - bin];
                in[j] = part == 0 || part == 2 ? from->re : part == 1 ? from->im : -from->im;
            }
            transpose8(in, out);
            for (int j = 0; j < n_frames; j++)
                *(f8_anywhere *)(spectra + (4 * j + part) * p->n_bins + k) = out[j];
        }
}

/* The way back: frames of a pair of channels are windowed and added to what is there. */
static void synthesise(const Plan *p, const float *spectra, int32_t n_frames, const float *window, float *left, float *right)
{
    for (int64_t k = 0; k < p->n_bins; k += 8) {
        f8 in[8], out[4][8];
        for (int part = 0; part < 4; part++) {
            for (int j = 0; j < 8; j++) {
                in[j] = (f8){0};
                if (j < n_frames) in[j] = *(const f8_anywhere *)(spectra + (4 * j + part) * p->n_bins + k);
            }
            transpose8(in, out[part]);
        }
        for (int j = 0; j < 8 && k + j <= p->n / 2; j++) {
            p->z[p->order[k + j]] = (c8){out[0][j], out[1][j]};
            if (k + j && k + j < p->n / 2) p->z[p->order[p->n - k - j]] = (c8){out[2][j], -out[3][j]};
        }
    }
    back(p->z, p->n, p->twiddles);
    for (int64_t i = 0; i < p->n_window; i += 8) {
        f8 w, in[8], out[8];
        memcpy(&w, window + i, sizeof w);
        for (int side = 0; side < (right ? 2 : 1); side++) {
            float *y = side ? right : left;
            for (int j = 0; j < 8; j++) in[j] = side ? p->z[i + j].im : p->z[i + j].re;
            transpose8(in, out);
            for (int j = 0; j < n_frames; j++) *(f8_anywhere *)(y + j * p->hop + i) += w * out[j];
        }
    }
}

/* How far each bin is turned: what goes on keeps its course, what is new stands where it belongs, neighbours go together.
 *
 * now, before: spectra of one frame and of the sound a hop earlier, one for each pair; last: the frame before as it came
 * out. turns: real and imaginary parts, and as much again of scratch. settings: share of a neighbour, rise from which
 * sound is new, weight of that, first bin that can be new, by how much time grows (1 / rate - 1). */
static void find_turns(const Plan *p, int32_t n_pairs, const float *const *now, const float *const *before,
                       const float *const *last, const float *settings, float *turns)
{
    const int64_t n_bins = p->n_bins;
    float *re = turns, *im = turns + n_bins, *fore = turns + 2 * n_bins, *fresh = fore;
    const float share = settings[0], rise = settings[1], weight = settings[2];
    const int64_t first = (int64_t)settings[3];
    f8 slope_re = {0}, slope_im = {0};
    for (int64_t k = 0; k < n_bins; k += 8) {
        f8 gr = {0}, gi = {0}, e = {0}, was = {0}, sr = {0}, si = {0};
        for (int32_t pair = 0; pair < n_pairs; pair++)
            for (int half = 0; half < 2; half++) {
                const int64_t at = 2 * half * n_bins + k;
                const f8 xr = *(const f8_anywhere *)(now[pair] + at), xi = *(const f8_anywhere *)(now[pair] + at + n_bins);
                const f8 br = *(const f8_anywhere *)(before[pair] + at);
                const f8 bi = *(const f8_anywhere *)(before[pair] + at + n_bins);
                const f8 yr = *(const f8_anywhere *)(last[pair] + at), yi = *(const f8_anywhere *)(last[pair] + at + n_bins);
                gr += yr * br + yi * bi;
                gi += yi * br - yr * bi;
                e += xr * xr + xi * xi;
                was += br * br + bi * bi;
                if (k) { /* from one bin to the next the phase falls by the time at which the sound is */
                    const f8 lr = *(const f8_anywhere *)(now[pair] + at - 1);
                    const f8 li = *(const f8_anywhere *)(now[pair] + at + n_bins - 1);
                    sr += xr * lr + xi * li;
                    si += xi * lr - xr * li;
                }
            }
        f8 trust = was / (e + 1e-24f), rest = e - rise * was;
        for (int i = 0; i < 8; i++) {
            trust[i] = min_f(trust[i], 1.0f);
            rest[i] = k >= first ? max_f(rest[i], 0.0f) : 0.0f;
        }
        *(f8_anywhere *)(re + k) = trust * gr;
        *(f8_anywhere *)(im + k) = trust * gi;
        *(f8_anywhere *)(fresh + k) = rest;
        for (int i = 0; i < 8; i++)
            if (!(rest[i] > 0.0f)) sr[i] = si[i] = 0.0f;
        slope_re += sr;
        slope_im += si;
    }
    double sum_re = 0, sum_im = 0;
    for (int i = 0; i < 8; i++) {
        sum_re += slope_re[i];
        sum_im += slope_im[i];
    }
    if (sum_re != 0.0 || sum_im != 0.0) {
        const double angle = atan2(-sum_im, sum_re), whole = 2.0 * 3.14159265358979323846;
        const double at = (angle < 0 ? angle + whole : angle) / whole * (double)p->n - 0.5 * (double)p->n_window;
        const double step = -whole / (double)p->n * at * settings[4];
        const double by_re = cos(step), by_im = sin(step);
        double turn_re = cos(step * (double)first), turn_im = sin(step * (double)first);
        for (int64_t k = first; k <= p->n / 2; k++) {
            re[k] += weight * fresh[k] * (float)turn_re;
            im[k] += weight * fresh[k] * (float)turn_im;
            const double r = turn_re * by_re - turn_im * by_im;
            turn_im = turn_re * by_im + turn_im * by_re;
            turn_re = r;
        }
    }
    float r = 0, i = 0;
    for (int64_t k = 0; k < n_bins; k++) {
        fore[2 * k] = r = re[k] + share * r;
        fore[2 * k + 1] = i = im[k] + share * i;
    }
    r = i = 0;
    for (int64_t k = n_bins - 1; k >= 0; k--) {
        const float gr = re[k], gi = im[k];
        re[k] = fore[2 * k] + share * r;
        im[k] = fore[2 * k + 1] + share * i;
        r = gr + share * r;
        i = gi + share * i;
    }
    for (int64_t k = 0; k < n_bins; k++) {
        const float size = sqrtf(re[k] * re[k] + im[k] * im[k]);
        const float scale = size > 1e-18f ? 1.0f / size : 0.0f;
        re[k] = scale > 0.0f ? re[k] * scale : 1.0f;
        im[k] *= scale;
    }
    re[0] = re[p->n / 2] = 1.0f;
    im[0] = im[p->n / 2] = 0.0f;
}

/* Read up to eight frames of x at their starts, and lay them down a hop apart.
 *
 * x:          channels of a pair follow each other `stride` samples apart; with one channel there is one pair.
 * starts:     where each frame begins; what lies a hop before it is read too.
 * window, back_window: n_window values, a multiple of 8; n_window <= n.
 * n:          length of the transform, a power of two or three times one.
 * last:       the frame before as it came out, 4 * n_bins floats for each pair; zeros at the beginning; updated.
 * work:       16 n + 64 n_bins n_pairs + 4 n_bins + 8 floats.
 * y:          frame j is added at j * hop, channels y_stride apart. */
EXPORT void lay_frames(const float *x, int64_t stride, int32_t n_channels, const int64_t *starts, int32_t n_frames,
                       int64_t hop, int64_t n, int64_t n_window, const float *window, const float *back_window,
                       const float *twiddles, const int32_t *order, const float *settings, float *last, float *work,
                       float *y, int64_t y_stride)
{
    const int64_t n_bins = (n / 2 + 8) / 8 * 8, size = 32 * n_bins;
    const int32_t n_pairs = (n_channels + 1) / 2;
    c8 *z = (c8 *)(((uintptr_t)work + 31) & ~(uintptr_t)31);
    const Plan plan = {n, n_window, hop, n_bins, window, twiddles, order, z};
    float *now = (float *)(z + n), *before = now + n_pairs * size, *turns = before + n_pairs * size;
    for (int32_t pair = 0; pair < n_pairs; pair++) {
        const float *left = x + 2 * pair * stride, *right = 2 * pair + 1 < n_channels ? left + stride : 0;
        analyse(&plan, left, right, starts, 0, n_frames, now + pair * size);
        analyse(&plan, left, right, starts, hop, n_frames, before + pair * size);
    }
    const float *xs[8], *bs[8], *ys[8];
    for (int32_t j = 0; j < n_frames; j++) {
        for (int32_t pair = 0; pair < n_pairs; pair++) {
            xs[pair] = now + pair * size + 4 * j * n_bins;
            bs[pair] = before + pair * size + 4 * j * n_bins;
            ys[pair] = j ? xs[pair] - 4 * n_bins : last + 4 * pair * n_bins;
        }
        find_turns(&plan, n_pairs, xs, bs, ys, settings, turns);
        for (int32_t pair = 0; pair < n_pairs; pair++)
            for (int half = 0; half < 2; half++) {
                float *re = now + pair * size + (4 * j + 2 * half) * n_bins, *im = re + n_bins;
                for (int64_t k = 0; k < n_bins; k++) {
                    const float r = re[k];
                    re[k] = r * turns[k] - im[k] * turns[n_bins + k];
                    im[k] = r * turns[n_bins + k] + im[k] * turns[k];
                }
            }
    }
    for (int32_t pair = 0; pair < n_pairs; pair++) {
        memcpy(last + 4 * pair * n_bins, now + pair * size + 4 * (n_frames - 1) * n_bins, 4 * n_bins * sizeof(float));
        float *left = y + 2 * pair * y_stride;
        synthesise(&plan, now + pair * size, n_frames, back_window, left, 2 * pair + 1 < n_channels ? left + y_stride : 0);
    }
}
