/* Mean power spectra: eight frames at a time, one in each lane of a vector, two real channels in one complex transform. */
#include "fft.h"

static inline double sum8(f8 v)
{
    return (((double)v[0] + v[4]) + ((double)v[1] + v[5])) + (((double)v[2] + v[6]) + ((double)v[3] + v[7]));
}

/* Add the power spectra of up to eight frames of two channels, and those of their mid and side.
 *
 * left, right: frame j of n samples begins at j * hop; right may be null.
 * n_frames:    1 to 8.
 * reversal:    n entries: where each bin lies after the transform.
 * work:        16 n floats of scratch.
 * rows:        n / 2 + 1 doubles each: left, right, (left + right) / 2, (left - right) / 2, added to.
 * frames:      sums of the windowed squares of each frame, over both channels; 8 doubles, written.
 */
EXPORT void add_spectra(const float *left, const float *right, int64_t hop, int32_t n_frames, int64_t n,
                        const float *window, const float *twiddles, const int32_t *reversal, float *work, double *rows,
                        double *frames)
{
    c8 *z = (c8 *)(((uintptr_t)work + 31) & ~(uintptr_t)31);
    f8 sums = {0};
    for (int64_t i = 0; i < n; i += 8) {
        f8 w, in[8], re[8], im[8];
        memcpy(&w, window + i, sizeof w);
        for (int side = 0; side < 2; side++) {
            const float *x = side ? right : left;
            for (int j = 0; j < 8; j++) {
                if (x && j < n_frames) {
                    memcpy(&in[j], x + j * hop + i, sizeof in[j]);
                    in[j] *= w;
                } else
                    in[j] = (f8){0};
            }
            transpose8(in, side ? im : re);
        }
        for (int j = 0; j < 8; j++) {
            z[i + j] = (c8){re[j], im[j]};
            sums += re[j] * re[j] + im[j] * im[j];
        }
    }
    for (int j = 0; j < 8; j++)
        frames[j] = sums[j];

    transform(z, n, twiddles, 1);

    const int64_t n_bins = n / 2 + 1;
    for (int64_t k = 0; k <= n / 2; k++) {
        const c8 p = z[reversal[k]], q = z[reversal[(n - k) & (n - 1)]];
        /* Twice the bins of left and right. Their sum and difference are taken before squaring: what cancels, cancels. */
        const c8 l = {p.re + q.re, p.im - q.im}, r = {p.im + q.im, q.re - p.re};
        const c8 m = {l.re + r.re, l.im + r.im}, s = {l.re - r.re, l.im - r.im};
        rows[k] += 0.25 * sum8(l.re * l.re + l.im * l.im);
        rows[n_bins + k] += 0.25 * sum8(r.re * r.re + r.im * r.im);
        rows[2 * n_bins + k] += 0.0625 * sum8(m.re * m.re + m.im * m.im);
        rows[3 * n_bins + k] += 0.0625 * sum8(s.re * s.re + s.im * s.im);
    }
}
