/* Kernels of measuring: K-weighted power, true peak, and the tally of plain sample figures.
 *
 * Every figure depends on the samples and their positions alone, never on how the sound was cut into blocks: sums run in
 * one fixed order inside cells whose edges the caller names.
 */
#include "kernels.h"

/* K-weighted power (ITU-R BS.1770) of each channel, and of the product of the two channels of each pair, per cell.
 *
 * Channels go in pairs, one pair in the two lanes of a vector. Both sections are in direct form I: the recursion then
 * waits for a single multiply-add per sample, where the transposed forms wait for two or three.
 *
 * c:     b0 b1 b2 a1 a2 of the shelf, then of the high-pass.
 * state: 16 doubles for each pair: x1 x2 y1 y2 z1 z2 sum cross, two lanes each.
 * ends:  where cells end, counted from the block's beginning; what follows the last is kept in the state.
 * cells: sums of squares, one row of n_ends for each channel, then one row of products for each pair.
 */
EXPORT void k_power(const float *x, int64_t stride, int32_t n_channels, int64_t n, const double *c, double *state,
                    const int64_t *ends, int64_t n_ends, double *cells)
{
    const double b0 = c[0], b1 = c[1], b2 = c[2], a1 = c[3], a2 = c[4];
    const double e0 = c[5], e1 = c[6], e2 = c[7], d1 = c[8], d2_ = c[9];
    for (int32_t pair = 0; 2 * pair < n_channels; pair++) {
        const int both = 2 * pair + 1 < n_channels;
        const float *left = x + 2 * pair * stride, *right = both ? left + stride : left;
        double *row = cells + 2 * pair * n_ends, *product = cells + (n_channels + pair) * n_ends;
        d2 s[8];
        memcpy(s, state + 16 * pair, sizeof s);
        d2 x1 = s[0], x2 = s[1], y1 = s[2], y2 = s[3], z1 = s[4], z2 = s[5], sum = s[6];
        double cross = s[7][0];
        int64_t i = 0;
        for (int64_t k = 0; k <= n_ends; k++) {
            const int64_t end = k < n_ends ? ends[k] : n;
            for (; i + 2 <= end; i += 2) {
                const d2 u = {left[i], right[i]}, v = {left[i + 1], right[i + 1]};
                const d2 f = b0 * u + b1 * x1 + b2 * x2, g = b0 * v + b1 * u + b2 * x1;
                const d2 y = (f - a2 * y2) - a1 * y1;
                const d2 w = (g - a2 * y1) - a1 * y;
                const d2 p = e0 * y + e1 * y1 + e2 * y2, q = e0 * w + e1 * y + e2 * y1;
                const d2 z = (p - d2_ * z2) - d1 * z1;
                const d2 t = (q - d2_ * z1) - d1 * z;
                x2 = u, x1 = v, y2 = y, y1 = w, z2 = z, z1 = t;
                sum += z * z;
                sum += t * t;
                cross += z[0] * z[1];
                cross += t[0] * t[1];
            }
            if (i < end) {
                const d2 u = {left[i], right[i]};
                const d2 f = b0 * u + b1 * x1 + b2 * x2;
                const d2 y = (f - a2 * y2) - a1 * y1;
                const d2 p = e0 * y + e1 * y1 + e2 * y2;
                const d2 z = (p - d2_ * z2) - d1 * z1;
                x2 = x1, x1 = u, y2 = y1, y1 = y, z2 = z1, z1 = z;
                sum += z * z;
                cross += z[0] * z[1];
                i++;
            }
            if (k == n_ends)
                break;
            row[k] = sum[0];
            if (both)
                row[n_ends + k] = sum[1];
            product[k] = cross;
            sum = (d2){0, 0}, cross = 0;
            /* In silence the tails of the filters would decay into denormal numbers, which are slow. */
            for (int lane = 0; lane < 2; lane++)
                if (fabs(y1[lane]) + fabs(y2[lane]) + fabs(z1[lane]) + fabs(z2[lane]) < 1e-60)
                    y1[lane] = y2[lane] = z1[lane] = z2[lane] = 0;
        }
        s[0] = x1, s[1] = x2, s[2] = y1, s[3] = y2, s[4] = z1, s[5] = z2, s[6] = sum, s[7] = (d2){cross, 0};
        memcpy(state + 16 * pair, s, sizeof s);
    }
}

typedef int32_t i8 __attribute__((vector_size(32)));

typedef float f4 __attribute__((vector_size(16)));

static inline f4 load4(const float *p)
{
    f4 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline f8 load8(const float *p)
{
    f8 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline f8 abs8(f8 v) { return (f8)((i8)v & 0x7fffffff); }

static inline f8 max8(f8 a, f8 b)
{
#ifdef __AVX__
    return __builtin_ia32_maxps256(a, b);
#elif defined(__SSE__)
    f4 p[2], q[2];
    memcpy(p, &a, sizeof a);
    memcpy(q, &b, sizeof b);
    p[0] = __builtin_ia32_maxps(p[0], q[0]), p[1] = __builtin_ia32_maxps(p[1], q[1]);
    memcpy(&a, p, sizeof a);
    return a;
#else
    i8 m = a > b;
    return (f8)(((i8)a & m) | ((i8)b & ~m));
#endif
}

static inline float top8(f8 v)
{
    f4 h[2];
    memcpy(h, &v, sizeof h);
    float m[4];
    for (int j = 0; j < 4; j++)
        m[j] = max_f(h[0][j], h[1][j]);
    return max_f(max_f(m[0], m[1]), max_f(m[2], m[3]));
}

/* Samples on each side of the half-way filter and values on each side of the fine filters; true_peak.py makes the tables. */
enum { N_HALFWAY = 48, N_FINE = 5, CHUNK = 4, N_AROUND = 7, N_SPARE = 32 };

/* What is known about one channel, in groups of eight samples; group 0 begins `lead` samples before x. */
typedef struct {
    const float *x;      /* the first sample of the first cell */
    float *halves;       /* the value half-way behind each sample, from the first group on */
    float *half_tops;    /* the largest magnitude among each group's halves; negative where they are not computed */
    const float *groups; /* the largest magnitude among each group's samples */
    const float *around; /* the same over all groups that its interpolated values may reach */
    const float *halfway, *fine;
    float bound, fine_bound;
    int32_t oversampling;
    int64_t lead;
} scan_t;

/* Values half-way behind the samples of four groups, `chunk` counted in fours of groups.
 *
 * A function of its own, since inlined its sums would not stay in registers.
 */
static __attribute__((noinline)) void compute_halves(const scan_t *s, int64_t chunk)
{
    const float *x = s->x - s->lead + 8 * CHUNK * chunk, *c = s->halfway;
    float *halves = s->halves + 8 * CHUNK * chunk, *tops = s->half_tops + CHUNK * chunk;
#if defined(__AVX__) || defined(__aarch64__)
    const float *after = x + 1, *before = x;
    f8 v0 = {0}, v1 = {0}, v2 = {0}, v3 = {0};
    /* In strides of eight, what one group meets at one distance its neighbour meets at the next: loaded once. */
    for (int r = 0; r < 8; r++, after++, before--, c++) {
        f8 a0 = load8(after), a1 = load8(after + 8), a2 = load8(after + 16), a3;
        f8 b0, b1 = load8(before + 8), b2 = load8(before + 16), b3 = load8(before + 24);
#pragma GCC unroll 6
        for (int k = 0; k < N_HALFWAY; k += 8) {
            a3 = load8(after + k + 24), b0 = load8(before - k);
            v0 += c[k] * (a0 + b0);
            v1 += c[k] * (a1 + b1);
            v2 += c[k] * (a2 + b2);
            v3 += c[k] * (a3 + b3);
            a0 = a1, a1 = a2, a2 = a3;
            b3 = b2, b2 = b1, b1 = b0;
        }
    }
    memcpy(halves, &v0, sizeof v0);
    memcpy(halves + 8, &v1, sizeof v1);
    memcpy(halves + 16, &v2, sizeof v2);
    memcpy(halves + 24, &v3, sizeof v3);
#else
    /* Sixteen registers of four floats hold the sums of half a chunk and no window. */
    for (int j = 0; j < 8 * CHUNK; j += 16) {
        f4 v0 = {0}, v1 = {0}, v2 = {0}, v3 = {0};
        const float *after = x + j + 1, *before = x + j;
        for (int k = 0; k < N_HALFWAY; k++, after++, before--) {
            v0 += c[k] * (load4(after) + load4(before));
            v1 += c[k] * (load4(after + 4) + load4(before + 4));
            v2 += c[k] * (load4(after + 8) + load4(before + 8));
            v3 += c[k] * (load4(after + 12) + load4(before + 12));
        }
        const f4 v[4] = {v0, v1, v2, v3};
        memcpy(halves + j, v, sizeof v);
    }
#endif
    for (int j = 0; j < CHUNK; j++)
        tops[j] = top8(abs8(load8(halves + 8 * j)));
}

/* The largest magnitude between two rows of values that interleave, in eight neighbouring gaps.
 *
 * near_after and far_after: the values at the distances 1/2, 5/2, 9/2 and 3/2, 7/2 behind the gaps' middles, in steps of
 * one sample; the two before likewise, in steps of minus one.
 *
 * The filters of the positions q and 1 - q mirror each other. With the sums and differences of the values that lie
 * mirrored about the gap's middle, an even part E and an odd part O serve both: the two values are E + O and E - O, and
 * the larger magnitude is |E| + |O|. The middle itself needs the even part alone.
 *
 * fine: for each distance: the even coefficients of the pairs, the odd ones, and that of the middle.
 */
static inline __attribute__((always_inline)) f8 between8(const float *near_after, const float *far_after,
                                                         const float *near_before, const float *far_before,
                                                         const float *fine, int n_pairs)
{
    /* Named one by one, since an array of them would live in memory instead of in registers. */
    f8 even0 = {0}, even1 = {0}, even2 = {0}, odd0 = {0}, odd1 = {0}, odd2 = {0}, middle = {0};
    for (int k = 0; k < N_FINE; k++, fine += 2 * n_pairs + 1) {
        const f8 after = load8((k & 1 ? far_after : near_after) + k / 2);
        const f8 before = load8((k & 1 ? far_before : near_before) - k / 2);
        const f8 sum = after + before, difference = after - before;
        const float *odd = fine + n_pairs;
        if (n_pairs > 0)
            even0 += fine[0] * sum, odd0 += odd[0] * difference;
        if (n_pairs > 1)
            even1 += fine[1] * sum, odd1 += odd[1] * difference;
        if (n_pairs > 2)
            even2 += fine[2] * sum, odd2 += odd[2] * difference;
        middle += fine[2 * n_pairs] * sum;
    }
    const f8 low = max8(abs8(even0) + abs8(odd0), abs8(even1) + abs8(odd1));
    return max8(abs8(middle), max8(low, abs8(even2) + abs8(odd2)));
}

/* The largest magnitude among the interpolated values behind each of eight samples x, with the halves h behind them. */
static inline f8 peaks8(const float *x, const float *h, const float *fine, int32_t oversampling)
{
    const f8 own = abs8(load8(h));
    switch (oversampling) {
#define BOTH_GAPS(n_pairs) \
    max8(own, max8(between8(h, x + 1, x, h - 1, fine, n_pairs), between8(x + 1, h + 1, h, x, fine, n_pairs)))
    case 2:
        return own;
    case 4:
        return BOTH_GAPS(0);
    case 8:
        return BOTH_GAPS(1);
    default:
        return BOTH_GAPS(3);
#undef BOTH_GAPS
    }
}

/* Raise top to the largest value that lies behind the samples start .. end - 1 within group g. */
static inline void raise_top(const scan_t *s, int64_t g, int64_t start, int64_t end, float floor, float *top,
                             int64_t *place)
{
    if (s->bound * s->around[g] <= max_f(floor, *top))
        return;
    const int64_t first = 8 * g - s->lead;
    for (int64_t chunk = (g - 1) / CHUNK; chunk <= (g + 1) / CHUNK; chunk++)
        if (s->half_tops[CHUNK * chunk] < 0)
            compute_halves(s, chunk);
    float near = 0;
    for (int64_t j = g - 1; j <= g + 1; j++)
        near = max_f(near, max_f(s->groups[j], s->half_tops[j]));
    if (s->fine_bound * near <= max_f(floor, *top))
        return;
    const f8 v = peaks8(s->x + first, s->halves + 8 * g, s->fine, s->oversampling);
    if (top8(v) < *top)
        return;
    for (int j = 0; j < 8; j++) {
        const int64_t i = first + j;
        if (i >= start && i < end && (v[j] > *top || (v[j] == *top && i < *place)))
            *top = v[j], *place = i;
    }
}

/* Largest magnitude of each cell: over its samples and the interpolated positions behind each of them.
 *
 * A value half-way between two samples is made of the samples around it, any other of samples and halves around it.
 * Where `bound` (the largest sum of magnitudes of both steps' coefficients together) times the largest sample within
 * reach does not exceed max(floor, the cell's maximum so far), no interpolated value can, and none is computed; likewise
 * `fine_bound` (of the second step's coefficients alone) with the samples and halves.
 *
 * x:       the first sample of the first cell; `lead` samples before it, a multiple of 32 and at least 96, and 112 after
 *          the last cell's end must be readable.
 * halfway: coefficients of the half-way filter by distance.
 * fine:    see between8.
 * ends:    where cells end, counted from x; the first begins at 0.
 * work:    scratch of 11 * ((lead + ends[n_ends - 1]) / 8 + 42) floats.
 * peaks:   one for each cell, over all channels.
 * places:  index of the first sample at or behind which each peak lies; may be null.
 */
EXPORT void true_peak_cells(const float *x, int64_t stride, int32_t n_channels, const float *halfway, const float *fine,
                            int32_t oversampling, float bound, float fine_bound, float floor, int64_t lead,
                            const int64_t *ends, int64_t n_ends, float *work, float *peaks, int64_t *places)
{
    if (n_ends == 0)
        return;
    const int64_t n_groups = (lead + ends[n_ends - 1]) / 8 + 2 + N_AROUND, n_row = n_groups + N_SPARE;
    float *groups = work, *around = work + n_row;
    scan_t s = {x, work + 3 * n_row, work + 2 * n_row, groups, around, halfway, fine, bound, fine_bound, oversampling, lead};
    memset(groups + n_groups, 0, N_SPARE * sizeof *groups);
    for (int32_t channel = 0; channel < n_channels; channel++, s.x += stride) {
        for (int64_t g = 0; g < n_groups; g++)
            groups[g] = top8(abs8(load8(s.x - lead + 8 * g))), s.half_tops[g] = -1;
        for (int64_t g = N_AROUND; g < n_groups; g += 8) {
            f8 m = {0};
            for (int64_t j = g - N_AROUND; j <= g + N_AROUND; j++)
                m = max8(m, load8(groups + j));
            memcpy(around + g, &m, sizeof m);
        }
        int64_t start = 0;
        for (int64_t k = 0; k < n_ends; k++) {
            const int64_t end = ends[k];
            float top = channel ? peaks[k] : 0;
            int64_t place = channel && places ? places[k] : start;
            float own = 0;
            for (int64_t i = start; i < end;) {
                if ((i & 7) == 0 && i + 8 <= end)
                    own = max_f(own, groups[(lead + i) / 8]), i += 8;
                else
                    own = max_f(own, fabsf(s.x[i])), i++;
            }
            const int64_t first = (lead + start) / 8, last = (lead + end - 1) / 8;
            int64_t highest = first;
            float reach = 0;
            for (int64_t g = first; g <= last; g++) {
                reach = max_f(reach, around[g]);
                if (groups[g] > groups[highest])
                    highest = g;
            }
            if (own > top) {
                top = own;
                if (places)
                    for (place = start; fabsf(s.x[place]) != top; place++)
                        ;
            }
            if (bound * reach > max_f(floor, top)) {
                /* The waveform is probably highest beside the highest sample; a high top spares most other groups. */
                raise_top(&s, highest, start, end, floor, &top, &place);
                for (int64_t g = first; g <= last; g++)
                    if (g != highest)
                        raise_top(&s, g, start, end, floor, &top, &place);
            }
            peaks[k] = top;
            if (places)
                places[k] = place;
            start = end;
        }
    }
}

/* Plain figures of one channel, added to what earlier blocks left.
 *
 * sums:   sum, sum of squares, sum of products with `other` (may be null).
 * levels: positive extreme, negative extreme.
 * counts: for each extreme: length of the run at it that reaches the block's end, samples in runs of three and more;
 *         then the first and the last sample above `silence` (-1 for none yet).
 * The order of the sums is fixed within a block, so callers hand in blocks of one fixed length.
 */
EXPORT void tally(const float *x, const float *other, int64_t n, int64_t position, float silence, double *sums,
                  float *levels, int64_t *counts)
{
    d4 sum = {0}, squares = {0}, products = {0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const d4 v = {x[i], x[i + 1], x[i + 2], x[i + 3]};
        sum += v;
        squares += v * v;
        if (other) {
            const d4 w = {other[i], other[i + 1], other[i + 2], other[i + 3]};
            products += v * w;
        }
    }
    for (; i < n; i++) {
        sum[0] += x[i];
        squares[0] += (double)x[i] * x[i];
        if (other)
            products[0] += (double)x[i] * other[i];
    }
    sums[0] += (sum[0] + sum[1]) + (sum[2] + sum[3]);
    sums[1] += (squares[0] + squares[1]) + (squares[2] + squares[3]);
    sums[2] += (products[0] + products[1]) + (products[2] + products[3]);

    for (int64_t start = 0; start < n; start += 64) {
        const int64_t end = start + 64 < n ? start + 64 : n;
        f8 up = {0}, down = {0};
        for (i = start; i + 8 <= end; i += 8) {
            const f8 v = load8(x + i);
            up = max8(up, v);
            down = max8(down, -v);
        }
        float high = top8(up), low = top8(down);
        for (; i < end; i++)
            high = max_f(high, x[i]), low = max_f(low, -x[i]);
        const float extreme[2] = {high, low};
        for (int side = 0; side < 2; side++) {
            float level = levels[side];
            int64_t run = counts[2 * side], clipped = counts[2 * side + 1];
            if (extreme[side] < level)
                run = 0;
            else if (extreme[side] > 0)
                for (i = start; i < end; i++) {
                    const float v = side ? -x[i] : x[i];
                    if (v > level)
                        level = v, run = 1, clipped = 0;
                    else if (v == level)
                        run++, clipped += run == 3 ? 3 : run > 3;
                    else
                        run = 0;
                }
            levels[side] = level, counts[2 * side] = run, counts[2 * side + 1] = clipped;
        }
        if (max_f(high, low) > silence) {
            if (counts[4] < 0)
                for (i = start;; i++)
                    if (fabsf(x[i]) > silence) {
                        counts[4] = position + i;
                        break;
                    }
            for (i = end - 1;; i--)
                if (fabsf(x[i]) > silence) {
                    counts[5] = position + i;
                    break;
                }
        }
    }
}
