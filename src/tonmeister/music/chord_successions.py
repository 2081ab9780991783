"""How often which chord follows which in chorales, counted.

Each line begins with a chord (semitones from the tonic to its root, then its kind as in `chord_grammar.KINDS`); behind the
colon stand the chords that came next and how often. A succession across a change of key is counted in the later key. Met
once only is left out.

Source: the harmonic analyses of four-part chorales by J. S. Bach, Riemenschneider's numbers 21 to 371, made by Dmitri
Tymoczko (published in "When in Rome" under CC BY-SA 4.0). Numbers 1 to 20, which benchmarks are judged by, are not
counted, nor are 309 and 361, which are the same as two of them.
"""

MAJOR = """\
0M: 7M 444 5M 307 2m 240 9m 149 11d 68 0D 64 7D 49 2D 26 6d 25 4m 11 2M 8 7m 6 8d 5 9D 5 4M 3 4D 2
7M: 7D 536 0M 422 5M 51 9m 45 2m 16 4m 15 4M 10 0D 9 1d 4 2D 3 2M 3 6d 3 9D 3 4D 2
7D: 0M 697 9m 74 4m 8 7M 7 4M 6 5M 3 6d 3 0m 2 11d 2
5M: 0M 158 11d 120 7M 111 7D 95 2m 75 9m 11 4m 10 2D 5 1d 4 2M 3 6d 2
2m: 7M 264 11d 97 7D 86 0M 30 9m 15 4m 10 5M 5 2D 4 2M 3 4M 2 9M 2
9m: 2m 107 7M 102 0M 71 5M 57 11d 25 6d 22 7D 15 2D 14 4m 13 0D 4 2M 4 4M 2 8d 2
11d: 0M 275 7M 10 9m 9 7D 7 5M 6 4m 3
4m: 5M 36 0M 17 9m 17 7M 12 7D 10 11d 4 2m 4 7m 2
0D: 5M 62 2m 7 0M 2
6d: 7M 56
2D: 7M 39 0M 4 7D 4 4D 3 4m 3 8d 2
4M: 9m 22 0M 8 5M 7 4D 5 7M 2
2M: 7M 20 2D 6 7D 6
9M: 9m 6 2m 5 7M 5 0M 4 5M 3
7m: 5M 8 9m 6 2m 3 0D 2
4D: 9m 13 5M 2
8d: 9m 11
9D: 2m 11
10M: 7M 4 2m 2 7D 2
1d: 2m 7
4d: 5M 4
5m: 0M 2
5D: 11d 2
2d: 7D 2"""

MINOR = """\
0m: 7M 310 2d 139 5m 109 11d 71 8M 60 7m 51 7D 28 6d 22 5D 20 5M 16 10M 14 2m 13 2D 11 3M 10 9d 10 2M 4 0M 3 1M 3 4d 3 3a 2
7M: 7D 312 0m 286 0M 27 5m 18 7m 13 8M 13 5M 8 9d 4
7D: 0m 338 0M 87 8M 39 5m 6 7M 6 9d 5
5m: 7M 98 0m 75 7D 28 2d 25 11d 17 6d 9 7m 7 0M 5 8M 4 4d 3 5D 3 2M 2 3M 2
2d: 7M 141 7D 38 0m 22 11d 12 3M 8 7m 6 3a 5 6d 5 2D 2 2M 2 8M 2
11d: 0m 189 7M 16 0M 8 7D 7 5m 2
3M: 7M 29 11d 22 0m 20 5D 15 7D 14 8M 13 5m 10 9d 6 0M 4 2d 4 7m 4 10M 3 2m 3 5M 3
8M: 2d 63 5m 22 0m 12 3M 8 7M 8 11d 6 7m 4 4d 3 0D 2 6d 2 7D 2 9d 2
7m: 0m 24 5m 13 8M 12 7M 11 3M 6 5M 4 0D 3 11d 3 4d 3 6d 3 7D 3 2d 2 3a 2 9d 2
10M: 7M 16 5m 14 11d 13 3M 13 7D 7 2d 6 4d 4 7m 4 0m 2 10D 2 8M 2
5M: 11d 17 7D 17 0m 10 2m 7 5D 7 7M 4 8M 2
5D: 11d 22 7M 12 7D 10 10M 6 2m 4 5m 2
6d: 7M 34 7m 7 0m 3
0M: 0m 15 7M 8 0D 6 5m 6 5M 3 2D 2
2m: 11d 20 7D 6 7M 5 0M 3 5M 2 7m 2
9d: 11d 10 7M 8 10M 5 7D 4 2m 2
4d: 5m 19 5M 2
2D: 7M 15 7m 4 3a 2
0D: 5m 15 5M 3
10D: 7M 7 3M 4 11d 3 4d 2 7D 2
3a: 5m 5 0m 3 7M 3 8M 2
2M: 2D 5 7m 3 7M 2
1M: 0m 2 7D 2"""
