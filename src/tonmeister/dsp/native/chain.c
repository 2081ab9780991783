/* Kernels of the mastering chain: filters, dynamics, width, saturation.
 *
 * Stereo pairs run side by side in the lanes of one vector: {left, right} or {left, right} of two branches.
 */
#include "kernels.h"

typedef uint64_t u4 __attribute__((vector_size(32)));

#define INLINE static inline __attribute__((always_inline))

/* A state that float32 output cannot show any more is silence: keeps the processor out of denormal numbers. */
static inline double settle(double s) { return s > -1e-60 && s < 1e-60 ? 0.0 : s; }
static void settle_all(double *s, int n) { for (int i = 0; i < n; i++) s[i] = settle(s[i]); }

/* Sections are {b0 b1 b2 a1 a2} outside and {b0, b1 - a1 b0, b2 - a2 b0, a1, a2} within: so the states of the transposed
 * direct form II follow from the states before without waiting for the output. */
static void prepare(const double *section, double *c)
{
    const double b0 = section[0], a1 = section[3], a2 = section[4];
    c[0] = b0;
    c[1] = section[1] - a1 * b0;
    c[2] = section[2] - a2 * b0;
    c[3] = a1;
    c[4] = a2;
}

/* One sample through one prepared section. */
#define SECTION(c, v, s1, s2, type)                            \
    const type y = c[0] * v + *s1;                             \
    const type back_1 = c[3] * *s1, back_2 = c[4] * *s1;       \
    *s1 = (*s2 + c[1] * v) - back_1;                           \
    *s2 = c[2] * v - back_2;                                   \
    return y;

INLINE double biquad1(const double *c, double v, double *s1, double *s2) { SECTION(c, v, s1, s2, double) }
INLINE d2 biquad2(const double *c, d2 v, d2 *s1, d2 *s2) { SECTION(c, v, s1, s2, d2) }
INLINE d4 biquad4(const d4 *c, d4 v, d4 *s1, d4 *s2) { SECTION(c, v, s1, s2, d4) }

/* Four pairs of sections at once keep all their states in registers. */
#define MAX_PAIRS 4

/* Sections 2 p and 2 p + 1 share the lanes of one vector, the second one sample behind the first; so section k is
 * (k + 1) / 2 samples late, and the last n_pairs. What is in flight between sections lies in `flight` at the block's ends:
 * there each section runs for itself, at the beginning until all have their place, at the end until all are done. */
INLINE void run_pairs(float *left, float *right, int64_t n, const double *coefficients, const int n_pairs, double *state)
{
    d2 flight[MAX_PAIRS], s1[2 * MAX_PAIRS], s2[2 * MAX_PAIRS];
    double sections[2 * MAX_PAIRS][5];
    for (int k = 0; k < 2 * n_pairs; k++) {
        prepare(coefficients + 5 * k, sections[k]);
        s1[k] = (d2){state[4 * k], state[4 * k + 1]};
        s2[k] = (d2){state[4 * k + 2], state[4 * k + 3]};
    }
    const int n_edge = n < n_pairs ? (int)n : n_pairs;
    for (int j = 0; j < n_edge; j++) flight[j] = (d2){left[j], right[j]};
    if (n < n_pairs) {
        for (int k = 0; k < 2 * n_pairs; k++)
            for (int j = 0; j < n_edge; j++) flight[j] = biquad2(sections[k], flight[j], &s1[k], &s2[k]);
    } else {
        for (int k = 0; k < 2 * n_pairs; k++)
            for (int j = 0; j < n_pairs - (k + 1) / 2; j++)
                flight[j] = biquad2(sections[k], flight[j], &s1[k], &s2[k]);
        d4 c[MAX_PAIRS][5], z1[MAX_PAIRS], z2[MAX_PAIRS];
        d2 between[MAX_PAIRS];
        for (int p = 0; p < n_pairs; p++) {
            const double *a = sections[2 * p], *b = sections[2 * p + 1];
            for (int j = 0; j < 5; j++) c[p][j] = (d4){a[j], a[j], b[j], b[j]};
            z1[p] = (d4){s1[2 * p][0], s1[2 * p][1], s1[2 * p + 1][0], s1[2 * p + 1][1]};
            z2[p] = (d4){s2[2 * p][0], s2[2 * p][1], s2[2 * p + 1][0], s2[2 * p + 1][1]};
            between[p] = flight[n_pairs - 1 - p];
        }
        for (int64_t i = n_pairs; i < n; i++) {
            d2 v = {left[i], right[i]};
            for (int p = 0; p < n_pairs; p++) {
                d4 y = biquad4(c[p], (d4){v[0], v[1], between[p][0], between[p][1]}, &z1[p], &z2[p]);
                between[p] = (d2){y[0], y[1]};
                v = (d2){y[2], y[3]};
            }
            left[i - n_pairs] = (float)v[0];
            right[i - n_pairs] = (float)v[1];
        }
        for (int p = 0; p < n_pairs; p++) {
            s1[2 * p] = (d2){z1[p][0], z1[p][1]};
            s1[2 * p + 1] = (d2){z1[p][2], z1[p][3]};
            s2[2 * p] = (d2){z2[p][0], z2[p][1]};
            s2[2 * p + 1] = (d2){z2[p][2], z2[p][3]};
            flight[n_pairs - 1 - p] = between[p];
        }
        for (int k = 0; k < 2 * n_pairs; k++)
            for (int j = n_pairs - (k + 1) / 2; j < n_pairs; j++)
                flight[j] = biquad2(sections[k], flight[j], &s1[k], &s2[k]);
    }
    for (int j = 0; j < n_edge; j++) {
        left[n - n_edge + j] = (float)flight[j][0];
        right[n - n_edge + j] = (float)flight[j][1];
    }
    for (int k = 0; k < 2 * n_pairs; k++)
        memcpy(state + 4 * k, (double[4]){s1[k][0], s1[k][1], s2[k][0], s2[k][1]}, 32);
}

/* A cascade of second-order sections over two channels, in place.
 * coefficients: n_sections x {b0 b1 b2 a1 a2}, even in number; state: n_sections x {s1L s1R s2L s2R}. */
EXPORT void biquad_cascade(float *left, float *right, int64_t n, const double *coefficients, int32_t n_sections, double *state)
{
    if (n <= 0) return;
    for (int k = 0; k < n_sections; k += 2 * MAX_PAIRS) {
        const double *c = coefficients + 5 * k;
        double *s = state + 4 * k;
        switch ((n_sections - k) / 2) {
        case 1: run_pairs(left, right, n, c, 1, s); break;
        case 2: run_pairs(left, right, n, c, 2, s); break;
        case 3: run_pairs(left, right, n, c, 3, s); break;
        default: run_pairs(left, right, n, c, MAX_PAIRS, s);
        }
    }
    settle_all(state, 4 * n_sections);
}

INLINE d4 all4(double v) { return (d4){v, v, v, v}; }
INLINE d4 chosen4(u4 where, d4 a, d4 b) { return (d4)(((u4)a & where) | ((u4)b & ~where)); }
INLINE d4 lesser4(d4 a, d4 b) { return chosen4((u4)(a < b), a, b); }
INLINE d4 greater4(d4 a, d4 b) { return chosen4((u4)(a > b), a, b); }

/* Natural logarithm of normal numbers > 0 below 2^512, to 1e-9: 2 artanh((m - 1) / (m + 1)) for the mantissa m around 1. */
INLINE d4 log4(d4 x)
{
    const u4 bits = (u4)x;
    const u4 exponent = (bits - 0x3fe6a09e667f3bcdULL + (1024ULL << 52)) >> 52; /* plus 1024; m from sqrt 1/2 to sqrt 2 */
    const d4 m = (d4)(bits - ((exponent - 1024) << 52));
    const d4 e = (d4)(exponent | 0x4330000000000000ULL) - (0x1p52 + 1024);
    const d4 f = (m - 1.0) / (m + 1.0), s = f * f, s2 = s * s;
    const d4 series = (s * (1.0 / 3) + 1.0) + s2 * ((s * (1.0 / 7) + 1.0 / 5) + s2 * (1.0 / 9));
    return e * 0.6931471805599453 + 2.0 * f * series;
}

/* Exponential for |x| < 600, to 1e-9: a power of two times Taylor's series to the eighth order. */
INLINE d4 exp4(d4 x)
{
    const d4 k = x * 1.4426950408889634 + 0x1.8p52;
    const d4 r = x - (k - 0x1.8p52) * 0.6931471805599453, r2 = r * r, r4 = r2 * r2;
    const d4 low = (r + 1.0) + r2 * (r * (1.0 / 6) + 0.5);
    const d4 high = (r * (1.0 / 120) + 1.0 / 24) + r2 * (r * (1.0 / 5040) + 1.0 / 720) + r4 * (1.0 / 40320);
    return (d4)((u4)(low + r4 * high) + ((u4)k << 52));
}

static const double DB_OF_LN = 4.342944819032518;   /* 10 / ln 10: power ratio to dB */
static const double LN_OF_DB = 0.11512925464970229; /* ln 10 / 20: dB to amplitude */

/* Four gain computers, one in each lane. */
typedef struct {
    d4 threshold, knee, inverse, slope, range, attack, release;
} computers;

/* rows: four of `stride` doubles that begin {threshold_db, knee_db, slope = 1 - 1 / ratio, range_db, attack, release};
 * attack and release are one-pole factors per cell. */
static computers computers_of(const double *rows, int stride)
{
    d4 c[6];
    for (int k = 0; k < 6; k++) c[k] = (d4){rows[k], rows[stride + k], rows[2 * stride + k], rows[3 * stride + k]};
    d4 inverse;
    for (int k = 0; k < 4; k++) inverse[k] = c[1][k] > 0 ? 0.5 / c[1][k] : 0.0;
    return (computers){c[0], c[1], inverse, c[2], c[3], c[4], c[5]};
}

INLINE d4 followed(const computers *c, d4 envelope, d4 power)
{
    const d4 keep = chosen4((u4)(power > envelope), c->attack, c->release);
    return power + (envelope - power) * keep;
}

INLINE d4 level_db4(d4 power) { return DB_OF_LN * log4(power + 1e-20); }

/* Soft knee, ratio, limited range: gain in dB (<= 0) at a level in dB. Within the knee the slope grows from nothing. */
INLINE d4 curve4(const computers *c, d4 level)
{
    const d4 over = level - c->threshold, half = 0.5 * c->knee;
    const d4 inside = lesser4(greater4(over + half, all4(0)), c->knee);
    const d4 reduction = c->slope * (inside * inside * c->inverse + greater4(over - half, all4(0)));
    return 0.0 - lesser4(reduction, c->range);
}

#define MAX_CELL 512

/* Four Linkwitz-Riley bands of fourth order with a compressor each, and a glue compressor over their sum.
 *
 * Tree: split at f2; the low branch passes the all-pass of the f3 split, the high branch that of the f1 split, then each
 * is split again, so that the sum of all four is an all-pass. Lanes: {low branch L, R, high branch L, R}.
 *
 * filters: 4 sections {split at f2, all-pass, low part, high part} x {b0 b1 b2 a1 a2} x 4 lanes; all but the all-pass run
 *   twice.
 * band: per band {threshold_db, knee_db, slope = 1 - 1/ratio, range_db, attack, release, makeup_db}; attack and release
 *   are one-pole factors per cell. link_low != 0 gives the two lowest bands one detector: three bands.
 * glue: {threshold_db, knee_db, slope, range_db, attack, release, low_weight, enabled}
 * state: filters 7 x 2 x 4, envelopes 4 + 1, last gains 4 -> 65 doubles.
 * gains_db: n_cells x 5, the gain in dB of each band and of the glue (without makeup).
 * n must be a multiple of cell, save in the last call. */
EXPORT void multiband(float *left, float *right, int64_t n, int32_t cell, const double *filters, const double *band,
                      const double *glue, int32_t link_low, double *state, float *gains_db)
{
    d4 F[4][5], S[14];
    for (int f = 0; f < 4; f++)
        for (int lane = 0; lane < 4; lane++) {
            double section[5], c[5];
            for (int j = 0; j < 5; j++) section[j] = filters[(5 * f + j) * 4 + lane];
            prepare(section, c);
            for (int j = 0; j < 5; j++) F[f][j][lane] = c[j];
        }
    memcpy(S, state, sizeof S);
    const computers bands = computers_of(band, 7), over_all = computers_of(glue, 0);
    const d4 makeup_db = {band[6], band[13], band[20], band[27]};
    const d4 weight = {glue[6], link_low ? 0.0 : 1.0, 1.0, 1.0};
    d4 envelope, last;
    memcpy(&envelope, state + 56, sizeof envelope);
    memcpy(&last, state + 61, sizeof last);
    d4 glue_envelope = all4(state[60]);
    d4 branch[MAX_CELL], low_part[MAX_CELL], high_part[MAX_CELL]; /* {band 0 L R, band 2 L R}, {band 1 L R, band 3 L R} */
    for (int64_t start = 0; start < n; start += cell, gains_db += 5) {
        const int m = (int)(n - start < cell ? n - start : cell);
        float *l = left + start, *r = right + start;
        /* Two passes, so that each has its states in registers. */
        for (int i = 0; i < m; i++) {
            d4 v = {l[i], r[i], l[i], r[i]};
            v = biquad4(F[0], v, &S[0], &S[1]);
            v = biquad4(F[0], v, &S[2], &S[3]);
            branch[i] = biquad4(F[1], v, &S[4], &S[5]);
        }
        d4 power_low = {0}, power_high = {0};
        for (int i = 0; i < m; i++) {
            d4 a = biquad4(F[2], branch[i], &S[6], &S[7]), b = biquad4(F[3], branch[i], &S[10], &S[11]);
            a = biquad4(F[2], a, &S[8], &S[9]);
            b = biquad4(F[3], b, &S[12], &S[13]);
            low_part[i] = a;
            high_part[i] = b;
            power_low += a * a;
            power_high += b * b;
        }
        const double inverse = 1.0 / m;
        d4 power = (d4){power_low[0] + power_low[1], power_high[0] + power_high[1],
                        power_low[2] + power_low[3], power_high[2] + power_high[3]} * inverse;
        if (link_low) power[0] = power[1] = power[0] + power[1];
        envelope = followed(&bands, envelope, power);
        const d4 db = curve4(&bands, level_db4(envelope));
        d4 target = exp4(LN_OF_DB * (db + makeup_db)), glue_db = {0};
        if (glue[7] != 0) {
            const d4 part = weight * power * target * target;
            glue_envelope = followed(&over_all, glue_envelope, all4((part[0] + part[1]) + (part[2] + part[3])));
            glue_db = curve4(&over_all, level_db4(glue_envelope));
            target *= exp4(LN_OF_DB * glue_db);
        }
        for (int k = 0; k < 4; k++) gains_db[k] = (float)db[k];
        gains_db[4] = (float)glue_db[0];
        const d4 step = (target - last) * inverse;
        d4 ga = {last[0], last[0], last[2], last[2]}, gb = {last[1], last[1], last[3], last[3]};
        const d4 step_a = {step[0], step[0], step[2], step[2]}, step_b = {step[1], step[1], step[3], step[3]};
        for (int i = 0; i < m; i++) {
            ga += step_a;
            gb += step_b;
            const d4 y = low_part[i] * ga + high_part[i] * gb;
            l[i] = (float)(y[0] + y[2]);
            r[i] = (float)(y[1] + y[3]);
        }
        last = target;
    }
    memcpy(state, S, sizeof S);
    settle_all(state, 56);
    memcpy(state + 56, &envelope, sizeof envelope);
    state[60] = glue_envelope[0];
    memcpy(state + 61, &last, sizeof last);
}

/* See dynamic_eq. */
INLINE void run_bells(float *left, float *right, int64_t n, int32_t cell, const double *sections, const double *band,
                      const int n_pairs, double whole_release, double *state, float *gains_db)
{
    d4 B[2][5], S1[2], S2[2];
    for (int h = 0; h < n_pairs; h++) {
        const double *s = state + 8 * h;
        double p[5], q[5];
        prepare(sections + 10 * h, p);
        prepare(sections + 10 * h + 5, q);
        for (int j = 0; j < 5; j++) B[h][j] = (d4){p[j], p[j], q[j], q[j]};
        S1[h] = (d4){s[0], s[1], s[4], s[5]};
        S2[h] = (d4){s[2], s[3], s[6], s[7]};
    }
    const computers bells = computers_of(band, 7);
    const d4 relative = {band[6] != 0, band[13] != 0, band[20] != 0, band[27] != 0};
    d4 envelope, last;
    memcpy(&envelope, state + 16, sizeof envelope);
    memcpy(&last, state + 21, sizeof last);
    double whole_envelope = state[20];
    d4 part[2][MAX_CELL];
    for (int64_t start = 0; start < n; start += cell, gains_db += 4) {
        const int m = (int)(n - start < cell ? n - start : cell);
        float *l = left + start, *r = right + start;
        d4 square[2] = {{0}, {0}}, whole = {0};
        for (int i = 0; i < m; i++) {
            const d4 v = {l[i], r[i], l[i], r[i]};
            whole += v * v;
            for (int h = 0; h < n_pairs; h++) {
                const d4 y = biquad4(B[h], v, &S1[h], &S2[h]);
                part[h][i] = y;
                square[h] += y * y;
            }
        }
        const double inverse = 1.0 / m, all = (whole[0] + whole[1]) * inverse;
        whole_envelope = all > whole_envelope ? all : all + (whole_envelope - all) * whole_release;
        const d4 power = (d4){square[0][0] + square[0][1], square[0][2] + square[0][3],
                              square[1][0] + square[1][1], square[1][2] + square[1][3]} * inverse;
        envelope = followed(&bells, envelope, power);
        const d4 level = level_db4(envelope), whole_db = level_db4(all4(whole_envelope));
        d4 db = curve4(&bells, level - relative * whole_db);
        db = (d4)((u4)db & ~(u4)(level < -90.0)); /* what nobody hears needs no treatment, however much of the whole it is */
        const d4 target = exp4(LN_OF_DB * db) - 1.0;
        for (int k = 0; k < 4; k++) gains_db[k] = (float)db[k];
        const u4 busy = (u4)(target != 0.0) | (u4)(last != 0.0);
        if (busy[0] | busy[1] | busy[2] | busy[3]) {
            const d4 step = (target - last) * inverse;
            const d4 steps[2] = {{step[0], step[0], step[1], step[1]}, {step[2], step[2], step[3], step[3]}};
            d4 g[2] = {{last[0], last[0], last[1], last[1]}, {last[2], last[2], last[3], last[3]}};
            for (int i = 0; i < m; i++) {
                d4 y = {l[i], r[i], 0, 0};
                for (int h = 0; h < n_pairs; h++) {
                    g[h] += steps[h];
                    y += part[h][i] * g[h];
                }
                l[i] = (float)(y[0] + y[2]);
                r[i] = (float)(y[1] + y[3]);
            }
        }
        last = target;
    }
    for (int h = 0; h < n_pairs; h++) {
        double *s = state + 8 * h;
        s[0] = S1[h][0]; s[1] = S1[h][1]; s[2] = S2[h][0]; s[3] = S2[h][1];
        s[4] = S1[h][2]; s[5] = S1[h][3]; s[6] = S2[h][2]; s[7] = S2[h][3];
    }
    settle_all(state, 16);
    memcpy(state + 16, &envelope, sizeof envelope);
    state[20] = whole_envelope;
    memcpy(state + 21, &last, sizeof last);
}

/* Dynamic equaliser: up to four bell bands, each a constant-peak band-pass b(x) of which (gain - 1) b(x) is added to x.
 *
 * sections: per band {b0 b1 b2 a1 a2} of the band-pass; n_pairs: 1 if bands 2 and 3 do nothing, else 2.
 * band: per band {threshold_db, knee_db, slope, range_db, attack, release, relative}: relative != 0 compares the band with
 *   the whole signal (a de-esser that works alike on quiet and loud passages), else the threshold is absolute.
 * state: band filters 4 x {s1L s1R s2L s2R}, envelopes 4, whole-signal envelope 1, last gains 4 -> 25 doubles.
 * gains_db: n_cells x 4. */
EXPORT void dynamic_eq(float *left, float *right, int64_t n, int32_t cell, const double *sections, const double *band,
                       int32_t n_pairs, double whole_release, double *state, float *gains_db)
{
    if (n_pairs == 1) run_bells(left, right, n, cell, sections, band, 1, whole_release, state, gains_db);
    else run_bells(left, right, n, cell, sections, band, 2, whole_release, state, gains_db);
}

#define SPAN 256

/* Stereo width: mid stays, side passes a high-pass (mono bass) and a shelf (wider highs), then is scaled.
 * Two sections {b0 b1 b2 a1 a2} for the side; state 4 doubles. */
EXPORT void stereo_width(float *left, float *right, int64_t n, const double *sections, double width, double *state)
{
    double s[4], c[2][5];
    memcpy(s, state, sizeof s);
    prepare(sections, c[0]);
    prepare(sections + 5, c[1]);
    double mid[SPAN], side[SPAN];
    for (int64_t start = 0; start < n; start += SPAN) {
        /* Only the middle loop is recursive; the other two run in vectors. */
        const int m = (int)(n - start < SPAN ? n - start : SPAN);
        float *l = left + start, *r = right + start;
        for (int i = 0; i < m; i++) {
            mid[i] = 0.5 * ((double)l[i] + (double)r[i]);
            side[i] = 0.5 * ((double)l[i] - (double)r[i]);
        }
        for (int i = 0; i < m; i++) {
            const double v = biquad1(c[0], side[i], &s[0], &s[1]);
            side[i] = biquad1(c[1], v, &s[2], &s[3]);
        }
        for (int i = 0; i < m; i++) {
            const double v = width * side[i];
            l[i] = (float)(mid[i] + v);
            r[i] = (float)(mid[i] - v);
        }
    }
    for (int k = 0; k < 4; k++) state[k] = settle(s[k]);
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
