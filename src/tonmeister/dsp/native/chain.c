/* Kernels of the mastering chain: filters, dynamics, width, saturation.
 *
 * Stereo pairs run side by side in the lanes of one vector: {left, right} or {left, right} of two branches.
 */
#include "kernels.h"

/* A state that has decayed below hearing by 500 dB is silence: keeps the processor out of denormal numbers. */
static inline double settle(double s) { return s > -1e-30 && s < 1e-30 ? 0.0 : s; }
static void settle_all(double *s, int n) { for (int i = 0; i < n; i++) s[i] = settle(s[i]); }

static inline d2 biquad2(const double *c, d2 v, d2 *s1, d2 *s2)
{
    d2 y = c[0] * v + *s1;
    *s1 = c[1] * v - c[3] * y + *s2;
    *s2 = c[2] * v - c[4] * y;
    return y;
}

static inline d4 biquad4(const d4 *c, d4 v, d4 *s1, d4 *s2)
{
    d4 y = c[0] * v + *s1;
    *s1 = c[1] * v - c[3] * y + *s2;
    *s2 = c[2] * v - c[4] * y;
    return y;
}

/* A cascade of second-order sections (transposed direct form II) over two channels, in place.
 * coefficients: n_sections x {b0 b1 b2 a1 a2}; state: n_sections x {s1L s1R s2L s2R}. Two sections share one vector: the
 * second works one sample behind the first, so that both run at once; the lag is drained at the end of the block. */
EXPORT void biquad_cascade(float *left, float *right, int64_t n, const double *coefficients, int32_t n_sections, double *state)
{
    if (n <= 0) return;
    int k = 0;
    for (; k + 1 < n_sections; k += 2) {
        const double *p = coefficients + 5 * k, *q = p + 5;
        double *s = state + 4 * k;
        d4 c[5];
        for (int j = 0; j < 5; j++) c[j] = (d4){p[j], p[j], q[j], q[j]};
        d4 s1 = {s[0], s[1], s[4], s[5]}, s2 = {s[2], s[3], s[6], s[7]};
        /* first sample through the first section alone */
        d2 h1 = {s[0], s[1]}, h2 = {s[2], s[3]};
        d2 y0 = biquad2(p, (d2){left[0], right[0]}, &h1, &h2);
        s1[0] = h1[0]; s1[1] = h1[1]; s2[0] = h2[0]; s2[1] = h2[1];
        d4 y = {y0[0], y0[1], 0, 0};
        for (int64_t i = 1; i < n; i++) {
            d4 v = {left[i], right[i], y[0], y[1]};
            y = biquad4(c, v, &s1, &s2);
            left[i - 1] = (float)y[2];
            right[i - 1] = (float)y[3];
        }
        h1 = (d2){s1[2], s1[3]}; h2 = (d2){s2[2], s2[3]};
        y0 = biquad2(q, (d2){y[0], y[1]}, &h1, &h2);
        left[n - 1] = (float)y0[0];
        right[n - 1] = (float)y0[1];
        s[0] = s1[0]; s[1] = s1[1]; s[2] = s2[0]; s[3] = s2[1];
        s[4] = h1[0]; s[5] = h1[1]; s[6] = h2[0]; s[7] = h2[1];
    }
    for (; k < n_sections; k++) {
        double *s = state + 4 * k;
        d2 s1 = {s[0], s[1]}, s2 = {s[2], s[3]};
        for (int64_t i = 0; i < n; i++) {
            d2 y = biquad2(coefficients + 5 * k, (d2){left[i], right[i]}, &s1, &s2);
            left[i] = (float)y[0];
            right[i] = (float)y[1];
        }
        s[0] = s1[0]; s[1] = s1[1]; s[2] = s2[0]; s[3] = s2[1];
    }
    settle_all(state, 4 * n_sections);
}

/* Gain computer: soft knee, ratio, limited range; level and threshold in dB, returns gain in dB (<= 0). */
static inline double curve_db(double level, double threshold, double knee, double slope, double range)
{
    double over = level - threshold, g;
    if (2 * over <= -knee) return 0.0;
    if (2 * over < knee) g = -slope * (over + 0.5 * knee) * (over + 0.5 * knee) / (2 * knee);
    else g = -slope * over;
    return g < -range ? -range : g;
}

#define MAX_CELL 512
static const double DB_OF_LN = 4.342944819032518; /* 10 / ln 10: power ratio to dB */
static const double LN_OF_DB = 0.11512925464970229; /* ln 10 / 20: dB to amplitude */

/* Four Linkwitz-Riley bands of fourth order with a compressor each, and a glue compressor over their sum.
 *
 * Tree: split at f2; the low branch passes the all-pass of the f3 split, the high branch that of the f1 split, then each
 * is split again, so that the sum of all four is an all-pass. Lanes: {low branch L, R, high branch L, R}.
 *
 * filters: 7 vectors of 4 lanes x {b0 b1 b2 a1 a2}, lane-major per coefficient: split(2 equal sections use the same),
 *   all-pass, low part, high part; i.e. double[4][5][4].
 * band: per band {threshold_db, knee_db, slope = 1 - 1/ratio, range_db, attack, release, makeup}; attack and release are
 *   one-pole factors per cell. link_low != 0 gives the two lowest bands one detector: three bands.
 * glue: {threshold_db, knee_db, slope, range_db, attack, release, low_weight, enabled}
 * state: filters 7 x 2 x 4, envelopes 4 + 1, last gains 4 + 1 -> 66 doubles.
 * gains_db: n_cells x 5, the gain in dB of each band and of the glue (without makeup).
 * n must be a multiple of cell, save in the last call. */
EXPORT void multiband(float *left, float *right, int64_t n, int32_t cell, const double *filters, const double *band,
                      const double *glue, int32_t link_low, double *state, float *gains_db)
{
    d4 F[4][5];
    for (int f = 0; f < 4; f++)
        for (int j = 0; j < 5; j++) memcpy(&F[f][j], filters + (f * 5 + j) * 4, 32);
    d4 S[14];
    memcpy(S, state, sizeof S);
    double *envelope = state + 56, *last = state + 61;
    d4 low_part[MAX_CELL], high_part[MAX_CELL]; /* {band 0 L R, band 2 L R}, {band 1 L R, band 3 L R} */
    int64_t at_cell = 0;
    for (int64_t start = 0; start < n; start += cell, at_cell++) {
        int m = (int)(n - start < cell ? n - start : cell);
        const float *l = left + start, *r = right + start;
        d4 power_low = {0}, power_high = {0};
        for (int i = 0; i < m; i++) {
            d4 v = {l[i], r[i], l[i], r[i]};
            v = biquad4(F[0], v, &S[0], &S[1]);
            v = biquad4(F[0], v, &S[2], &S[3]);
            v = biquad4(F[1], v, &S[4], &S[5]);
            d4 a = biquad4(F[2], v, &S[6], &S[7]);
            a = biquad4(F[2], a, &S[8], &S[9]);
            d4 b = biquad4(F[3], v, &S[10], &S[11]);
            b = biquad4(F[3], b, &S[12], &S[13]);
            low_part[i] = a;
            high_part[i] = b;
            power_low += a * a;
            power_high += b * b;
        }
        double p[4] = {(power_low[0] + power_low[1]) / m, (power_high[0] + power_high[1]) / m,
                       (power_low[2] + power_low[3]) / m, (power_high[2] + power_high[3]) / m};
        if (link_low) p[0] = p[1] = p[0] + p[1];
        double g[4], sum = 0, target[4];
        for (int k = 0; k < 4; k++) {
            const double *c = band + 7 * k;
            double rate = p[k] > envelope[k] ? c[4] : c[5];
            envelope[k] = p[k] + (envelope[k] - p[k]) * rate;
            double db = curve_db(DB_OF_LN * log(envelope[k] + 1e-20), c[0], c[1], c[2], c[3]);
            gains_db[5 * at_cell + k] = (float)db;
            g[k] = exp(LN_OF_DB * (db + c[6]));
            double weight = k == 0 ? glue[6] : (k == 1 && link_low ? 0.0 : 1.0);
            sum += weight * p[k] * g[k] * g[k];
        }
        double glue_db = 0;
        if (glue[7] != 0) {
            double rate = sum > envelope[4] ? glue[4] : glue[5];
            envelope[4] = sum + (envelope[4] - sum) * rate;
            glue_db = curve_db(DB_OF_LN * log(envelope[4] + 1e-20), glue[0], glue[1], glue[2], glue[3]);
        }
        gains_db[5 * at_cell + 4] = (float)glue_db;
        double glue_gain = exp(LN_OF_DB * glue_db);
        for (int k = 0; k < 4; k++) target[k] = g[k] * glue_gain;
        d4 ga = {last[0], last[0], last[2], last[2]}, gb = {last[1], last[1], last[3], last[3]};
        d4 ta = {target[0], target[0], target[2], target[2]}, tb = {target[1], target[1], target[3], target[3]};
        double inverse = 1.0 / m;
        d4 step_a = (ta - ga) * inverse, step_b = (tb - gb) * inverse;
        float *yl = left + start, *yr = right + start;
        for (int i = 0; i < m; i++) {
            ga += step_a;
            gb += step_b;
            d4 y = low_part[i] * ga + high_part[i] * gb;
            yl[i] = (float)(y[0] + y[2]);
            yr[i] = (float)(y[1] + y[3]);
        }
        for (int k = 0; k < 4; k++) last[k] = target[k];
    }
    memcpy(state, S, sizeof S);
    settle_all(state, 56);
}

/* Dynamic equaliser: up to four bell bands, each a constant-peak band-pass b(x) of which (gain - 1) b(x) is added to x.
 *
 * sections: per band {b0, a1, a2} of the band-pass (b1 = 0, b2 = -b0).
 * band: per band {threshold_db, knee_db, slope, range_db, attack, release, relative}: relative != 0 compares the band with
 *   the whole signal (a de-esser that works alike on quiet and loud passages), else the threshold is absolute.
 * state: band filters 4 x {s1L s1R s2L s2R}, envelopes 4, whole-signal envelope 1, last gains 4 -> 25 doubles.
 * gains_db: n_cells x 4. */
EXPORT void dynamic_eq(float *left, float *right, int64_t n, int32_t cell, const double *sections, const double *band,
                       double whole_release, double *state, float *gains_db)
{
    d4 B[2], A1[2], A2[2], S1[2], S2[2];
    for (int h = 0; h < 2; h++) {
        const double *p = sections + 6 * h, *q = p + 3;
        const double *s = state + 8 * h;
        B[h] = (d4){p[0], p[0], q[0], q[0]};
        A1[h] = (d4){p[1], p[1], q[1], q[1]};
        A2[h] = (d4){p[2], p[2], q[2], q[2]};
        S1[h] = (d4){s[0], s[1], s[4], s[5]};
        S2[h] = (d4){s[2], s[3], s[6], s[7]};
    }
    double *envelope = state + 16, *last = state + 21;
    d4 part[2][MAX_CELL];
    int64_t at_cell = 0;
    for (int64_t start = 0; start < n; start += cell, at_cell++) {
        int m = (int)(n - start < cell ? n - start : cell);
        float *l = left + start, *r = right + start;
        d4 power[2] = {{0}, {0}};
        d2 whole = {0};
        for (int i = 0; i < m; i++) {
            d4 v = {l[i], r[i], l[i], r[i]};
            d2 w = {l[i], r[i]};
            whole += w * w;
            for (int h = 0; h < 2; h++) {
                d4 bv = B[h] * v;
                d4 y = bv + S1[h];
                S1[h] = S2[h] - A1[h] * y;
                S2[h] = -bv - A2[h] * y;
                part[h][i] = y;
                power[h] += y * y;
            }
        }
        double all = (whole[0] + whole[1]) / m;
        double rate = all > envelope[4] ? 0.0 : whole_release;
        envelope[4] = all + (envelope[4] - all) * rate;
        double all_db = DB_OF_LN * log(envelope[4] + 1e-20);
        double target[4];
        for (int k = 0; k < 4; k++) {
            const double *c = band + 7 * k;
            double p = (power[k / 2][2 * (k % 2)] + power[k / 2][2 * (k % 2) + 1]) / m;
            rate = p > envelope[k] ? c[4] : c[5];
            envelope[k] = p + (envelope[k] - p) * rate;
            double level = DB_OF_LN * log(envelope[k] + 1e-20);
            double db = curve_db(c[6] != 0 ? level - all_db : level, c[0], c[1], c[2], c[3]);
            if (level < -90) db = 0;
            gains_db[4 * at_cell + k] = (float)db;
            target[k] = exp(LN_OF_DB * db) - 1.0;
        }
        for (int h = 0; h < 2; h++) {
            int a = 2 * h, b = a + 1;
            if (target[a] == 0 && target[b] == 0 && last[a] == 0 && last[b] == 0) continue;
            d4 g = {last[a], last[a], last[b], last[b]}, t = {target[a], target[a], target[b], target[b]};
            d4 step = (t - g) * (1.0 / m);
            for (int i = 0; i < m; i++) {
                g += step;
                d4 y = part[h][i] * g;
                l[i] = (float)(l[i] + (y[0] + y[2]));
                r[i] = (float)(r[i] + (y[1] + y[3]));
            }
        }
        memcpy(last, target, sizeof target);
    }
    for (int h = 0; h < 2; h++) {
        double *s = state + 8 * h;
        s[0] = S1[h][0]; s[1] = S1[h][1]; s[2] = S2[h][0]; s[3] = S2[h][1];
        s[4] = S1[h][2]; s[5] = S1[h][3]; s[6] = S2[h][2]; s[7] = S2[h][3];
    }
    settle_all(state, 16);
}

/* Stereo width: mid stays, side passes a high-pass (mono bass) and a shelf (wider highs), then is scaled.
 * Two sections {b0 b1 b2 a1 a2} for the side; state 4 doubles. */
EXPORT void stereo_width(float *left, float *right, int64_t n, const double *sections, double width, double *state)
{
    const double *p = sections, *q = sections + 5;
    double s1 = state[0], s2 = state[1], t1 = state[2], t2 = state[3];
    for (int64_t i = 0; i < n; i++) {
        double mid = 0.5 * ((double)left[i] + right[i]), side = 0.5 * ((double)left[i] - right[i]);
        double y = p[0] * side + s1;
        s1 = p[1] * side - p[3] * y + s2;
        s2 = p[2] * side - p[4] * y;
        double z = q[0] * y + t1;
        t1 = q[1] * y - q[3] * z + t2;
        t2 = q[2] * y - q[4] * z;
        z *= width;
        left[i] = (float)(mid + z);
        right[i] = (float)(mid - z);
    }
    state[0] = settle(s1); state[1] = settle(s2); state[2] = settle(t1); state[3] = settle(t2);
}

typedef int32_t i8 __attribute__((vector_size(32)));
static inline f8 lesser8(f8 a, f8 b)
{
    i8 m = a < b;
    return (f8)(((i8)a & m) | ((i8)b & ~m));
}

/* tanh by its Pade approximant, which meets 1 with a level slope at 3. */
static inline f8 bend(f8 v)
{
    const f8 top = {3, 3, 3, 3, 3, 3, 3, 3};
    v = lesser8(v, top);
    v = -lesser8(-v, top);
    f8 s = v * v;
    return v * (27.0f + s) / (27.0f + 9.0f * s);
}

/* Saturation of the band that the interpolator passes, 4 times oversampled: what the curve adds to the signal is decimated
 * and added to the input, so that no drive is no change.
 *
 * up, down: taps (even) x 4 positions; the centre of both is at position 0 of tap taps / 2; up reversed in time.
 * x: n + 2 * (taps - 1) samples; y[i] belongs to x[taps - 1 + i].
 * All samples go through whole vectors of the same arithmetic, so that no split into blocks shows: x may be read up to 24
 * samples behind its end, y holds n rounded up to a multiple of 16, work 4 * (n + taps + 39) floats. */
EXPORT void saturate(const float *x, int64_t n, const float *up, const float *down, int32_t taps, float drive, float *work, float *y)
{
    const int64_t span = ((n + 15) & ~(int64_t)15) + taps + 24;
    const float scale = 1.0f / drive;
    for (int64_t i = 0; i < n + taps - 1; i += 16) {
        f8 u[4] = {{0}}, v[4] = {{0}};
        for (int t = 0; t < taps; t++) {
            const float *h = up + 4 * t;
            f8 a, b;
            memcpy(&a, x + i + t, 32);
            memcpy(&b, x + i + t + 8, 32);
            for (int p = 0; p < 4; p++) {
                u[p] += h[p] * a;
                v[p] += h[p] * b;
            }
        }
        for (int p = 0; p < 4; p++) {
            f8 a = bend(u[p] * drive) * scale - u[p], b = bend(v[p] * drive) * scale - v[p];
            memcpy(work + p * span + i, &a, 32);
            memcpy(work + p * span + i + 8, &b, 32);
        }
    }
    for (int64_t i = 0; i < n; i += 16) {
        f8 a[4] = {{0}}, b[4] = {{0}};
        for (int t = 0; t < taps; t++)
            for (int p = 0; p < 4; p++) {
                f8 v, w;
                memcpy(&v, work + p * span + i + t, 32);
                memcpy(&w, work + p * span + i + t + 8, 32);
                a[p] += down[4 * t + p] * v;
                b[p] += down[4 * t + p] * w;
            }
        f8 v, w;
        memcpy(&v, x + taps - 1 + i, 32);
        memcpy(&w, x + taps - 1 + i + 8, 32);
        v += (a[0] + a[1]) + (a[2] + a[3]);
        w += (b[0] + b[1]) + (b[2] + b[3]);
        memcpy(y + i, &v, 32);
        memcpy(y + i + 8, &w, 32);
    }
}
