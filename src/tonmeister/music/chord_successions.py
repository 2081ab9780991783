"""How often which chord follows which in chorales, counted.

Each line begins with a chord (semitones from the tonic to its root, then its kind as in `chord_grammar.KINDS`); behind
the colon stand the chords that came next and how often. A succession across a change of key is counted in the later
key. Met once only is left out.

Source: the harmonic analyses of four-part chorales by J. S. Bach, Riemenschneider's numbers 21 to 371, made by Dmitri
Tymoczko (published in "When in Rome" under CC BY-SA 4.0). Numbers 1 to 20, which benchmarks are judged by, are not
counted, nor are 309 and 361, which are the same as two of them.
"""

MAJOR = """\
0M: 7M 800 5M 584 2m 424 9m 253 7D 115 0D 112 11d 106 2D 40 6d 38 4m 17 4M 12 2M 9 7m 7 8d 6 9D 5 4D 4 9M 3
7M: 7D 934 0M 770 5M 89 9m 80 2m 36 4m 32 4M 18 0D 15 1d 7 2M 6 6d 6 2D 5 4D 4 9D 4 0m 3 8d 3 11d 2
7D: 0M 1281 9m 132 7M 21 4m 19 4M 8 6d 4 5M 3 0m 2 11d 2 1d 2 4D 2
5M: 0M 296 7M 219 11d 210 7D 181 2m 137 9m 23 4m 17 2D 9 0D 5 1d 5 2M 4 5m 3 6d 2 7m 2 9D 2
2m: 7M 480 7D 189 11d 180 0M 59 9m 24 4m 17 5M 9 2D 7 2M 6 4M 2 6d 2 8d 2 9M 2
9m: 2m 210 7M 164 0M 132 5M 102 11d 40 6d 31 7D 25 2D 23 4m 22 0D 7 2M 7 4M 5 8d 4 4D 2 4d 2 9D 2
11d: 0M 477 9m 20 7D 13 7M 12 5M 11 4m 6 4M 2
4m: 5M 71 9m 34 0M 23 7D 18 7M 14 11d 8 2m 7 1d 2 4M 2 6d 2 7m 2 9D 2
0D: 5M 109 2m 17 0M 3 6d 2
2D: 7M 71 7D 5 0M 4 4D 4 4m 4 8d 3 2M 2 4M 2
6d: 7M 85
4M: 9m 39 0M 14 4D 14 5M 11 7M 2
2M: 7M 29 2D 13 7D 12
9M: 0M 13 2m 12 9m 9 7M 6 5M 5 11d 2
4D: 9m 27 5M 6
10M: 7M 11 5M 8 7D 4 2m 3
7m: 5M 9 9m 8 0D 3 2m 3 11d 2
8d: 9m 18
9D: 2m 17
1d: 2m 15
4d: 5M 6 5m 2
5m: 0M 4 7D 2
5D: 11d 4
11m: 7D 2
2d: 7D 2
0m: 7D 2"""

MINOR = """\
0m: 7M 509 2d 240 5m 201 11d 129 8M 105 7m 88 7D 56 5D 37 6d 37 10M 30 5M 25 2m 19 3M 18 2D 16 9d 15 2M 7 0M 5 1M 4
0m: 4d 4 0D 2 10D 2 3a 2
7M: 7D 560 0m 473 0M 39 5m 30 8M 20 7m 17 5M 10 9d 7 11d 4 2d 4 4d 2
7D: 0m 617 0M 149 8M 80 7M 12 9d 11 5m 7 6d 3 0D 2 3a 2 5D 2 5M 2
5m: 7M 174 0m 128 2d 48 7D 47 11d 46 6d 13 0M 9 7m 9 8M 6 4d 5 5M 5 5D 4 0D 3 2D 3 3M 3 10D 2 2M 2 2m 2 3a 2
2d: 7M 257 7D 65 0m 34 11d 20 3M 13 7m 10 6d 9 3a 7 8M 5 0M 2 2D 2 2M 2 5m 2
11d: 0m 351 7M 28 7D 17 0M 11 5m 5 6d 2 8M 2
3M: 0m 38 7M 38 11d 32 5D 31 7D 26 8M 22 5m 17 9d 11 2d 9 10M 8 5M 8 7m 8 0M 7 2m 5 0D 4 3a 3
8M: 2d 107 5m 53 0m 17 7M 17 11d 11 3M 10 7m 7 4d 4 5M 4 7D 4 10D 3 2D 3 5D 3 6d 3 9d 3 0D 2
10M: 7M 33 5m 28 3M 27 11d 22 7D 17 10D 8 2d 8 0m 7 4d 6 5M 6 8M 5 7m 4 0D 2 2m 2
7m: 0m 29 5m 27 8M 27 7M 13 5M 10 3M 9 7D 8 0D 7 11d 5 3a 3 4d 3 6d 3 9d 3 2d 2
5M: 11d 40 7D 31 5D 15 0m 13 2m 11 7M 6 10M 5 8M 3 3M 2 3a 2 7m 2
5D: 11d 47 7D 25 7M 17 10M 11 2m 6 7m 3 5m 2
6d: 7M 61 7m 8 0m 4 7D 3
0M: 0m 21 5m 12 0D 10 7M 9 5M 4 2D 2 7D 2
2m: 11d 29 7D 12 7M 8 0M 3 5M 3 7m 2
9d: 11d 19 7M 10 10M 9 7D 6 2m 4 5M 3 2D 2 2d 2
10D: 7M 18 3M 12 11d 3 0m 2 4d 2 7D 2
0D: 5m 31 5M 4 2M 2
2D: 7M 24 7m 7 3a 2
4d: 5m 26 5M 4
3a: 5m 8 0m 5 8M 4 7M 3 5D 2 9d 2
2M: 2D 8 7m 5 7M 3 3a 2
1M: 0m 2 7D 2
3D: 0M 3
10m: 5m 2"""
