/* Tells which variant of the kernels this processor can run. Compiled into the base variant too, which runs everywhere. */
#include "kernels.h"

EXPORT int has_avx2(void)
{
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return 0;
#endif
}
