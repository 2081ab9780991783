/* Sums of weighted neighbours over planes of numbers: what convolutions of any shape come down to. */
#include "kernels.h"

typedef float f8_anywhere __attribute__((vector_size(32), aligned(4), may_alias));

#define UNROLLED _Pragma("GCC unroll 8")

typedef struct {
    const int64_t *offsets;
    const float *weights, *bias;
    int64_t weight_step, n_taps, plane_step;
    int32_t is_rectified;
} Sum;

/* A block of outputs by eights of columns. With both numbers known to the compiler, the sums stay in registers. */
static inline __attribute__((always_inline)) void sum_block(const int n_out, const int n_eights, const Sum *s, int64_t o0,
                                                            const float *x, float *out)
{
    f8 sum[4][8];
    UNROLLED for (int o = 0; o < n_out; o++)
        UNROLLED for (int v = 0; v < n_eights; v++) sum[o][v] = s->bias[o0 + o] - (f8){0};
    const int64_t *offsets = s->offsets, step = s->weight_step, n_taps = s->n_taps;
    const float *w = s->weights + o0;
    for (int64_t tap = 0; tap < n_taps; tap++, w += step) {
        const f8_anywhere *from = (const f8_anywhere *)(x + offsets[tap]);
        f8 in[8];
        UNROLLED for (int v = 0; v < n_eights; v++) in[v] = from[v];
        UNROLLED for (int o = 0; o < n_out; o++)
            UNROLLED for (int v = 0; v < n_eights; v++) sum[o][v] += w[o] * in[v];
    }
    UNROLLED for (int o = 0; o < n_out; o++) {
        float *to = out + o * s->plane_step;
        UNROLLED for (int v = 0; v < n_eights; v++) ((f8_anywhere *)to)[v] = sum[o][v];
        if (s->is_rectified)
            for (int i = 0; i < 8 * n_eights; i++) to[i] = max_f(to[i], 0.0f);
    }
}

static inline __attribute__((always_inline)) int64_t sum_eights(const int n_out, int64_t left, const Sum *s, int64_t o,
                                                                const float *x, float *out)
{
    if (n_out == 1 && left >= 8) return sum_block(n_out, 8, s, o, x, out), 8;
    if (n_out == 1 && left >= 4) return sum_block(n_out, 4, s, o, x, out), 4;
    if (n_out == 4 && left >= 3 && left != 4) return sum_block(n_out, 3, s, o, x, out), 3;
    if (left >= 2) return sum_block(n_out, 2, s, o, x, out), 2;
    return sum_block(n_out, 1, s, o, x, out), 1;
}

/* out[o][row][column] = bias[o] + sum over taps of weights[row][tap][o] * x[row * row_step + offsets[tap] + column].
 *
 * n_eights:     columns come by the eight; so many are read at each offset and written in each row.
 * weight_rows:  step from the weights of one row to those of the next; 0 where all rows share them.
 * is_rectified: what is below 0 becomes 0. */
EXPORT void sum_taps(const float *x, int64_t row_step, const int64_t *offsets, const float *weights, int64_t weight_rows,
                     const float *bias, int64_t n_taps, int64_t n_out, int64_t n_rows, int64_t n_eights,
                     int32_t is_rectified, float *out, int64_t plane_step, int64_t out_row_step)
{
    Sum s = {offsets, weights, bias, n_out, n_taps, plane_step, is_rectified};
    for (int64_t row = 0; row < n_rows; row++, s.weights += weight_rows) {
        for (int64_t o = 0; o < n_out;) {
            const int is_four = n_out - o >= 4;
            float *to = out + o * plane_step + row * out_row_step;
            for (int64_t v = 0; v < n_eights;) {
                const float *from = x + row * row_step + 8 * v;
                v += is_four ? sum_eights(4, n_eights - v, &s, o, from, to + 8 * v)
                             : sum_eights(1, n_eights - v, &s, o, from, to + 8 * v);
            }
            o += is_four ? 4 : 1;
        }
    }
}
