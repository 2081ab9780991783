/* Kernels of the limiter and of the last step to integers.
 *
 * The limiter's gain lives on a grid of nodes, one at each edge of a cell of samples, and is straight between nodes:
 * node k stands at sample k * cell, so the samples of cell k lie between nodes k and k + 1.
 */
#include "kernels.h"

static void box(float *v, int64_t n, int64_t width, float *ring)
{
    if (width <= 1) return;
    double sum = 0, inverse = 1.0 / width;
    for (int64_t i = 0; i < width; i++) { ring[i] = v[0]; sum += v[0]; }
    int64_t at = 0;
    for (int64_t k = 0; k < n; k++) {
        sum += (double)v[k] - ring[at];
        ring[at] = v[k];
        if (++at == width) at = 0;
        v[k] = (float)(sum * inverse);
    }
}

/* Gain nodes from peaks.
 *
 * peak: the largest magnitude in each of n_cells cells; limit: the magnitude that no cell may exceed after the gain.
 * hold, ahead: cells by which the gain stays down after and begins to fall before a peak; box_1 + box_2 = ahead + 2 widths
 * of the two averages that round the fall. release_fast, release_slow, attack_slow: one-pole factors per cell; the slow
 * envelope follows sustained reduction, and a fast release falls back to it, not to zero.
 * nodes: n_cells + 1. work: 2 * (hold + ahead + 1) floats, however long the sound.
 * The average of values none of which exceeds the required gain within `ahead` cells does not exceed it either.
 *
 * Node k takes the lowest need of the nodes k - hold to k + ahead (van Herk and Gil-Werman, a window's width at a time):
 * the minimum of the current run of needs so far, and of the end of the run before it, whose minima to the end are kept. */
EXPORT void limiter_nodes(const float *peak, int64_t n_cells, float limit, int64_t hold, int64_t ahead, int64_t box_1,
                          int64_t box_2, double release_fast, double release_slow, double attack_slow, float *nodes, float *work)
{
    const int64_t n = n_cells + 1, width = hold + ahead + 1;
    float *run = work, *to_end = work + width;
    for (int64_t i = 0; i < width; i++) run[i] = to_end[i] = 1.0f;
    int64_t place = hold;
    float so_far = 1.0f, before = 1.0f, last = 1.0f;
    double fast = 0, slow = 0, need = 0; /* gain reduction in nepers, >= 0 */
    for (int64_t j = 0; j < n + ahead; j++) {
        float v = 1.0f;
        if (j < n) { /* a node serves the cells on both its sides */
            float following = j < n_cells && peak[j] > limit ? limit / peak[j] : 1.0f;
            v = min_f(following, before);
            before = following;
        }
        run[place++] = v;
        so_far = min_f(v, so_far);
        float lowest = so_far;
        if (place < width) lowest = min_f(to_end[place], so_far);
        else {
            float m = 1.0f;
            for (int64_t i = width - 1; i >= 0; i--) to_end[i] = m = min_f(run[i], m);
            place = 0;
            so_far = 1.0f;
        }
        const int64_t k = j - ahead;
        if (k < 0) continue;
        if (lowest != last) { /* plateaus are long and logarithms dear */
            need = lowest < 1.0f ? -log((double)lowest) : 0.0;
            last = lowest;
        }
        slow = need > slow ? need + (slow - need) * attack_slow : need + (slow - need) * release_slow;
        double floor = slow < fast ? slow : fast;
        double falling = floor + (fast - floor) * release_fast;
        float gain = lowest;
        if (need == 0.0 && falling < 1e-6) { fast = 0; gain = 1.0f; }
        else if (need >= falling) fast = need;
        else { fast = falling; gain = min_f((float)exp(-fast), lowest); }
        nodes[k] = gain;
    }
    box(nodes, n, box_1, work);
    box(nodes, n, box_2, work);
}

/* Power after limiting, collected in bins of `hop` samples: sum over cells of energy[k] times the mean square of the gain. */
EXPORT void limited_power(const float *energy, const float *nodes, int64_t n_cells, int32_t cell, double hop, double *bins, int64_t n_bins)
{
    for (int64_t k = 0; k < n_cells; k++) {
        double a = nodes[k], b = nodes[k + 1];
        int64_t bin = (int64_t)((k + 0.5) * cell / hop);
        if (bin >= n_bins) bin = n_bins - 1;
        bins[bin] += energy[k] * (a * a + a * b + b * b) * (1.0 / 3.0);
    }
}

/* y = gain * g(t) * x, with g straight between nodes; one channel; `start` is a multiple of cell. */
EXPORT void apply_nodes(const float *x, int64_t n, int64_t start, int32_t cell, const float *nodes, float gain, float *y)
{
    float inverse = 1.0f / cell;
    const float *node = nodes + start / cell;
    for (int64_t b = 0; b < n; b += cell, node++) {
        int64_t m = n - b < cell ? n - b : cell;
        float g0 = node[0] * gain, slope = (node[1] - node[0]) * gain * inverse;
        if (m == cell && (cell & 7) == 0) {
            f8 ramp = {0, 1, 2, 3, 4, 5, 6, 7};
            f8 g = g0 + slope * ramp;
            float step = slope * 8;
            for (int64_t i = 0; i < m; i += 8) {
                f8 v;
                memcpy(&v, x + b + i, 32);
                v *= g;
                g += step;
                memcpy(y + b + i, &v, 32);
            }
        } else
            for (int64_t i = 0; i < m; i++) y[b + i] = x[b + i] * (g0 + slope * (float)i);
    }
}

typedef uint32_t u8 __attribute__((vector_size(32)));
typedef int32_t i4 __attribute__((vector_size(16)));
typedef int64_t l4 __attribute__((vector_size(32)));
typedef float f4 __attribute__((vector_size(16)));

/* Eight values of white noise with a triangular density in (-1, 1), in steps of 2^-16: the difference of the halves of a
 * good 32-bit mixing (two multiply-xorshift rounds) of the sample's number, and so the same for any split into blocks. */
static inline void triangular_noise(uint32_t at, uint32_t seed, i4 *out)
{
    u8 x = {0, 1, 2, 3, 4, 5, 6, 7};
    x = (x + at) * 0x9e3779b9U + seed;
    x ^= x >> 16; x *= 0x7feb352dU;
    x ^= x >> 15; x *= 0x846ca68bU;
    x ^= x >> 16;
    x = (x & 0xffffU) - (x >> 16);
    memcpy(out, &x, 32);
}

static inline d4 chosen(l4 where, d4 a, d4 b) { return (d4)(((l4)a & where) | ((l4)b & ~where)); }

static inline d4 floor4(d4 v)
{
    const d4 one = {1, 1, 1, 1}, nearest = (v + 0x1.8p52) - 0x1.8p52;
    return nearest - (d4)((l4)one & (nearest > v));
}

/* Eight samples without feedback; returns minus the number of clipped ones, spread over lanes. */
static inline l4 quantise8(const float *x, const i4 *noise, double scale, int32_t *y)
{
    const d4 zero = {0}, top = zero + (scale - 1), bottom = zero - scale;
    l4 clipped = {0};
    for (int h = 0; h < 2; h++) {
        f4 v;
        memcpy(&v, x + 4 * h, 16);
        const d4 d = __builtin_convertvector(noise[h], d4) * (1.0 / 65536.0);
        d4 q = floor4(__builtin_convertvector(v, d4) * scale + d + 0.5);
        const l4 above = q > top, below = q < bottom;
        clipped += above + below;
        const i4 whole = __builtin_convertvector(chosen(above, top, chosen(below, bottom, q)), i4);
        memcpy(y + 4 * h, &whole, 16);
    }
    return clipped;
}

/* The same for one sample, with the errors of the last `order` samples fed back through `shape`; returns whether clipped. */
static inline int quantise_shaped(double x, double noise, double scale, const double *shape, int order, double *error, int32_t *y)
{
    double v = x * scale;
    for (int k = 0; k < order; k++) v -= shape[k] * error[k];
    const double q = floor(v + noise + 0.5);
    for (int k = order - 1; k > 0; k--) error[k] = error[k - 1];
    error[0] = q - v;
    const double kept = q > scale - 1 ? scale - 1 : q < -scale ? -scale : q;
    *y = (int32_t)kept;
    return kept != q;
}

/* Dither with a triangular density of +-1 step and round to integers of `bits` bits; one channel. Returns how many were
 * clipped. order > 0: error feedback through `shape` (order coefficients); error: order doubles of state, newest first.
 * Digital silence (a block of exact zeros around the sample) is not treated specially: dither is dither. */
EXPORT int64_t quantise(const float *x, int64_t n, int64_t start, int64_t seed, int32_t bits, int32_t dither, const double *shape,
                        int32_t order, double *error, int32_t *y)
{
    const double scale = ldexp(1.0, bits - 1);
    l4 clipped = {0};
    while (n > 0) {
        /* The counter has 32 bits; whenever it begins again it gets another seed. */
        const int64_t left = (int64_t)(0x100000000ULL - ((uint64_t)start & 0xffffffffU)), m = n < left ? n : left;
        const uint32_t key = (uint32_t)seed + (uint32_t)((uint64_t)start >> 32) * 0x85ebca6bU;
        for (int64_t i = 0; i < m; i += 8) {
            i4 noise[2] = {{0}, {0}};
            if (dither) triangular_noise((uint32_t)(start + i), key, noise);
            if (order == 0 && m - i >= 8) {
                clipped += quantise8(x + i, noise, scale, y + i);
                continue;
            }
            for (int j = 0; j < 8 && i + j < m; j++)
                clipped[0] -= quantise_shaped(x[i + j], noise[j / 4][j % 4] * (1.0 / 65536.0), scale, shape, order, error, y + i + j);
        }
        x += m; y += m; start += m; n -= m;
    }
    return -((clipped[0] + clipped[1]) + (clipped[2] + clipped[3]));
}
