/* Running medians along lines of a matrix, with the ends repeated outwards. */
#include "kernels.h"

#define WIDEST 255

/* Replace in a sorted list of n values one that leaves by one that comes. */
static inline void exchange(float *sorted, int32_t n, float leaves, float comes)
{
    int32_t low = 0, high = n - 1;
    while (low < high) {
        const int32_t middle = (low + high) >> 1;
        if (sorted[middle] < leaves)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + 1 < n && sorted[low + 1] < comes) {
        sorted[low] = sorted[low + 1];
        low++;
    }
    while (low > 0 && sorted[low - 1] > comes) {
        sorted[low] = sorted[low - 1];
        low--;
    }
    sorted[low] = comes;
}

/* y = median of x over width (odd, up to 255) places of each line.
 *
 * Line i begins at x + i * line_step and goes on every place_step floats; y has the same layout. line is scratch of
 * n_places + width floats. Values must be numbers: NaN breaks the order.
 */
EXPORT void running_median(const float *x, float *y, int64_t n_lines, int64_t n_places, int64_t line_step,
                           int64_t place_step, int32_t width, float *line)
{
    float sorted[WIDEST];
    const int32_t half = width / 2;
    for (int64_t i = 0; i < n_lines; i++) {
        const float *in = x + i * line_step;
        float *out = y + i * line_step;
        for (int64_t j = 0; j < n_places + 2 * half; j++) {
            int64_t k = j - half;
            k = k < 0 ? 0 : k >= n_places ? n_places - 1 : k;
            line[j] = in[k * place_step];
        }
        for (int32_t j = 0; j < width; j++) {
            int32_t k = j;
            for (; k > 0 && sorted[k - 1] > line[j]; k--)
                sorted[k] = sorted[k - 1];
            sorted[k] = line[j];
        }
        out[0] = sorted[half];
        for (int64_t j = 1; j < n_places; j++) {
            exchange(sorted, width, line[j - 1], line[j + width - 1]);
            out[j * place_step] = sorted[half];
        }
    }
}
