#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "vector.h"
#include "vector_impl.h"

/*
 * The query's codes are such that no sum leaves 31 bits. They have 16 bits for the processor's sake
 * too: a code costs its widening and one multiplication. Compilers make of the
 * plain loop half as fast a thing as the processor can do, and at -O2 only where the length of a
 * loop is known: hence PIECE, and hence AVX2 is written out. A scan of many is then nearly as
 * fast as memory can be read.
 */
enum { PIECE = 64 };

static int32_t dot_plain(const int16_t *query, const int8_t *code, size_t n)
{
	int32_t sum = 0;
	size_t i = 0;

	for (; n - i >= PIECE; i += PIECE)
		for (size_t j = 0; j < PIECE; j++)
			sum += query[i + j] * (int16_t)code[i + j];
	for (; i < n; i++)
		sum += query[i] * code[i];
	return sum;
}

void vector_scan_plain(const int16_t *query, const int8_t *codes, const float *scale, size_t n,
    size_t count, float *out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = scale[i] * (float)dot_plain(query, codes + i * n, n);
}

/* Sums of products in lanes that do not wait for each other. */
enum { LANES = 8 };

struct sums {
	double ab[LANES], aa[LANES], bb[LANES];
};

static inline __attribute__((always_inline)) double total(const double lane[LANES])
{
	double sum = 0;

	for (size_t i = 0; i < LANES; i++)
		sum += lane[i];
	return sum;
}

static inline __attribute__((always_inline)) double cosine(const float *a, const float *b, size_t n)
{
	struct sums s = {{0}, {0}, {0}};
	double size, value;
	size_t i = 0;

	for (; n - i >= LANES; i += LANES)
		for (size_t j = 0; j < LANES; j++) {
			s.ab[j] += (double)a[i + j] * (double)b[i + j];
			s.aa[j] += (double)a[i + j] * (double)a[i + j];
			s.bb[j] += (double)b[i + j] * (double)b[i + j];
		}
	for (; i < n; i++) {
		s.ab[0] += (double)a[i] * (double)b[i];
		s.aa[0] += (double)a[i] * (double)a[i];
		s.bb[0] += (double)b[i] * (double)b[i];
	}
	size = sqrt(total(s.aa)) * sqrt(total(s.bb));
	if (!(size > 0))
		return 0;
	value = total(s.ab) / size;
	return value > 1 ? 1 : value < -1 ? -1 : value;
}

double vector_cosine_plain(const float *a, const float *b, size_t n)
{
	return cosine(a, b, n);
}

#if defined(__x86_64__)

#include <immintrin.h>

/* Sixteen products, added two by two. */
__attribute__((target("avx2"))) static inline __m256i products(
    const int16_t *query, const int8_t *code)
{
	__m256i q = _mm256_loadu_si256((const __m256i *)(const void *)query);
	__m128i c = _mm_loadu_si128((const __m128i *)(const void *)code);

	return _mm256_madd_epi16(q, _mm256_cvtepi8_epi16(c));
}

__attribute__((target("avx2"))) static inline int32_t sum_of(__m256i v)
{
	__m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

	s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
	s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
	return _mm_cvtsi128_si32(s);
}

__attribute__((target("avx2"))) static inline int32_t dot_avx2(
    const int16_t *query, const int8_t *code, size_t n)
{
	__m256i even = _mm256_setzero_si256(), odd = even;
	int32_t sum;
	size_t i = 0;

	for (; n - i >= 32; i += 32) {
		even = _mm256_add_epi32(even, products(query + i, code + i));
		odd = _mm256_add_epi32(odd, products(query + i + 16, code + i + 16));
	}
	sum = sum_of(_mm256_add_epi32(even, odd));
	for (; i < n; i++)
		sum += query[i] * code[i];
	return sum;
}

__attribute__((target("avx2"))) static void scan_avx2(const int16_t *query, const int8_t *codes,
    const float *scale, size_t n, size_t count, float *out)
{
	for (size_t i = 0; i < count; i++)
		out[i] = scale[i] * (float)dot_avx2(query, codes + i * n, n);
}

/* The same additions in the same order, so the same result. */
__attribute__((target("avx2"))) static double cosine_avx2(const float *a, const float *b, size_t n)
{
	return cosine(a, b, n);
}

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2");
}

#else

#define scan_avx2 vector_scan_plain
#define cosine_avx2 vector_cosine_plain

static bool has_avx2(void)
{
	return false;
}

#endif

void vector_scan(const int16_t *query, const int8_t *codes, const float *scale, size_t n,
    size_t count, float *out)
{
	if (has_avx2())
		scan_avx2(query, codes, scale, n, count, out);
	else
		vector_scan_plain(query, codes, scale, n, count, out);
}

double vector_cosine(const float *a, const float *b, size_t n)
{
	return has_avx2() ? cosine_avx2(a, b, n) : vector_cosine_plain(a, b, n);
}
