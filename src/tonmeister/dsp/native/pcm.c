/* Interleaved bytes of files <-> planar float32 and int32.
 *
 * Integers are read left-justified, so that full scale is 2^(8 * bytes - 1) whatever the number of valid bits.
 */
#include "kernels.h"

enum { UNSIGNED = 0, SIGNED = 1, FLOATING = 2, A_LAW = 3, MU_LAW = 4, LOW_24_OF_32 = 5 };

static inline uint64_t load_little(const uint8_t *p, int n_bytes)
{
    uint64_t value = 0;
    for (int i = n_bytes - 1; i >= 0; i--)
        value = value << 8 | p[i];
    return value;
}

static inline uint64_t load_big(const uint8_t *p, int n_bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < n_bytes; i++)
        value = value << 8 | p[i];
    return value;
}

/* ITU-T G.711, expanded to 16 bits. */
static inline int32_t expand_a_law(uint8_t code)
{
    code ^= 0x55;
    int32_t value = (code & 0x0f) << 4;
    int segment = code >> 4 & 7;
    value = segment ? (value + 0x108) << (segment - 1) : value + 8;
    return code & 0x80 ? value : -value;
}

static inline int32_t expand_mu_law(uint8_t code)
{
    code = ~code;
    int32_t value = ((((code & 0x0f) << 3) + 0x84) << (code >> 4 & 7)) - 0x84;
    return code & 0x80 ? -value : value;
}

static inline float load_sample(const uint8_t *p, int n_bytes, int kind, int big)
{
    uint64_t raw = big ? load_big(p, n_bytes) : load_little(p, n_bytes);
    switch (kind) {
    case FLOATING:
        if (n_bytes == 8) {
            double wide;
            memcpy(&wide, &raw, 8);
            return (float)wide;
        } else {
            uint32_t half = (uint32_t)raw;
            float narrow;
            memcpy(&narrow, &half, 4);
            return narrow;
        }
    case A_LAW:
        return (float)expand_a_law((uint8_t)raw) * (1.0f / 32768.0f);
    case MU_LAW:
        return (float)expand_mu_law((uint8_t)raw) * (1.0f / 32768.0f);
    case LOW_24_OF_32:
        return (float)(int32_t)((uint32_t)raw << 8) * (1.0f / 2147483648.0f);
    default:
        raw <<= 64 - 8 * n_bytes;
        if (kind == UNSIGNED)
            raw ^= (uint64_t)1 << 63;
        return (float)((double)(int64_t)raw * (1.0 / 9223372036854775808.0));
    }
}

/* Read n_frames frames of interleaved samples at src into the planes of dst. */
EXPORT void pcm_unpack(const uint8_t *src, float *dst, int64_t stride, int64_t n_frames, int32_t n_channels,
                       int32_t n_bytes, int32_t kind, int32_t big)
{
    int64_t step = (int64_t)n_channels * n_bytes;
    for (int c = 0; c < n_channels; c++) {
        const uint8_t *p = src + (int64_t)c * n_bytes;
        float *out = dst + c * stride;
        if (kind == SIGNED && !big && n_bytes == 2) {
            for (int64_t i = 0; i < n_frames; i++) {
                int16_t value;
                memcpy(&value, p + i * step, 2);
                out[i] = (float)value * (1.0f / 32768.0f);
            }
        } else if (kind == SIGNED && !big && n_bytes == 3) {
            /* One load of four bytes ends on the sample; only the very first sample has no byte before it. */
            int64_t i = 0;
            if (c == 0 && n_frames > 0)
                out[i++] = load_sample(p, 3, SIGNED, 0);
            for (; i < n_frames; i++) {
                uint32_t value;
                memcpy(&value, p + i * step - 1, 4);
                out[i] = (float)(int32_t)(value & 0xffffff00u) * (1.0f / 2147483648.0f);
            }
        } else if (kind == FLOATING && !big && n_bytes == 4) {
            for (int64_t i = 0; i < n_frames; i++)
                memcpy(out + i, p + i * step, 4);
        } else {
            for (int64_t i = 0; i < n_frames; i++)
                out[i] = load_sample(p + i * step, n_bytes, kind, big);
        }
    }
}

/* Write planar integers, already within the range of n_bytes bytes, as interleaved little-endian samples. */
EXPORT void pcm_pack_int(const int32_t *src, int64_t stride, uint8_t *dst, int64_t n_frames, int32_t n_channels,
                         int32_t n_bytes)
{
    int64_t step = (int64_t)n_channels * n_bytes, i = 0;
    if (n_channels == 2 && n_bytes == 2) {
        const int32_t *left = src, *right = src + stride;
        for (; i < n_frames; i++) {
            int16_t pair[2] = {(int16_t)left[i], (int16_t)right[i]};
            memcpy(dst + 4 * i, pair, 4);
        }
    } else if (n_channels == 2 && n_bytes == 3) {
        /* One store of eight bytes per frame: the two beyond it are overwritten by the next, so the last frame is not one. */
        const int32_t *left = src, *right = src + stride;
        for (; i < n_frames - 1; i++) {
            uint64_t pair = ((uint32_t)left[i] & 0xffffffu) | (uint64_t)((uint32_t)right[i] & 0xffffffu) << 24;
            memcpy(dst + 6 * i, &pair, 8);
        }
    }
    for (; i < n_frames; i++)
        for (int c = 0; c < n_channels; c++) {
            uint32_t value = (uint32_t)src[c * stride + i];
            for (int b = 0; b < n_bytes; b++)
                dst[i * step + c * n_bytes + b] = (uint8_t)(value >> 8 * b);
        }
}

/* The least and the greatest of planar integers, to refuse what would wrap around. */
EXPORT void pcm_range(const int32_t *src, int64_t stride, int64_t n_frames, int32_t n_channels, int32_t *range)
{
    int32_t low = 0, high = 0;
    for (int c = 0; c < n_channels; c++)
        for (int64_t i = 0; i < n_frames; i++) {
            int32_t value = src[c * stride + i];
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
    range[0] = low;
    range[1] = high;
}

/* Interleave planar float32. */
EXPORT void pcm_interleave(const float *src, int64_t stride, float *dst, int64_t n_frames, int32_t n_channels)
{
    if (n_channels == 2) {
        const float *left = src, *right = src + stride;
        for (int64_t i = 0; i < n_frames; i++) {
            dst[2 * i] = left[i];
            dst[2 * i + 1] = right[i];
        }
        return;
    }
    for (int c = 0; c < n_channels; c++)
        for (int64_t i = 0; i < n_frames; i++)
            dst[i * n_channels + c] = src[c * stride + i];
}

/* Replace what is not finite by 0; return how many samples that were, and in *peak the greatest magnitude left. */
EXPORT int64_t pcm_sanitise(float *x, int64_t stride, int64_t n_frames, int32_t n_channels, float *peak)
{
    int64_t n_replaced = 0;
    uint32_t highest = 0;
    for (int c = 0; c < n_channels; c++) {
        float *row = x + c * stride;
        uint32_t top = 0;
        for (int64_t i = 0; i < n_frames; i++) {
            uint32_t bits;
            memcpy(&bits, row + i, 4);
            bits &= 0x7fffffffu;
            top = bits > top ? bits : top;
        }
        if (top >= 0x7f800000u) {
            top = 0;
            for (int64_t i = 0; i < n_frames; i++) {
                uint32_t bits;
                memcpy(&bits, row + i, 4);
                bits &= 0x7fffffffu;
                if (bits >= 0x7f800000u) {
                    row[i] = 0.0f;
                    n_replaced++;
                } else {
                    top = bits > top ? bits : top;
                }
            }
        }
        highest = top > highest ? top : highest;
    }
    memcpy(peak, &highest, 4);
    return n_replaced;
}

/* CRC-16 (polynomial x^16 + x^15 + x^2 + 1, bits reflected), as the Info tag of MP3 files has it. */
EXPORT int32_t pcm_crc16(const uint8_t *src, int64_t n_bytes, int32_t start)
{
    uint16_t table[256];
    for (int i = 0; i < 256; i++) {
        uint16_t value = (uint16_t)i;
        for (int bit = 0; bit < 8; bit++)
            value = value & 1 ? (uint16_t)(value >> 1 ^ 0xa001) : (uint16_t)(value >> 1);
        table[i] = value;
    }
    uint16_t crc = (uint16_t)start;
    for (int64_t i = 0; i < n_bytes; i++)
        crc = (uint16_t)(table[(crc ^ src[i]) & 0xff] ^ crc >> 8);
    return crc;
}
