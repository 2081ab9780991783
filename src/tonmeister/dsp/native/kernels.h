/* Shared words of the kernels.
 *
 * Sound is planar float32: channel c of x begins at x + c * stride. Filter state and energies are float64.
 * A kernel keeps all that it must remember between calls in a caller-owned array, so that any split of a signal into
 * blocks gives the same samples. Kernels never allocate more than small stack buffers and never fail.
 */
#ifndef TONMEISTER_KERNELS_H
#define TONMEISTER_KERNELS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef double d2 __attribute__((vector_size(16)));
typedef double d4 __attribute__((vector_size(32)));
typedef float f8 __attribute__((vector_size(32)));

static inline float max_f(float a, float b) { return a > b ? a : b; }
static inline float min_f(float a, float b) { return a < b ? a : b; }

#endif
