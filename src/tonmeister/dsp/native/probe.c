/* Tells which variant of the kernels this processor can run. Compiled into the base variant too, which runs everywhere. */
#include "kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>

/* Asked of the processor itself: __builtin_cpu_supports needs a compiler runtime that not every toolchain links in. */
EXPORT int has_avx2(void)
{
    unsigned a, b, c, d, low, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_FMA) || !(c & bit_OSXSAVE) || !(c & bit_AVX))
        return 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0)); /* does the system keep the wide registers? */
    (void)high;
    if ((low & 6) != 6)
        return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2);
}
#else
EXPORT int has_avx2(void)
{
    return 0;
}
#endif
