/* Running medians along lines of a matrix, with the ends repeated outwards. */
#include "kernels.h"

#define WIDEST 255
#define LANES 16 /* lines that are worked on side by side */

/* Replace in each lane's sorted list of n values one that leaves by one that comes.
 *
 * With the new one put in, place i holds min(a[i], max(a[i - 1], comes)); with the old one taken out, what is not below
 * it moves down by one place. No place waits for another, so lanes and places go as fast as they can be read. */
static inline void exchange(float sorted[][LANES], int32_t n, const float *leaves, const float *comes)
{
    float here[LANES], out[LANES], in[LANES];
    for (int l = 0; l < LANES; l++) {
        out[l] = leaves[l];
        in[l] = comes[l];
        here[l] = min_f(sorted[0][l], in[l]);
    }
    for (int32_t i = 0; i < n - 1; i++)
        for (int l = 0; l < LANES; l++) {
            const float next = min_f(sorted[i + 1][l], max_f(sorted[i][l], in[l]));
            sorted[i][l] = here[l] < out[l] ? here[l] : next;
            here[l] = next;
        }
    for (int l = 0; l < LANES; l++) {
        const float last = max_f(sorted[n - 1][l], in[l]);
        sorted[n - 1][l] = here[l] < out[l] ? here[l] : last;
    }
}

/* y = median of x over width (odd, up to 255) places of each line.
 *
 * Line i begins at x + i * line_step and goes on every place_step floats; y has the same layout. Values must be finite:
 * NaN breaks the order.
 */
EXPORT void running_medians(const float *x, float *y, int64_t n_lines, int64_t n_places, int64_t line_step,
                            int64_t place_step, int32_t width)
{
    float sorted[WIDEST][LANES], near[WIDEST][LANES];
    const int32_t half = width / 2;
    for (int64_t first = 0; first < n_lines; first += LANES) {
        const int n = n_lines - first < LANES ? (int)(n_lines - first) : LANES;
        for (int32_t j = 0; j < width; j++)
            for (int l = 0; l < LANES; l++) sorted[j][l] = near[j][l] = INFINITY;
        int32_t oldest = 0;
        for (int64_t j = -2 * half; j < n_places; j++) {
            int64_t k = j + half;
            k = k < 0 ? 0 : k >= n_places ? n_places - 1 : k;
            float comes[LANES];
            for (int l = 0; l < LANES; l++) comes[l] = x[(first + (l < n ? l : 0)) * line_step + k * place_step];
            exchange(sorted, width, near[oldest], comes);
            memcpy(near[oldest], comes, sizeof comes);
            oldest = oldest + 1 < width ? oldest + 1 : 0;
            if (j < 0) continue;
            for (int l = 0; l < n; l++) y[(first + l) * line_step + j * place_step] = sorted[half][l];
        }
    }
}
