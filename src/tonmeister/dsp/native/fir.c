/* Zero-phase filters by overlap-save: eight frames at a time, two real channels in one complex transform. */
#include "fft.h"

/* Filter up to eight frames of two channels.
 *
 * left, right: frame j of n samples begins at j * step, and step = n - 2 * half; right may be null.
 * n_frames:    1 to 8; a frame comes out the same whichever its neighbours are.
 * response:    n real gains over n, in the order of the transform's bins.
 * gain:        plain gain that is added to the response.
 * half:        how far the filter reaches to each side; a multiple of 8, as is n.
 * work:        16 n + 8 floats of scratch.
 * to_left, to_right: n_frames * step samples, the first of which belongs to sample `half` of the first frame. */
EXPORT void overlap_save(const float *left, const float *right, int32_t n_frames, int64_t n, int64_t half, const float *response,
                         float gain, const float *twiddles, float *work, float *to_left, float *to_right)
{
    const int64_t step = n - 2 * half;
    c8 *z = (c8 *)(((uintptr_t)work + 31) & ~(uintptr_t)31);
    for (int64_t i = 0; i < n; i += 8) {
        f8 in[8], re[8], im[8];
        for (int side = 0; side < 2; side++) {
            const float *x = side ? right : left;
            for (int j = 0; j < 8; j++) {
                in[j] = (f8){0};
                if (x && j < n_frames) memcpy(&in[j], x + j * step + i, sizeof in[j]);
            }
            transpose8(in, side ? im : re);
        }
        for (int j = 0; j < 8; j++) z[i + j] = (c8){re[j], im[j]};
    }
    transform(z, n, twiddles, 1);
    for (int64_t k = 0; k < n; k++) z[k] = (c8){z[k].re * response[k], z[k].im * response[k]};
    transform_back(z, n, twiddles, 1);
    for (int64_t i = half; i < n - half; i += 8) {
        f8 re[8], im[8], out[8];
        for (int j = 0; j < 8; j++) {
            re[j] = z[i + j].re;
            im[j] = z[i + j].im;
        }
        for (int side = 0; side < (right ? 2 : 1); side++) {
            const float *x = side ? right : left;
            float *y = side ? to_right : to_left;
            transpose8(side ? im : re, out);
            for (int j = 0; j < n_frames; j++) {
                f8 plain;
                memcpy(&plain, x + j * step + i, sizeof plain);
                out[j] += gain * plain;
                memcpy(y + j * step + i - half, &out[j], sizeof out[j]);
            }
        }
    }
}
